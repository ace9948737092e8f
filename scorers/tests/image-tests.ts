import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { inputError } from '../../harness/domain/errors.ts';
import type { PreparedImage, Sandbox } from '../../harness/sandbox/sandbox.ts';
import { testsDir } from './paths.ts';

const script = `${testsDir}/test.sh`;
/** No first line of a script is longer on any system. */
const maxLineBytes = 4096;

/**
 * The command, for behind the wrapper, that runs the `/tests/test.sh` which a separate verifier's image holds: by its
 * first line, also where its author forgot to make it executable, else with bash. Throws `input` when it is not there.
 */
export async function imageTestCommand(
  sandbox: Pick<Sandbox, 'readImage'>,
  image: Pick<PreparedImage, 'ref'>,
): Promise<string[]> {
  const found = await sandbox.readImage(image.ref, script, startOf);
  if (found === null) throw inputError(`the verifier's image holds no ${script}`);
  // A link leads to a program of the image's; the system follows it.
  if (found === 'link') return [script];
  return commandFor(found.start, found.isExecutable);
}

/** Pure, for tables: the argv that runs a script which begins so. */
export function commandFor(start: string, isExecutable: boolean): string[] {
  const [, interpreter, argument] = /^#![ \t]*(\S+)(?:[ \t]+([^\n]*?))?[ \t\r]*(?:\n|$)/.exec(start) ?? [];
  if (interpreter === undefined) return ['bash', script];
  return isExecutable ? [script] : [interpreter, ...(argument ? [argument] : []), script];
}

async function startOf(
  tar: Readable | null,
): Promise<{ start: string; isExecutable: boolean } | 'link' | null> {
  if (tar === null) return null;
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error));
  try {
    for await (const entry of tar.pipe(entries)) {
      const { type, mode = 0 } = entry.header;
      if (type === 'symlink') return 'link';
      if (type !== 'file') return null;
      const chunks: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= maxLineBytes) break;
      }
      const start = Buffer.concat(chunks).subarray(0, maxLineBytes).toString('utf8');
      return { start, isExecutable: (mode & 0o111) !== 0 };
    }
    return null;
  } finally {
    tar.destroy();
    entries.destroy();
  }
}
