import ignore from 'ignore';

/** What tools leave behind while an agent works, and nobody means to deliver. */
const leftoverPatterns: readonly string[] = [
  '__pycache__/',
  '*.py[cod]',
  '.pytest_cache/',
  '.mypy_cache/',
  '.ruff_cache/',
  '.hypothesis/',
  '.ipynb_checkpoints/',
  '.venv/',
  '.tox/',
  '.nox/',
  '.coverage',
  '.nyc_output/',
  'node_modules/.cache/',
  '.eslintcache',
  '.npm/',
  '*.tsbuildinfo',
  '.DS_Store',
  '*.swp',
  '*.swo',
  '*~',
  '.nfs*',
];

/**
 * Tells which paths git would ignore: our own list first, then the base's `.gitignore`, then the suite's patterns,
 * so that each may take back (`!pattern`) what the one before it says.
 */
export function ignoreRules(
  gitignore: string | null,
  patterns: readonly string[],
): (path: string) => boolean {
  const rules = ignore({ ignorecase: false }).add([...leftoverPatterns]);
  if (gitignore !== null) rules.add(gitignore);
  rules.add([...patterns]);
  return (path) => rules.ignores(path);
}
