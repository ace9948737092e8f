/**
 * Whatever could be invisible, move the cursor or reorder text: C0, C1 and ESC, format characters (bidi controls and
 * isolates, zero-width, tags), line and paragraph separators, lone surrogates, default-ignorables, noncharacters.
 */
const hostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}\p{NChar}]/u;
const hostileButNewline = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}\p{NChar}]/gu;
const hostileButLayout = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}\p{NChar}]/gu;

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Length that `visible` allows where the caller names none. Characters. */
const defaultVisibleLength = 300;

/**
 * Hostile text as one line of harmless, visible text of at most `max` characters (code points), `…` where it was cut.
 * What cannot be seen becomes an escape such as `\u{1b}`. Not reversible: it is for reading.
 */
export function visible(text: string, max = defaultVisibleLength): string {
  if (text.length <= max && !hostile.test(text)) return text;
  const pieces: string[] = [];
  let length = 0;
  // How many pieces leave room for the `…`: a piece is never split, so that no escape is left half.
  let fitting = 0;
  // Twice: a code point has at most two units. What lies behind can never be shown, however long it is.
  for (const char of text.slice(0, 2 * max + 2)) {
    const piece = hostile.test(char) ? escapeChar(char) : char;
    length += piece === char ? 1 : piece.length;
    if (length > max) return `${pieces.slice(0, fitting).join('')}…`;
    pieces.push(piece);
    if (length < max) fitting = pieces.length;
  }
  return pieces.join('');
}

function escapeChar(char: string): string {
  return shortEscapes[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

/** What makes a renderer link, mention or refer by itself; a backslash does not stop that, a code span does. */
const triggers = String.raw`((?:@|:\/\/|www\.|GH-(?=\d)|#(?=\d))+)`;
const markdownSpecial = new RegExp(`${triggers}|[\\\\\`*_{}[\\]<>#!&|~$^]`, 'giu');

/**
 * Hostile text for running Markdown text and table cells: reads as `visible(text)`, renders as nothing but text. No HTML,
 * image, link, autolink, mention, issue reference, emphasis, heading or template in it is alive.
 */
export function markdown(text: string, max = defaultVisibleLength): string {
  return (
    visible(text, max)
      .trim()
      .replace(markdownSpecial, (found, trigger?: string) =>
        trigger === undefined ? `\\${found}` : `\`${found}\``,
      )
      // At the start of a line these would begin a list, a rule or an underlined heading.
      .replace(/^(\d{0,9})([-+=.)])(?=[-= ]|$)/, String.raw`$1\$2`)
  );
}

/**
 * Hostile text that is a name, as a Markdown code span, safe in table cells too. Where a code span would need more than
 * its two backticks, or reads as HTML or an image to a careless reader, it is `markdown` text instead.
 */
export function code(text: string, max = defaultVisibleLength): string {
  const shown = visible(text, max);
  return shown.trim() === '' || /[`|<>]|!\[/.test(shown) ? markdown(text, max) : `\`${shown}\``;
}

/**
 * Hostile text for an XML text node: newlines and tabs stay, everything else that is illegal in XML 1.0 or invisible
 * becomes an escape as in `visible`. Markup characters are left to the XML builder.
 */
export function xmlText(text: string): string {
  return text.replace(hostileButLayout, escapeChar);
}

/** A cell of a CSV file: one line, bounded. Formulas are defused by csv-stringify's `escape_formulas`. */
export function csvText(text: string): string {
  return visible(text, 1000);
}

/** JSON that is safe to print: invisible characters inside strings are written as JSON escapes, so that nothing is lost. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(hostileButNewline, (char) =>
    Array.from({ length: char.length }, (_, index) => unitEscape(char.charCodeAt(index))).join(''),
  );
}

function unitEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}
