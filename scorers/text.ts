import { sha256 } from '../harness/domain/digest.ts';

/** Well-formed text of at most `max` UTF-16 units; a cut is marked. For text that a candidate may have written. */
export function bounded(text: string, max: number): string {
  return cut(text, max).toWellFormed();
}

/** The same as one line: control and format characters and runs of white space become one space each. */
export function boundedLine(text: string, max: number): string {
  return bounded(
    cut(text, max * 8)
      .replace(/[\p{Cc}\p{Cf}\p{Z}\s]+/gu, ' ')
      .trim(),
    max,
  );
}

/** A name of at most `max` units that still differs where the whole names differ: the cut part is hashed. */
export function boundedName(name: string, max: number): string {
  const whole = name.toWellFormed();
  if (whole.length <= max) return whole;
  return `${whole.slice(0, max - 10).toWellFormed()}…~${sha256(whole).slice(7, 15)}`;
}

/** `3 tests`, `1 test`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
