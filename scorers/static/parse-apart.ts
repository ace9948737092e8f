import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { execa } from 'execa';
import PQueue from 'p-queue';
import { infrastructureError } from '../../harness/domain/errors.ts';
import { adapterNamed, answerOf, type ParseAnswer, type ParseRequest } from './parse-request.ts';
import { type ToolAdapter, ToolFailure, type ToolInput, type ToolOutput, type ToolReport } from './tool.ts';

/** Bounds of reading a tool's output: UTF-16 units up to which it happens here and now; of a process, time and heap. */
export const parseApartLimits = { inlineUnits: 256 * 1024, timeMs: 60_000, heapMiB: 1024 };

/** These files are TypeScript in a checkout and JavaScript in the package. */
const beside = (name: string) => new URL(`${name}${extname(import.meta.url)}`, import.meta.url);
const child = fileURLToPath(beside('./parse-child'));

/** Each may need as much memory as its bound says. */
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

/** In bytes: 100,000 findings with all the text that an adapter may keep of them. */
const maxAnswer = 512 * 1024 ** 2;

interface ParseApartOptions {
  limits?: typeof parseApartLimits;
  /** Module that has the adapters as `toolAdapters`. */
  registry?: URL;
}

/**
 * `parse` of the adapter that the registry has under this name, without holding the event loop: large output is read in a
 * process of its own. Throws `ToolFailure` as the adapter does, and where it takes too long or too much memory;
 * AssayError `infrastructure` where no process can be had; `TypeError` for an unknown name.
 */
export async function parseApart(
  name: string,
  output: ToolOutput,
  input: ToolInput<unknown>,
  { limits = parseApartLimits, registry = beside('./tools/registry') }: ParseApartOptions = {},
): Promise<ToolReport> {
  const adapter = await adapterNamed(name, registry.href);
  const units = output.stdout.length + output.stderr.length + (output.report?.length ?? 0);
  const answer =
    units <= limits.inlineUnits
      ? answerOf(adapter, output, input)
      : await processes.add(() => inProcess(requestOf(adapter, registry, output, input), limits));
  if ('failure' in answer) throw new ToolFailure(answer.failure);
  return answer.report;
}

/** Functions do not pass between processes; what they answer does. */
function requestOf(
  adapter: ToolAdapter,
  registry: URL,
  output: ToolOutput,
  { workdir, packages, options, files, base, ...input }: ToolInput<unknown>,
): ParseRequest {
  const known = <Content>(paths: Iterable<string>, read: (path: string) => Content | null) => {
    const contents = [...paths].map((path) => [path, read(path)] as const);
    return new Map(contents.filter(([, content]) => content !== null));
  };
  return {
    ...{ adapter: adapter.name, registry: registry.href, output, workdir, packages, options, files, base },
    baseFiles: known(base, input.baseFile),
    suiteFiles: known(adapter.suiteFiles?.(options) ?? [], input.suiteFile),
  };
}

async function inProcess(request: ParseRequest, limits: typeof parseApartLimits): Promise<ParseAnswer> {
  const ended = await execa(process.execPath, [`--max-old-space-size=${limits.heapMiB}`, child], {
    input: serialize(request),
    encoding: 'buffer',
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
    return { failure: `its report takes longer than ${limits.timeMs / 1000} seconds to read` };
  if (ended.isMaxBuffer) return { failure: 'its report holds more text than can be kept' };
  if (outOfMemory.has(ended.signal)) return { failure: 'its report takes too much memory to read' };
  if (ended.failed) throw infrastructureError('the report of a tool could not be read', { cause: ended });
  return deserialize(ended.stdout) as ParseAnswer;
}
