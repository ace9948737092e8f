import { strangePythonEncoding } from '../python-encoding.ts';

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

/** The same as `strangePythonEncoding`; null for what is not Python by its name. */
export function strangeEncoding(path: string, text: string): string | null {
  return /\.py[iw]?$/i.test(path) ? strangePythonEncoding(text) : null;
}
