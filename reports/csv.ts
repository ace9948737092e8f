import { stringify } from 'csv-stringify/sync';
import { csvText } from './escape.ts';

export type CsvCell = string | number | boolean | null;

/** RFC 4180 with LF line ends. Hostile text is one visible line per cell, and no cell is read as a formula. */
export function toCsv(columns: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return stringify([columns.map(csvText), ...rows.map((row) => row.map(safeCell))], {
    record_delimiter: '\n',
    escape_formulas: true,
  });
}

function safeCell(cell: CsvCell): string | number | null {
  // csv-stringify writes booleans as 1 and nothing, which reads as "unknown".
  return typeof cell === 'string' ? csvText(cell) : typeof cell === 'boolean' ? String(cell) : cell;
}
