/**
 * The encoding that a Python source declares, https://peps.python.org/pep-0263/; null for those in which tools that read
 * UTF-8 see the same code as Python does. In others, such as UTF-7, code looks like a comment.
 */
export function strangePythonEncoding(text: string): string | null {
  const [, name] = /^(?:[^\n\r]*[\n\r])?[ \t\f]*#[^\n\r]*?coding[:=][ \t]*([-\w.]+)/.exec(text) ?? [];
  const isPlain = /^(?:utf-?8(?:-sig)?|(?:us-)?ascii|latin-?1|iso-8859-1)$/i;
  return name === undefined || isPlain.test(name.replaceAll('_', '-')) ? null : name.slice(0, 40);
}
