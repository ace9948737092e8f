/** A column whose name ends in `>` is aligned to the right. Cells are escaped by the caller. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(head.map((name) => name.replace(/>$/, ''))),
    line(head.map((name) => (name.endsWith('>') ? '--:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}
