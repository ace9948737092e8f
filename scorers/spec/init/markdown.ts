/** A piece of an issue, with the 1-based line on which it begins. Texts are one line each, without emphasis and links. */
export type Block =
  | { kind: 'heading'; level: number; text: string; line: number }
  /** `**Acceptance Scenarios**:` and the like: a heading in all but its form. */
  | { kind: 'label'; text: string; line: number }
  | { kind: 'paragraph'; text: string; line: number }
  | { kind: 'item'; marker: 'bullet' | 'number' | 'checkbox'; depth: number; text: string; line: number }
  /** A code block; `line` is that of its first row. */
  | { kind: 'code'; info: string; rows: string[]; line: number }
  | { kind: 'row'; cells: string[]; header: string[]; line: number };

const maxLines = 20_000;
const maxLineLength = 2000;

/**
 * Reads Markdown as issues use it: headings of both forms, lists, code, tables, labels. Front matter, comments, rules and
 * images are left out. Not a whole CommonMark: what it does not know it takes for a paragraph.
 */
export function parseMarkdown(text: string): Block[] {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/, maxLines)
    // No spec may hold control characters, nor what YAML takes for the end of a line.
    .map((row) => row.slice(0, maxLineLength).replaceAll(/[^\P{Cc}\t]|[\u2028\u2029]/gu, ' '));
  const reader: Reader = { rows, at: frontMatter(rows), blocks: [], open: null, header: null };
  while (reader.at < rows.length) readRow(reader);
  close(reader);
  return reader.blocks;
}

interface Reader {
  rows: readonly string[];
  at: number;
  blocks: Block[];
  /** What the next row may go on with. */
  open: { kind: 'paragraph'; line: number; texts: string[] } | (OpenItem & { kind: 'item' }) | null;
  /** Cells of the table's head, while one is read. */
  header: string[] | null;
}

interface OpenItem {
  marker: 'bullet' | 'number' | 'checkbox';
  indent: number;
  line: number;
  texts: string[];
  /** An empty row came after it. */
  isLoose: boolean;
}

function frontMatter(rows: readonly string[]): number {
  if (rows[0]?.trim() !== '---') return 0;
  const end = rows.findIndex((row, index) => index > 0 && row.trim() === '---');
  return end > 0 && end < 100 ? end + 1 : 0;
}

