/**
 * Runs a function of a mount by the image's own interpreter. `-I`: neither the workspace nor the environment decides
 * what is imported; `-B`: nothing is written beside the sources.
 *
 * `alone`: no site-packages, so that nothing but the mount and the standard library is seen. Otherwise the mount comes
 * before the image's packages without being on `sys.path`, for a tool that looks there for what the workspace imports.
 */
export function pythonCommand(
  root: string,
  start: { module: string; function: string; alone: boolean },
  args: readonly string[],
): string[] {
  const flags = start.alone ? ['-I', '-S', '-B'] : ['-I', '-B'];
  const place = start.alone ? onPath : asFinder;
  const code = `${place}from ${start.module} import ${start.function}\n${start.function}()\n`;
  return ['python3', ...flags, '-c', code, root, ...args];
}

const onPath = `import sys
sys.path.insert(0, sys.argv.pop(1))
`;

const asFinder = `import sys
from importlib.machinery import PathFinder
class Mount:
    root = [sys.argv.pop(1)]
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return PathFinder.find_spec(name, cls.root) if path is None else None
sys.meta_path.insert(0, Mount)
`;

/**
 * A virtual environment in the workspace may be the first on the image's PATH: its interpreter, and what that runs when
 * it starts, are the base's.
 */
export const pythonEnvironment: readonly string[] = [
  '**/venv/pyvenv.cfg',
  '**/venv/bin/**',
  '**/venv/lib*/**/*.pth',
  '**/venv/lib*/**/{site,user}customize.py',
];

/** Sources of Python and their stubs. */
export const pythonFiles: readonly string[] = ['**/*.py', '**/*.pyi'];

/** Whether a tree has sources of Python. */
export function hasPython(paths: ReadonlySet<string>): boolean {
  for (const path of paths) if (path.endsWith('.py')) return true;
  return false;
}
