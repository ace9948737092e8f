import stringWidth from 'string-width';
import type { Format, Paint } from './paint.ts';

/** One cell: harmless text (see `visible`), and how it is coloured. */
export interface Cell {
  text: string;
  format?: Format | readonly Format[];
}

export interface Column {
  align?: 'right';
  /** May be cut with `…` where the terminal is narrow, but not below this many columns. */
  min?: number;
  /** Takes what the others leave, and is left out where that is less than `min`. */
  flex?: true;
}

const gap = 2;
const indent = 2;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts a text to a width in terminal columns, with `…` where something is missing. */
export function clip(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let fitted = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    fitted += segment;
  }
  return width < 1 ? '' : `${fitted}…`;
}

/** Lines of a borderless table that fits into `width` terminal columns wherever the `min`s allow it. */
export function grid(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  paint: Paint,
): string[] {
  const widths = widthsOf(columns, rows, width);
  return rows.map((row) => {
    const shown = row.slice(
      0,
      1 + row.findLastIndex((cell, at) => cell.text !== '' && (widths[at] ?? 0) > 0),
    );
    const cells = shown.flatMap((cell, at) => {
      const room = widths[at] ?? 0;
      if (room === 0) return [];
      const text = clip(cell.text, room);
      const space = ' '.repeat(room - stringWidth(text));
      const painted = cell.format === undefined ? text : paint(cell.format, text);
      if (columns[at]?.align === 'right') return [space + painted];
      return [at === shown.length - 1 ? painted : painted + space];
    });
    return ' '.repeat(indent) + cells.join(' '.repeat(gap));
  });
}

/** Natural widths first; then the flexible columns take the rest, or the longest that may be cut gives way. */
function widthsOf(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): number[] {
  const natural = columns.map((_, at) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[at]?.text ?? '')), 0),
  );
  const widths = columns.map((column, at) => (column.flex ? 0 : (natural[at] ?? 0)));
  const excess = () => indent + widths.reduce((sum, each) => sum + (each > 0 ? each + gap : 0), -gap) - width;
  while (excess() > 0) {
    const longest = widestAbove(columns, widths);
    if (longest < 0) break;
    widths[longest] = (widths[longest] ?? 0) - 1;
  }
  for (const [at, column] of columns.entries()) {
    const room = -excess() - gap;
    if (column.flex && room >= (column.min ?? 1)) widths[at] = Math.min(natural[at] ?? 0, room);
  }
  return widths;
}

/** The widest column that may still lose something; -1 for none. */
function widestAbove(columns: readonly Column[], widths: readonly number[]): number {
  let found = -1;
  for (const [at, { min }] of columns.entries()) {
    const own = widths[at] ?? 0;
    if (min !== undefined && own > min && own > (widths[found] ?? 0)) found = at;
  }
  return found;
}
