/** Replaces `from` to `to` of a text; an insertion where both are the same. */
export interface Edit {
  from: number;
  to: number;
  text: string;
}

/** All edits at once; those at the same place follow each other as given. They must not overlap. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  let result = '';
  let done = 0;
  for (const edit of [...edits].sort((a, b) => a.from - b.from)) {
    result += source.slice(done, edit.from) + edit.text;
    done = edit.to;
  }
  return result + source.slice(done);
}

/** The same edits within a part of the text, as that part's new text. */
export function editedSlice(source: string, from: number, to: number, edits: readonly Edit[]): string {
  return applyEdits(
    source.slice(from, to),
    edits.map((edit) => ({ from: edit.from - from, to: edit.to - from, text: edit.text })),
  );
}

/** Line ends as in the file that the text goes into. */
export function withLineEndsOf(source: string, text: string): string {
  return source.includes('\r\n') ? text.replace(/\r?\n/g, '\r\n') : text;
}

export function lineStart(source: string, at: number): number {
  return source.lastIndexOf('\n', at - 1) + 1;
}

/** End of the line that `at` lies in, before its line end. */
export function lineEnd(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  if (end === -1) return source.length;
  return source[end - 1] === '\r' && end > at ? end - 1 : end;
}

/** White space that the line of `at` begins with. */
export function indentAt(source: string, at: number): string {
  const start = lineStart(source, at);
  return /^[ \t]*/.exec(source.slice(start, at))?.[0] ?? '';
}

/** One step of indentation: the first that the file shows. */
export function indentStep(source: string, usual: string): string {
  return /\n(\t| {2,8})\S/.exec(source)?.[1] ?? usual;
}
