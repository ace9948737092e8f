import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { infrastructureError } from '../../../harness/domain/errors.ts';
import { type FileFormat, parsers } from './parsers.ts';
import type { Parsed } from './result.ts';

/** Bounds of parsing: bytes up to which it happens here and now, and of a process its time and its heap. */
export const parseLimits = { inlineBytes: 256 * 1024, timeMs: 60_000, heapMiB: 512 };

/** This file is TypeScript in a checkout and JavaScript in the package; the other lies beside it as the same. */
const child = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));

/** As many candidates may be scored at a time as there are processors, each with the largest report there can be. */
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
 * Parses a report without holding the event loop: a large one in a process of its own, which ends as a broken report
 * where it takes too long or too much memory. A thread would not do: a thread that runs out of memory inside of
 * JSON.parse takes the whole process with it. Throws AssayError `infrastructure` where no process can be had.
 */
export async function parseReport(
  format: FileFormat,
  content: Uint8Array,
  limits: typeof parseLimits = parseLimits,
): Promise<Parsed> {
  if (content.length <= limits.inlineBytes) return parsers[format](content);
  return processes.add(() => inProcess(format, content, limits));
}

async function inProcess(
  format: FileFormat,
  content: Uint8Array,
  limits: typeof parseLimits,
): Promise<Parsed> {
  const ended = await execa(process.execPath, [`--max-old-space-size=${limits.heapMiB}`, child, format], {
    input: content,
    // Neither flags nor settings of whoever uses this package.
    env: {},
    extendEnv: false,
    timeout: limits.timeMs,
    killSignal: 'SIGKILL',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: maxAnswer,
  });
  if (ended.timedOut)
    return { ok: false, reason: `it takes longer than ${limits.timeMs / 1000} seconds to parse` };
  if (ended.isMaxBuffer) return { ok: false, reason: 'it holds more text than can be kept' };
  if (outOfMemory.has(ended.signal)) return { ok: false, reason: 'it takes too much memory to parse' };
  if (ended.failed) throw infrastructureError('a report could not be parsed', { cause: ended });
  return JSON.parse(ended.stdout) as Parsed;
}

/** In characters: names are kept up to 300, messages up to 1000. */
const maxAnswer = 256 * 1024 ** 2;
