import { deserialize, serialize } from 'node:v8';
import { infrastructureError } from '../../harness/domain/errors.ts';
import { apart, beside } from '../apart.ts';
import { adapterNamed, answerOf, type ParseAnswer, type ParseRequest } from './parse-request.ts';
import { type ToolAdapter, ToolFailure, type ToolInput, type ToolOutput, type ToolReport } from './tool.ts';

/** Bounds of reading a tool's output: UTF-16 units up to which it happens here and now; of a process, time and heap. */
export const parseApartLimits = { inlineUnits: 256 * 1024, timeMs: 60_000, heapMiB: 1024 };

const readApart = apart(beside(import.meta.url, './parse-child'));

/** In bytes: 100,000 findings with all the text that an adapter may keep of them. */
const answerBytes = 512 * 1024 ** 2;

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
  {
    limits = parseApartLimits,
    registry = beside(import.meta.url, './tools/registry'),
  }: ParseApartOptions = {},
): Promise<ToolReport> {
  const adapter = await adapterNamed(name, registry.href);
  const units = output.stdout.length + output.stderr.length + (output.report?.length ?? 0);
  const answer =
    units <= limits.inlineUnits
      ? answerOf(adapter, output, input)
      : await inProcess(requestOf(adapter, registry, output, input), limits);
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
  const read = await readApart(serialize(request), { ...limits, answerBytes });
  if ('answer' in read) return deserialize(read.answer) as ParseAnswer;
  if ('broken' in read)
    throw infrastructureError('the report of a tool could not be read', { cause: read.broken });
  const failures = {
    time: `its report takes longer than ${limits.timeMs / 1000} seconds to read`,
    answer: 'its report holds more text than can be kept',
    memory: 'its report takes too much memory to read',
  };
  return { failure: failures[read.over] };
}
