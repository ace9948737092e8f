/** Where a text's lines begin, for many questions about the same text. */
export interface LineIndex {
  /** 1-based line and column (UTF-16) of an offset. */
  at(offset: number): { line: number; column: number };
}

/** Lines end with a line feed, as editors and the delta count them. */
export function lineIndex(text: string): LineIndex {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return {
    at(offset) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if ((starts[middle] ?? 0) <= offset) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}
