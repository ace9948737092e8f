import { messageOf } from '../../harness/domain/errors.ts';
import { type ToolAdapter, ToolFailure, type ToolInput, type ToolOutput, type ToolReport } from './tool.ts';

/** What a process needs to read a tool's output, as structured clones: `ToolInput` with its functions' answers. */
export interface ParseRequest extends Omit<ToolInput<unknown>, 'baseFile' | 'suiteFile'> {
  adapter: string;
  /** Address of the module that has the adapters. */
  registry: string;
  output: ToolOutput;
  baseFiles: ReadonlyMap<string, string | null>;
  suiteFiles: ReadonlyMap<string, Uint8Array | null>;
}

/** `failure`: the message of a `ToolFailure`. */
export type ParseAnswer = { report: ToolReport } | { failure: string };

/** The adapter of this name. Throws `TypeError` where the registry has none. */
export async function adapterNamed(name: string, registry: string): Promise<ToolAdapter> {
  const { toolAdapters } = (await import(registry)) as { toolAdapters: readonly ToolAdapter[] };
  const adapter = toolAdapters.find((each) => each.name === name);
  if (adapter === undefined) throw new TypeError(`there is no adapter ${JSON.stringify(name)}`);
  return adapter;
}

/** `parse`, its failure as an answer: also where output is so deep or long that reading it ends in a `RangeError`. */
export function answerOf(adapter: ToolAdapter, output: ToolOutput, input: ToolInput<unknown>): ParseAnswer {
  try {
    return { report: adapter.parse(output, input) };
  } catch (error) {
    if (error instanceof ToolFailure) return { failure: error.message };
    if (error instanceof RangeError) return { failure: `its report cannot be read: ${messageOf(error)}` };
    throw error;
  }
}
