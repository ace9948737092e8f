/**
 * Replaces `$name`, `${name}`, `${name:-word}` and `${name:+word}` in a Dockerfile's word by the values of `ARG`s, and
 * removes quotes and backslashes as the engine does. Unknown names become nothing.
 */
export function expandWord(word: string, values: ReadonlyMap<string, string>): string {
  const pattern = /\\(.)|["']|\$\{([A-Za-z_]\w*)(?:(:?[-+])([^}]*))?\}|\$([A-Za-z_]\w*)/g;
  return word.replace(
    pattern,
    (_, escaped?: string, braced?: string, operator?: string, other = '', bare?: string) => {
      if (escaped !== undefined) return escaped;
      const name = braced ?? bare;
      if (name === undefined) return '';
      const value = values.get(name);
      const isSet = operator?.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
      if (operator?.endsWith('-')) return isSet ? (value ?? '') : expandWord(other, values);
      if (operator?.endsWith('+')) return isSet ? expandWord(other, values) : '';
      return value ?? '';
    },
  );
}

/** Adds the assignments of one `ARG` instruction (`A=1 B="two words" C`) to the values known so far. */
export function readAssignments(text: string, values: Map<string, string>): void {
  for (const [, name, value] of text.matchAll(
    /([A-Za-z_]\w*)(?:=((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*))?/g,
  )) {
    if (name !== undefined && value !== undefined) values.set(name, expandWord(value, values));
  }
}
