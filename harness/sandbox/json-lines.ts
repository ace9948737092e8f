import type { Readable } from 'node:stream';

/** Longer lines are not the engine's. */
const maxLineBytes = 8 * 1024 * 1024;

/**
 * Reads the engine's stream of JSON values, one per line. Lines that are not JSON are left out. Throws what the stream
 * throws, and a RangeError for a line without end.
 */
export async function* jsonLines(stream: Readable): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    if (rest.length > maxLineBytes) throw new RangeError('the engine sent a line of more than 8 MiB');
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* parsed(line);
  }
  yield* parsed(rest);
}

function* parsed(line: string): Generator<unknown> {
  if (line.trim() === '') return;
  try {
    yield JSON.parse(line);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

/** A text field of a value of unknown shape; null when it has none. */
export function textField(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const field: unknown = Reflect.get(value, name);
  return typeof field === 'string' ? field : null;
}
