import { countBelow, type Source } from './source.ts';

/** Words and single other characters of some lines, in order; commas and semicolons, which formatters add, are left out. */
export interface Tokens {
  text: readonly string[];
  /** 0-based line and column of each. */
  lines: Uint32Array;
  columns: Uint32Array;
  /** Indexes of a line's tokens: first, and one past the last. */
  ofLine(line: number): readonly [number, number];
}

/** Tokens of lines `from` to `to`, which is excluded; null where there are more than `most`. */
export function tokensOf(source: Source, [from, to]: readonly [number, number], most: number): Tokens | null {
  const text: string[] = [];
  const lines: number[] = [];
  const columns: number[] = [];
  for (let line = from; line < to; line += 1)
    for (const { 0: token, index } of source.line(line).matchAll(/[\p{L}\p{N}_$]+|[^\s,;]/gu)) {
      if (text.length === most) return null;
      text.push(token === '"' ? "'" : token);
      lines.push(line);
      columns.push(index);
    }
  const sorted = Uint32Array.from(lines);
  return {
    text,
    lines: sorted,
    columns: Uint32Array.from(columns),
    ofLine: (line) => [countBelow(sorted, line), countBelow(sorted, line + 1)],
  };
}

/** The token at a column, or the next one of the line, or its last; null where the line has none. */
export function tokenAt(tokens: Tokens, line: number, column: number): number | null {
  const [first, end] = tokens.ofLine(line);
  if (first === end) return null;
  const columns = tokens.columns.subarray(first, end);
  const behind = first + countBelow(columns, column + 1);
  const holds =
    behind > first && (tokens.columns[behind - 1] ?? 0) + (tokens.text[behind - 1] ?? '').length > column;
  return holds ? behind - 1 : Math.min(behind, end - 1);
}

/** Whether a token is a word, and not a character of syntax. */
export function isWord(token: string): boolean {
  return /^[\p{L}\p{N}_$]/u.test(token);
}

/** A word that is no number. */
export function isName(token: string): boolean {
  return /^[\p{L}_$]/u.test(token);
}
