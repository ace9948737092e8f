import {
  anyChar,
  type CharSet,
  complement,
  digits,
  folded,
  lineEnds,
  merged,
  single,
  spaces,
  words,
} from './char-set.ts';

/** A regular expression of JavaScript, as far as it matters how it matches. Groups are gone, captures are what they hold. */
export type RegexNode =
  | { type: 'chars'; set: CharSet }
  | { type: 'sequence'; parts: RegexNode[] }
  | { type: 'choice'; options: RegexNode[] }
  | { type: 'repeat'; min: number; max: number; body: RegexNode }
  | { type: 'start' }
  | { type: 'end' }
  /** `(?=…)` and its likes; `body` matters where it is negated and holds nothing. */
  | { type: 'look'; isNegated: boolean; body: RegexNode }
  /** `\b`, `\B`, `\1`: may or may not match, and takes nothing for sure. */
  | { type: 'other' };

const maxLength = 4000;
const maxDepth = 100;

/** Reads what `RegExp` has taken already; null for what is too long, too deep, or not understood here. */
export function parseRegex(source: string, flags: string): RegexNode | null {
  if (source.length > maxLength) return null;
  const reader: Reader = { characters: [...source], at: 0, flags, depth: 0 };
  try {
    const node = choice(reader);
    return reader.at === reader.characters.length ? node : null;
  } catch (error) {
    if (error instanceof NotUnderstood) return null;
    throw error;
  }
}

class NotUnderstood extends Error {}

interface Reader {
  characters: readonly string[];
  at: number;
  flags: string;
  depth: number;
}

function peek({ characters, at }: Reader, ahead = 0): string {
  return characters[at + ahead] ?? '';
}

function take(reader: Reader, text: string): boolean {
  if (reader.characters.slice(reader.at, reader.at + text.length).join('') !== text) return false;
  reader.at += text.length;
  return true;
}

function next(reader: Reader): string {
  const character = peek(reader);
  if (character === '') throw new NotUnderstood();
  reader.at += 1;
  return character;
}

function choice(reader: Reader): RegexNode {
  reader.depth += 1;
  if (reader.depth > maxDepth) throw new NotUnderstood();
  const options = [sequence(reader)];
  while (take(reader, '|')) options.push(sequence(reader));
  reader.depth -= 1;
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { type: 'choice', options };
}

function sequence(reader: Reader): RegexNode {
  const parts: RegexNode[] = [];
  while (!['', '|', ')'].includes(peek(reader))) {
    const part = quantified(reader, atom(reader));
    // What stands in a group of its own is one row with what stands around it.
    if (part.type === 'sequence') parts.push(...part.parts);
    else parts.push(part);
  }
  return { type: 'sequence', parts };
}

function quantified(reader: Reader, body: RegexNode): RegexNode {
  const bounds = quantifier(reader);
  if (bounds === null) return body;
  take(reader, '?');
  return { type: 'repeat', ...bounds, body };
}

function quantifier(reader: Reader): { min: number; max: number } | null {
  if (take(reader, '*')) return { min: 0, max: Number.POSITIVE_INFINITY };
  if (take(reader, '+')) return { min: 1, max: Number.POSITIVE_INFINITY };
  if (take(reader, '?')) return { min: 0, max: 1 };
  const rest = reader.characters.slice(reader.at, reader.at + 30).join('');
  const match = /^\{(\d+)(,(\d*))?\}/.exec(rest);
  if (match === null) return null;
  reader.at += match[0].length;
  const min = Number(match[1]);
  const max = match[2] === undefined ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
  return { min, max };
}

function atom(reader: Reader): RegexNode {
  const character = next(reader);
  switch (character) {
    case '^':
      return { type: 'start' };
    case '$':
      return { type: 'end' };
    case '.':
      return { type: 'chars', set: reader.flags.includes('s') ? anyChar : complement(lineEnds) };
    case '(':
      return group(reader);
    case '[':
      return { type: 'chars', set: bracket(reader) };
    case '\\':
      return escaped(reader);
    default:
      return literal(reader, character);
  }
}

