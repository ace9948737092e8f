/** Longer messages are compared as they are: a bound on work, never a reason to take two for the same. */
const maxLength = 4096;
/** A stretch between white space, quotes, brackets and colons: a word, a number, a path. Linear. */
const stretch = /[^\s'"`“”‘’()[\]{}<>,;:]+/gu;

/** A message of the base as it reads after the renames: paths that it names are those of the candidate. */
export function withRenames(message: string, renames: ReadonlyMap<string, string>): string {
  if (renames.size === 0 || message.length > maxLength) return message;
  return message.replace(stretch, (word) => renames.get(word) ?? word);
}

/**
 * A message without what changes when other code moves: numbers (lines, counts, percentages) and paths. Names stay, and
 * so do numbers that are part of one: `x1` and `x2` are two variables.
 */
export function normalMessage(message: string): string {
  if (message.length > maxLength) return message;
  return message.replace(stretch, (word) =>
    word.includes('/') ? '<path>' : /^[.%+-]*\d[\d.%+-]*$/u.test(word) ? '<number>' : word,
  );
}

/** The same without quoted names that stand on the finding's own line: it says the same of a renamed variable. */
export function maskedMessage(message: string, isOnLine: (name: string) => boolean): string {
  if (message.length > maxLength) return message;
  const masked = message.replace(
    /(['"`“‘])([\p{L}\p{N}_$]+)(?=['"`”’])/gu,
    (whole, quote: string, name: string) => (isOnLine(name) ? `${quote}<name>` : whole),
  );
  return normalMessage(masked);
}