function readRow(reader: Reader): void {
  const row = (reader.rows[reader.at] ?? '').replace(/^ {0,3}> ?/, '');
  const line = reader.at + 1;
  reader.at += 1;
  if (!/^\s*\|/.test(row)) reader.header = null;
  const indent = row.search(/\S/);
  const fence = /^\s*(`{3,}|~{3,})\s*([\w+-]*)/.exec(row);
  const heading = /^ {0,3}(#{1,6})\s+(.*)$/.exec(row);
  const item = /^\s*(?:([-*+])|\d{1,3}[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/.exec(row);
  if (fence !== null) readFence(reader, fence[1] ?? '', fence[2] ?? '', indent);
  else if (row.startsWith('<!--', indent)) skipComment(reader, row);
  else if (indent < 0) emptyRow(reader);
  else if (indent > 3 && reader.open === null) readIndented(reader);
  else if (heading !== null) {
    close(reader);
    const text = plainText((heading[2] ?? '').replace(/\s#+\s*$/, ''));
    reader.blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text, line });
  } else if (underlined(reader, row) || /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/.test(row))
    close(reader);
  else if (item !== null) {
    close(reader);
    const marker = item[2] !== undefined ? 'checkbox' : item[1] === undefined ? 'number' : 'bullet';
    reader.open = { kind: 'item', marker, indent, line, texts: [item[3] ?? ''], isLoose: false };
  } else if (row[indent] === '|') tableRow(reader, row, line);
  else addText(reader, row, indent, line);
}

function addText(reader: Reader, row: string, indent: number, line: number): void {
  const { open } = reader;
  if (open?.kind === 'item' && !(open.isLoose && indent <= open.indent)) {
    open.texts.push(row);
    return;
  }
  if (open?.kind === 'item') close(reader);
  const label = labelOf(row);
  if (label !== null) {
    close(reader);
    reader.blocks.push({ kind: 'label', text: label.label, line });
    if (label.rest !== '') reader.open = { kind: 'paragraph', line, texts: [label.rest] };
    return;
  }
  if (reader.open?.kind === 'paragraph') reader.open.texts.push(row);
  else reader.open = { kind: 'paragraph', line, texts: [row] };
}

/** `**Why this priority**: because`, `Expected behavior: it works`. */
function labelOf(row: string): { label: string; rest: string } | null {
  const match =
    /^\s*\*\*([^*]{2,80})\*\*\s*(:?)\s*(.*)$/.exec(row) ??
    /^\s*((?:Expected|Actual|Observed|Acceptance|Steps|Requirements?|Criteria|Must|Summary)[A-Za-z ]{0,30})(:)\s*(.*)$/.exec(
      row,
    );
  if (match === null) return null;
  const [, name = '', colon = '', rest = ''] = match;
  // `**FR-001**: …` is what is asked for, not a heading over it.
  if (/^[A-Z]{1,6}-?\d/.test(name)) return null;
  const isLabel = colon !== '' || name.trimEnd().endsWith(':') || rest === '';
  return isLabel ? { label: plainText(name.replace(/:\s*$/, '')), rest } : null;
}

/** A row of `=` or `-` below a single row makes that a heading. */
function underlined(reader: Reader, row: string): boolean {
  const { open } = reader;
  if (open?.kind !== 'paragraph' || open.texts.length !== 1 || !/^ {0,3}(?:=+|-{2,})\s*$/.test(row))
    return false;
  reader.open = null;
  reader.blocks.push({
    kind: 'heading',
    level: row.includes('=') ? 1 : 2,
    text: plainText(open.texts.join(' ')),
    line: open.line,
  });
  return true;
}

function emptyRow(reader: Reader): void {
  if (reader.open?.kind === 'item') reader.open.isLoose = true;
  else close(reader);
}

function readFence(reader: Reader, fence: string, info: string, indent: number): void {
  // A block within an item belongs to it, and what comes after it is still the item's.
  if (reader.open?.kind !== 'item' || indent <= reader.open.indent) close(reader);
  const start = reader.at;
  const isEnd = (row: string) => {
    const trimmed = row.trim();
    return trimmed.length >= fence.length && trimmed === (fence[0] ?? '').repeat(trimmed.length);
  };
  while (reader.at < reader.rows.length && !isEnd(reader.rows[reader.at] ?? '')) reader.at += 1;
  const rows = reader.rows
    .slice(start, reader.at)
    .map((row) => row.slice(Math.min(indent, row.search(/\S|$/))));
  reader.at += 1;
  reader.blocks.push({ kind: 'code', info: info.toLowerCase(), rows, line: start + 1 });
}

function readIndented(reader: Reader): void {
  const start = reader.at - 1;
  while (reader.at < reader.rows.length && /^(?: {4}|\t|\s*$)/.test(reader.rows[reader.at] ?? ''))
    reader.at += 1;
  const rows = reader.rows.slice(start, reader.at).map((row) => row.replace(/^(?: {4}|\t)/, ''));
  while (rows.at(-1)?.trim() === '') rows.pop();
  reader.blocks.push({ kind: 'code', info: '', rows, line: start + 1 });
}

function skipComment(reader: Reader, row: string): void {
  if (reader.open?.kind === 'paragraph') close(reader);
  if (row.includes('-->')) return;
  while (reader.at < reader.rows.length && !(reader.rows[reader.at] ?? '').includes('-->')) reader.at += 1;
  reader.at += 1;
}

function tableRow(reader: Reader, row: string, line: number): void {
  close(reader);
  const cells = row
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map(plainText);
  if (cells.every((cell) => /^:?-+:?$/.test(cell))) return;
  if (reader.header === null) reader.header = cells;
  else reader.blocks.push({ kind: 'row', cells, header: reader.header, line });
}

function close(reader: Reader): void {
  const { open } = reader;
  reader.open = null;
  if (open === null) return;
  const joined = plainText(open.texts.map((each) => each.trim()).join(' '));
  if (joined === '') return;
  if (open.kind === 'paragraph') reader.blocks.push({ kind: 'paragraph', text: joined, line: open.line });
  else
    reader.blocks.push({
      kind: 'item',
      marker: open.marker,
      depth: Math.floor(open.indent / 2),
      text: joined,
      line: open.line,
    });
}

/** Without emphasis, links, images and HTML; code spans stay as they are, with their backticks. */
export function plainText(markdown: string): string {
  return markdown
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : withoutMarks(part)))
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function withoutMarks(text: string): string {
  return text
    .replaceAll(/!\[[^\]]*\]\([^()\s]*\)/g, '')
    .replaceAll(/\[([^\][]*)\]\([^()\s]*\)/g, '$1')
    .replaceAll(/<!--.*?-->|<\/?(?:br|b|i|p|em|strong|details|summary|sub|sup|kbd)\s*\/?>/gi, ' ')
    .replaceAll(/(?<!\\)\*{1,3}(?=\S)([^*]+)(?<!\\)\*{1,3}/g, '$1')
    .replaceAll(/(^|\W)_([^_]+)_(?=\W|$)/g, '$1$2')
    .replaceAll(/\\([\\`*_{}[\]()#+.!<>-])/g, '$1');
}
