/** A text's lines without their ends, one after the other: a hostile text may hold millions, and no list is made. */
export function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = end === -1 ? text.slice(start) : text.slice(start, end);
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    start = end === -1 ? text.length : end + 1;
  }
}

/** A line that holds one JSON object and nothing else; null for any other. */
export function jsonObject(line: string): object | null {
  // What cannot be one is not tried: failing costs more than parsing.
  if (!/^\s*\{/.test(line) || !/\}\s*$/.test(line)) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
