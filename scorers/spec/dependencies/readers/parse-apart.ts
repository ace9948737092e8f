import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize } from 'node:v8';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { infrastructureError } from '../../../../harness/domain/errors.ts';
import { type Format, type ParsedDocument, parseText } from './parse.ts';

/** Bounds: UTF-16 units up to which reading happens here and now; of a process, its time, heap and answer. */
export const parseApartLimits = {
  inlineUnits: 64 * 1024,
  timeMs: 30_000,
  heapMiB: 1024,
  answerBytes: 256 * 1024 ** 2,
};

/** This file is TypeScript in a checkout and JavaScript in the package; the other lies beside it as the same. */
const child = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));

const processes = new PQueue({ concurrency: 2 });

/** How V8 and the kernel end a process that needs more memory than there is. */
const outOfMemory = new Set<string | undefined>([
  'SIGABRT',
  'SIGTRAP',
  'SIGILL',
  'SIGSEGV',
  'SIGBUS',
  'SIGKILL',
]);

/**
 * `parseText` without holding the event loop: a few MiB of YAML or TOML can be made to take minutes, and are read in a
 * process of its own. JSON and lines take a time that their length bounds. Throws `infrastructure` where no process can
 * be had.
 */
export async function parseDocumentApart(
  format: Format,
  text: string,
  limits: typeof parseApartLimits = parseApartLimits,
): Promise<ParsedDocument> {
  if (format === 'json' || format === 'lines' || text.length <= limits.inlineUnits)
    return parseText(format, text);
  return processes.add(() => inProcess(format, text, limits));
}

async function inProcess(
  format: Format,
  text: string,
  limits: typeof parseApartLimits,
): Promise<ParsedDocument> {
  const ended = await execa(process.execPath, [`--max-old-space-size=${limits.heapMiB}`, child, format], {
    input: text,
    encoding: 'buffer',
    // Neither flags nor settings of whoever uses this package.
    env: {},
    extendEnv: false,
    timeout: limits.timeMs,
    killSignal: 'SIGKILL',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: limits.answerBytes,
  });
  if (ended.timedOut)
    return { ok: false, reason: `it takes longer than ${limits.timeMs / 1000} seconds to read` };
  if (ended.isMaxBuffer || outOfMemory.has(ended.signal))
    return { ok: false, reason: 'it takes too much memory to read' };
  if (ended.failed) throw infrastructureError('a file of dependencies could not be read', { cause: ended });
  return deserialize(ended.stdout) as ParsedDocument;
}
