import type { FindingLevel } from '../../../harness/domain/finding.ts';

export interface Family {
  /** What a comment of the family keeps silent. */
  silences: string;
  /** `error`: it switches off what would be an error, and the tool cannot be told to ignore it. */
  level: FindingLevel;
  /** Where the code stands that it silences, beside its own line; a comment for a whole file is told apart by nothing. */
  next?: RegExp;
  /** Found in a line of a comment, the sign that begins it included. Linear. */
  pattern: RegExp;
}

/** Kinds of comments that silence an analysis. Formatters' are none: they hide nothing. */
export const families = {
  'ts-ignore': {
    silences: 'the TypeScript compiler',
    level: 'error',
    // As TypeScript does: whatever comes behind it.
    pattern: /@ts-ignore/,
    next: /./,
  },
  'ts-nocheck': { silences: 'the TypeScript compiler', level: 'error', pattern: /@ts-nocheck\b/i },
  'ts-expect-error': {
    silences: 'the TypeScript compiler',
    level: 'error',
    pattern: /@ts-expect-error/,
    next: /./,
  },
  'biome-ignore': {
    silences: 'Biome',
    level: 'error',
    pattern: /\bbiome-ignore(?:-all|-start)?\b/,
    next: /^biome-ignore$/,
  },
  'eslint-disable': {
    silences: 'ESLint',
    level: 'warning',
    pattern: /\beslint-disable(?:-next-line|-line)?\b|^\/\*\s*eslint\s+["'@a-z]/,
  },
  'oxlint-disable': {
    silences: 'oxlint',
    level: 'warning',
    pattern: /\boxlint-disable(?:-next-line|-line)?\b/,
  },
  'tslint-disable': { silences: 'TSLint', level: 'warning', pattern: /\btslint:disable\b/ },
  'deno-lint-ignore': { silences: 'deno lint', level: 'warning', pattern: /\bdeno-lint-ignore(?:-file)?\b/ },
  'stylelint-disable': { silences: 'Stylelint', level: 'warning', pattern: /\bstylelint-disable\b/ },
  'type-ignore': { silences: 'type checkers', level: 'error', pattern: /#\s*type:\s*ignore\b/ },
  'mypy-comment': { silences: 'mypy', level: 'error', pattern: /#\s*mypy:\s*\w/ },
  'pyright-comment': {
    silences: 'a type checker',
    level: 'warning',
    pattern: /#\s*(?:basedpyright|pyright|pytype|pyre|ty):\s*\w|#\s*pyre-(?:ignore|fixme|unsafe)/,
  },
  noqa: { silences: 'flake8 and ruff', level: 'warning', pattern: /#\s*(?:flake8[:=]\s*)?noqa\b/i },
  'ruff-ignore': {
    silences: 'ruff',
    level: 'warning',
    pattern: /#\s*ruff:\s*(?:noqa|ignore|file-ignore|disable)\b/i,
  },
  'pylint-disable': {
    silences: 'pylint',
    level: 'warning',
    pattern: /#\s*pylint:\s*(?:disable|disable-next|skip-file)\b/,
  },
  nosec: { silences: 'bandit', level: 'warning', pattern: /#\s*nosec\b/i },
  nosemgrep: { silences: 'Semgrep', level: 'warning', pattern: /\bnosem(?:grep)?\b/i },
  'ast-grep-ignore': { silences: 'ast-grep', level: 'error', pattern: /ast-grep-ignore/, next: /./ },
  'coverage-ignore': {
    silences: 'the coverage report',
    level: 'warning',
    pattern:
      /\b(?:istanbul|c8|v8)\s+ignore\b|\bnode:coverage\s+(?:ignore|disable)\b|#\s*pragma:\s*no\s*(?:cover|branch)\b/i,
  },
  'gitleaks-allow': { silences: 'gitleaks', level: 'warning', pattern: /\bgitleaks:allow\b/ },
  'secretlint-disable': { silences: 'secretlint', level: 'warning', pattern: /\bsecretlint-disable\b/ },
  'jscpd-ignore': { silences: 'jscpd', level: 'warning', pattern: /\bjscpd:ignore-start\b/ },
  nosonar: { silences: 'Sonar', level: 'warning', pattern: /\bNOSONAR\b/ },
  nolint: { silences: 'Go linters', level: 'warning', pattern: /\/\/\s*nolint\b/ },
  'shellcheck-disable': { silences: 'ShellCheck', level: 'warning', pattern: /#\s*shellcheck\s+disable\b/ },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as [FamilyName, ...FamilyName[]];
