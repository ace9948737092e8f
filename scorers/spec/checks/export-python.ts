import type { AskedCheck, CheckAnswer, CheckTools } from './check.ts';
import { inTool, runChecker } from './export-run.ts';

/**
 * Compares names of Python modules with mypy's own types, on the image's Python (3.10 or newer). Of a `def` the names,
 * kinds and order of the parameters must be the same, and which of them have defaults; of what it annotates, the types.
 * What it does not annotate is not looked at. `match: assignable` asks only that callers of the `def` may call it.
 *
 * Names in a signature are builtins, those of `typing` and `collections.abc`, dotted names of modules, what `preamble`
 * imports, and else the module's own. `Any` on the candidate's side fits everything and so is never a pass: it fails
 * where it is written, and is `unknown` where an annotation or an import is missing. The `.py` file alone counts, not a
 * `.pyi` beside it; what is there for type checkers alone is `unknown`. Configuration files do not count.
 */
export function comparePython(
  checks: readonly AskedCheck<'export'>[],
  tools: CheckTools,
): Promise<CheckAnswer[]> {
  const { workdir } = tools.context.workspace;
  return runChecker(checks, tools, {
    program: [
      'python_main.py',
      ...['module', 'spec', 'names', 'compare', 'outcomes'].map((each) => `python_${each}.py`),
    ],
    tools: ['mypy'],
    command: (program, request) => ['/bin/sh', '-c', findPython, 'sh', workdir, program, request],
    settings: { mypy: inTool('mypy', '').replace(/\/$/, '') },
  });
}

/** A Python of the workspace, such as one of a virtual environment, may be the candidate's. */
const findPython = `workspace=$1
shift
IFS=:
for folder in $PATH; do
  python=$(readlink -f "$folder/python3") || continue
  case $folder/,$python in
    [!/]* | "$workspace"/* | *,"$workspace"/*) continue ;;
  esac
  [ -x "$python" ] && exec "$folder/python3" -I -B "$@"
done
echo 'the image has no Python outside of the workspace' >&2
exit 127
`;
