/** A text by its lines, as its tool counts them. Lines are 0-based here, columns 1-based as in findings. */
export interface Source {
  /** Without what formatters change, see `normalLine`: lines are compared by these. */
  readonly normal: readonly string[];
  line(index: number): string;
  /** How many characters that are no white space stand before a column: what is left of it when code is re-indented. */
  offset(index: number, column: number): number;
}

/**
 * `ecma`: tools that count as ECMAScript does, for which U+2028 and U+2029 end a line too. All others count line feeds,
 * with or without a carriage return before them, and lone carriage returns.
 */
export type LineStyle = 'ecma' | 'plain';

const ends = { ecma: /\r\n|[\n\r\u2028\u2029]/u, plain: /\r\n|[\n\r]/u };
const ecmaTools = new Set(['tsc', 'eslint']);

/** How a tool counts the lines of a text; a text without such separators has but one style. */
export function lineStyle(tool: string, ...texts: readonly (string | null)[]): LineStyle {
  return ecmaTools.has(tool) && texts.some((text) => text !== null && /[\u2028\u2029]/u.test(text))
    ? 'ecma'
    : 'plain';
}

/** Splits a text. Linear in it; what it remembers of a line it computes when first asked. */
export function openSource(text: string, style: LineStyle): Source {
  const lines = text.split(ends[style]);
  // A line feed at the end begins no line that a tool would speak of; the same text without it has the same lines.
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  const normal = lines.map(normalLine);
  const spaces = new Map<number, Uint32Array>();
  const line = (index: number) => lines[index] ?? '';
  return {
    normal,
    line,
    offset(index, column) {
      const known = spaces.get(index) ?? spacesOf(line(index));
      spaces.set(index, known);
      const before = Math.min(column - 1, line(index).length);
      return before - countBelow(known, before);
    },
  };
}

/**
 * A line as every formatter leaves it: no white space, one kind of quotes, no comma or semicolon at its end. Equal normal
 * lines may still differ in meaning (white space inside a string): they only say which line is which.
 */
function normalLine(line: string): string {
  const dense = line.replace(/\s+/gu, '').replaceAll('"', "'");
  let end = dense.length;
  // No regular expression: `[;,]+$` takes quadratic time on a line of semicolons.
  while (end > 0 && (dense[end - 1] === ';' || dense[end - 1] === ',')) end -= 1;
  return dense.slice(0, end);
}

function spacesOf(line: string): Uint32Array {
  return Uint32Array.from(line.matchAll(/\s/gu), ({ index }) => index);
}

/** How many of the sorted numbers are below a limit. */
export function countBelow(sorted: Uint32Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
