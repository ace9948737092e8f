import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import PQueue from 'p-queue';

/** Bounds of one process: its time, its heap, and what it may answer. */
interface ApartLimits {
  timeMs: number;
  heapMiB: number;
  answerBytes: number;
}

/** What a process answered; else which bound ended it, or what became of it otherwise. */
type Apart = { answer: Uint8Array } | { over: 'time' | 'answer' | 'memory' } | { broken: unknown };

/** Has programs of ours run on hostile input: in processes of their own, two at a time, without holding the event loop. */
type RunApart = (input: string | Uint8Array, limits: ApartLimits, args?: readonly string[]) => Promise<Apart>;

/** How V8 and the kernel end a process that needs more memory than there is. */
const outOfMemory = new Set<string | undefined>([
  'SIGABRT',
  'SIGTRAP',
  'SIGILL',
  'SIGSEGV',
  'SIGBUS',
  'SIGKILL',
]);

/** A file beside a module, by its name without an end: TypeScript in a checkout, and JavaScript in the package. */
export function beside(module: string, name: string): URL {
  return new URL(`${name}${extname(module)}`, module);
}

/**
 * Runs a program of ours that reads standard input and answers on standard output. A thread would not do: one that runs
 * out of memory inside of JSON.parse takes the whole process with it.
 */
export function apart(program: URL): RunApart {
  // Each may need as much memory as its bound says.
  const processes = new PQueue({ concurrency: 2 });
  const path = fileURLToPath(program);
  return (input, limits, args = []) => processes.add(() => run(path, input, limits, args));
}

async function run(
  program: string,
  input: string | Uint8Array,
  { timeMs, heapMiB, answerBytes }: ApartLimits,
  args: readonly string[],
): Promise<Apart> {
  const ended = await execa(process.execPath, [`--max-old-space-size=${heapMiB}`, program, ...args], {
    input,
    encoding: 'buffer',
    // Neither flags nor settings of whoever uses this package.
    env: {},
    extendEnv: false,
    timeout: timeMs,
    killSignal: 'SIGKILL',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: answerBytes,
  });
  if (ended.timedOut) return { over: 'time' };
  if (ended.isMaxBuffer) return { over: 'answer' };
  if (outOfMemory.has(ended.signal)) return { over: 'memory' };
  return ended.failed ? { broken: ended } : { answer: ended.stdout };
}
