import { readFile } from 'node:fs/promises';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import type { ContainerUser } from '../../../harness/sandbox/sandbox.ts';
import { harnessDir } from '../paths.ts';
import type { Cases, Command } from './cases.ts';

const driverScript = `${harnessDir}/driver.sh`;
const casesDir = `${harnessDir}/cases`;
const runDir = `${harnessDir}/run`;

export interface DriverOptions {
  cases: Pick<Cases, 'commands' | 'workspace'>;
  workdir: string;
  user: ContainerUser;
  /** Absolute path of the folder for results, which does not exist yet. */
  out: string;
  /** Bytes kept of each output and file. */
  keptBytes: number;
}

/** The folder's name of a case among those of its kind, both where it is laid and where its results are. */
export function caseFolder(index: number): string {
  return String(index).padStart(4, '0');
}

/**
 * What the driver needs in the container, and how it is started: commands, inputs, and the names of files that are looked
 * at; nothing of what is expected.
 */
export async function driverPlan({
  cases: { commands, workspace },
  workdir,
  user,
  out,
  keptBytes,
}: DriverOptions): Promise<{ entries: LayerEntry[]; command: string[] }> {
  const entries: LayerEntry[] = [
    {
      path: driverScript,
      type: 'file',
      mode: 0o755,
      content: await readFile(new URL('./driver.sh', import.meta.url)),
    },
    { path: casesDir, type: 'dir', mode: 0o755 },
    { path: runDir, type: 'dir', mode: 0o700, ...user },
    ...commands.flatMap((command, index) => caseEntries(command, `${casesDir}/${caseFolder(index)}`)),
  ];
  // There is nothing before a single case that its workspace could be put back after.
  const mode = commands.length > 1 ? workspace : 'shared';
  return {
    entries,
    command: ['/bin/sh', driverScript, out, casesDir, runDir, workdir, mode, String(keptBytes)],
  };
}

function caseEntries(command: Command, folder: string): LayerEntry[] {
  const { argv, env, files, stdin, expect } = command;
  const words = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...argv];
  const script = [
    `a_limit=${command.timeoutSec}\n`,
    `a_cwd=${shellWord(command.cwd ?? '.')}\n`,
    `a_program() { exec "$@" ${words.map(shellWord).join(' ')}; }\n`,
  ].join('');
  const file = (name: string, content: string | Uint8Array): LayerEntry => ({
    path: `${folder}/${name}`,
    type: 'file',
    content,
  });
  return [
    { path: folder, type: 'dir', mode: 0o755 },
    file('case.sh', script),
    ...(stdin === null ? [] : [file('stdin', stdin)]),
    ...(expect.files.length === 0
      ? []
      : [file('wanted', expect.files.map(({ path }) => `${path}\n`).join(''))]),
    ...files.map(
      ({ path, content, isProgram }): LayerEntry => ({
        ...file(`files/${path}`, content),
        mode: isProgram ? 0o755 : 0o644,
      }),
    ),
  ];
}

/** Any text without NUL as one word of a POSIX shell. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
