import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { ContainerUser } from '../../harness/sandbox/sandbox.ts';
import { harnessDir, logsDir, testsDir } from './paths.ts';

/** With this exit code and the run's word on stderr, the tests were never started. */
const setupFailed = 97;
const runScript = `${harnessDir}/run.sh`;
const deleteScript = `${harnessDir}/delete.sh`;
const wordFile = `${logsDir}/.assay-word`;

/**
 * Brings the workspace to the candidate's state, empties the log folder and becomes the tests. The word that it gives a
 * failure of its own is read and deleted before anything else of the candidate's can run, so that nothing which runs
 * later can speak in its name.
 */
const script = (keep: string) => `#!/bin/sh
keep='${keep}'
read -r word <${wordFile} || exit ${setupFailed}
failed() {
  printf '%s %s\\n' "$word" "$1" >&2
  exit ${setupFailed}
}
# Commands of the image's own system first: PATH may lead into the workspace.
path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
for entry in ${logsDir}/* ${logsDir}/.[!.]* ${logsDir}/..?*; do
  [ "$entry" = "$keep" ] || rm -rf -- "$entry" 2>/dev/null
done
[ "$(ls -A ${logsDir})" = "\${keep##*/}" ] || failed 'the image holds files in ${logsDir} that cannot be removed'
/bin/sh ${deleteScript} || failed 'a file that the candidate deleted cannot be deleted'
PATH=$path
exec "$@"
`;

/**
 * The wrapper's files for a layer. `word` is secret and new for every run. With `keepWord`, its file is left to the
 * command, which reads and deletes it before anything of the candidate's runs.
 */
export function wrapperEntries(
  deletions: string,
  word: string,
  user: ContainerUser,
  { keepWord = false } = {},
): LayerEntry[] {
  return [
    { path: harnessDir, type: 'dir', mode: 0o755 },
    { path: runScript, type: 'file', mode: 0o755, content: script(keepWord ? wordFile : '') },
    { path: deleteScript, type: 'file', mode: 0o755, content: deletions },
    { path: '/logs', type: 'dir', mode: 0o755 },
    ...['/logs/agent', '/logs/artifacts', logsDir].map(
      (path): LayerEntry => ({ path, type: 'dir', mode: 0o755, ...user }),
    ),
    { path: wordFile, type: 'file', mode: 0o600, content: `${word}\n`, ...user },
  ];
}

/** Runs `tests/test.sh` behind the wrapper; by its own first line, or with bash, as Harbor does, where it has none. */
export function wrapperCommand(hasShebang: boolean): string[] {
  const test = `${testsDir}/test.sh`;
  // By its full path: a `sh` in the workspace may come first in PATH.
  return wrappedCommand(hasShebang ? [test] : ['bash', test]);
}

/** Any command behind the wrapper. */
export function wrappedCommand(command: readonly string[]): string[] {
  return ['/bin/sh', runScript, ...command];
}

/** Why the tests were not started, from the end of what was printed; null when they were. */
export function setupFailure(word: string, exitCode: number | null, stderr: string): string | null {
  if (exitCode !== setupFailed) return null;
  const line = stderr.split('\n').findLast((each) => each.startsWith(`${word} `));
  return line === undefined ? null : line.slice(word.length + 1);
}
