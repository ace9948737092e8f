/** What must not reach a terminal or a report as it is: controls, direction marks, line separators, lone surrogates. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escapeOne(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Text from outside on one printable line, its middle cut out beyond `max` characters. */
export function plainText(text: string, max = 300): string {
  const shown =
    text.length <= max
      ? text
      : `${text.slice(0, Math.ceil(max * 0.6))}…${text.slice(-Math.floor(max * 0.4))}`;
  return shown.replace(unprintable, escapeOne);
}

/** A name from outside as it may stand in a sentence: quoted as JSON quotes, printable, shortened. */
export function quoteText(text: string, max = 120): string {
  return `"${plainText(text.replace(/["\\]/g, '\\$&'), max)}"`;
}