function group(reader: Reader): RegexNode {
  let look: { isNegated: boolean } | null = null;
  if (take(reader, '?')) {
    if (take(reader, '=') || take(reader, '<=')) look = { isNegated: false };
    else if (take(reader, '!') || take(reader, '<!')) look = { isNegated: true };
    else if (take(reader, '<')) while (next(reader) !== '>');
    else if (!take(reader, ':')) throw new NotUnderstood();
  }
  const body = choice(reader);
  if (!take(reader, ')')) throw new NotUnderstood();
  return look === null ? body : { type: 'look', ...look, body };
}

function literal({ flags }: Reader, character: string): RegexNode {
  return { type: 'chars', set: folded(single(character), flags) };
}

function escaped(reader: Reader): RegexNode {
  const character = next(reader);
  if (character === 'b' || character === 'B') return { type: 'other' };
  if (/[1-9]/.test(character)) {
    while (/[0-9]/.test(peek(reader))) reader.at += 1;
    return { type: 'other' };
  }
  if (character === 'k') {
    if (take(reader, '<')) while (next(reader) !== '>');
    return { type: 'other' };
  }
  return { type: 'chars', set: folded(escapeSet(reader, character), reader.flags) };
}

const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 };

/** What a backslash and this character stand for. Of properties (`\p{…}`) nothing is known but that they match. */
function escapeSet(reader: Reader, character: string): CharSet {
  switch (character) {
    case 'd':
      return digits;
    case 'D':
      return complement(digits);
    case 'w':
      return words;
    case 'W':
      return complement(words);
    case 's':
      return spaces;
    case 'S':
      return complement(spaces);
    case 'p':
    case 'P':
      if (take(reader, '{')) while (next(reader) !== '}');
      return anyChar;
    case 'c':
      return [[next(reader).charCodeAt(0) % 32, 0]].map(([code = 0]) => [code, code] as const);
    case 'x':
    case 'u':
      return codePoint(reader, character);
    default: {
      const control = controls[character];
      return control === undefined ? single(character) : [[control, control]];
    }
  }
}

function codePoint(reader: Reader, kind: string): CharSet {
  const rest = reader.characters.slice(reader.at, reader.at + 10).join('');
  const match = (kind === 'x' ? /^([\da-f]{2})/i : /^(?:\{([\da-f]+)\}|([\da-f]{4}))/i).exec(rest);
  if (match === null) return single(kind);
  reader.at += match[0].length;
  const code = Number.parseInt(match[1] ?? match[2] ?? '', 16);
  return [[code, code]];
}

/** After `[`. Nested sets and their operators (flag `v`) count as any character. */
function bracket(reader: Reader): CharSet {
  const isNegated = take(reader, '^');
  const ranges: (readonly [number, number])[] = [];
  while (!take(reader, ']')) {
    if (reader.flags.includes('v') && ['[', '&', '-'].includes(peek(reader))) throw new NotUnderstood();
    const from = member(reader);
    const isRange = peek(reader) === '-' && peek(reader, 1) !== ']' && from.length === 1;
    if (!isRange) {
      ranges.push(...from);
      continue;
    }
    reader.at += 1;
    const to = member(reader);
    const [low, high] = [from[0]?.[0] ?? 0, to[0]?.[1] ?? 0];
    if (to.length === 1 && low <= high) ranges.push([low, high]);
    else ranges.push(...from, ...to, [45, 45]);
  }
  const set = folded(merged(ranges), reader.flags);
  return isNegated ? complement(set) : set;
}

function member(reader: Reader): CharSet {
  const character = next(reader);
  if (character !== '\\') return single(character);
  const after = next(reader);
  return after === 'b' ? [[8, 8]] : escapeSet(reader, after);
}
