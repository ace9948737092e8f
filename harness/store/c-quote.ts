const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
};

/** Undoes git's C-style quoting; bytes are characters up to U+00FF. null when the text is not so quoted. */
export function unquoteC(text: string): string | null {
  const inner = /^"((?:[^"\\]|\\.)*)"/s.exec(text)?.[1];
  if (inner === undefined) return null;
  return inner.replace(/\\([0-3][0-7]{2}|.)/gs, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
}

/** C-style quoting as far as git needs it: line feeds, quotes and backslashes. */
export function quoteC(text: string): string {
  return `"${text.replace(/["\\\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))}"`;
}
