/** What is run, by its name; the same whatever a tool's globs are. */
const program =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|py[iw]?|go|rs|java|kts?|scala|groovy|cc?|h|cpp|cxx|hpp|cs|rb|php|swift|lua|sh|bash|pl|r|exs?)$/i;
/** What people write as text and programs read. */
const settings = /\.(?:jsonc?|ya?ml|toml|ini|cfg|conf|properties|pem|key)$|(?:^|\/)\.env(?:\.[^/]*)?$/i;

/** Whether a path is code by its name: what stands there may run, so that it is never left out in silence. */
export function isProgram(path: string): boolean {
  return program.test(path);
}

/** Whether a path is text by its name: one that is not text hides what stands there. */
export function isTextByName(path: string): boolean {
  return program.test(path) || settings.test(path);
}

/**
 * The encoding that a Python source declares, https://peps.python.org/pep-0263/; null for those in which tools that read
 * UTF-8 see the same code as Python does. In others, such as UTF-7, code looks like a comment.
 */
export function strangeEncoding(path: string, text: string): string | null {
  if (!/\.py[iw]?$/i.test(path)) return null;
  const [, name] = /^(?:[^\n\r]*[\n\r])?[ \t\f]*#[^\n\r]*?coding[:=][ \t]*([-\w.]+)/.exec(text) ?? [];
  const isPlain = /^(?:utf-?8(?:-sig)?|(?:us-)?ascii|latin-?1|iso-8859-1)$/i;
  return name === undefined || isPlain.test(name.replaceAll('_', '-')) ? null : name.slice(0, 40);
}
