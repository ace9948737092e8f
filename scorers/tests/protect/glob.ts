import { inputError } from '../../../harness/domain/errors.ts';

/**
 * Our own rather than `path.matchesGlob`, which lets `*` and `**` pass over names that begin with a dot (a candidate
 * would put its files there), and rather than gitignore's rules, which know no braces and read all patterns for each
 * path. Knows `*`, `?`, `[a-z]`, `[!a]`, `{a,b}` and, as a whole component, `**` for any number of components. Never
 * slower than the length of the path times that of the pattern: paths are hostile.
 */
export type Glob = readonly Component[];

interface Name {
  /** As it was written. */
  text: string;
  /** What a name must begin and end with: the text before the first wildcard and after the last, or all of it. */
  prefix: string;
  suffix: string;
  /** `exact`: the name is the text. `star`: between prefix and suffix anything may stand. */
  kind: 'exact' | 'star' | 'mixed';
  units: readonly Unit[];
}
type Component = '**' | Name;
type Unit = '*' | ((character: string) => boolean);

const maxAlternatives = 256;

/** One glob for each way to resolve its braces. Throws AssayError `input` where it uses what is not known here. */
export function parseGlob(glob: string): Glob[] {
  if (/^!|[!@+*?]\(/.test(glob))
    throw inputError(`the glob ${JSON.stringify(glob)} uses negation or an extended pattern`, {
      fix: 'write alternatives in braces, {a,b}, and exceptions under unprotect',
    });
  return expandBraces(glob).map((each) =>
    each
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .map(parseComponent),
  );
}

/** True where the whole path, given as its components, is matched. `**` at the end also matches nothing. */
export function matchGlob(glob: Glob, path: readonly string[]): boolean {
  return matchSequence(
    glob,
    path,
    (component) => component === '**',
    (component, name) => component !== '**' && matchName(component, name),
  );
}

/** Matches one component of a path. */
export function matchName({ kind, text, prefix, suffix, units }: Name, name: string): boolean {
  if (kind === 'exact') return text === name;
  if (name.length < prefix.length + suffix.length || !name.startsWith(prefix) || !name.endsWith(suffix))
    return false;
  if (kind === 'star') return true;
  return matchSequence(
    units,
    [...name],
    (unit) => unit === '*',
    (unit, character) => unit !== '*' && unit(character),
  );
}

/** Wildcard matching that goes back to the last star only: no earlier one could match more than it already does. */
function matchSequence<Pattern, Item>(
  pattern: readonly Pattern[],
  items: readonly Item[],
  isStar: (part: Pattern) => boolean,
  matches: (part: Pattern, item: Item) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < items.length; ) {
    const part = pattern[at];
    if (part !== undefined && isStar(part)) {
      star = at;
      resume = index;
      at += 1;
    } else if (part !== undefined && matches(part, items[index] as Item)) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      resume += 1;
      index = resume;
      at = star + 1;
    } else return false;
  }
  return pattern.slice(at).every(isStar);
}

function parseComponent(text: string): Component {
  if (text === '**') return '**';
  const tokens = [...text.matchAll(/\*+|\?|\[([!^]?)([^\]]+)\]|./gsu)];
  const isWild = ([token, , set]: RegExpExecArray) => /^[*?]/.test(token) || set !== undefined;
  const first = tokens.findIndex(isWild);
  const last = tokens.findLastIndex(isWild);
  const literal = (part: readonly RegExpExecArray[]) => part.map(([token]) => token).join('');
  const isStar = first === last && tokens[first]?.[0].startsWith('*') === true;
  return {
    text,
    prefix: first < 0 ? text : literal(tokens.slice(0, first)),
    suffix: first < 0 ? text : literal(tokens.slice(last + 1)),
    kind: first < 0 ? 'exact' : isStar ? 'star' : 'mixed',
    units: tokens.map(([token, negated, set]) => {
      if (token.startsWith('*')) return '*';
      if (token === '?') return () => true;
      if (set !== undefined) return characterClass(set, negated !== '');
      return (character) => character === token;
    }),
  };
}

function characterClass(set: string, negated: boolean): Unit {
  const ranges = [...set.matchAll(/(.)-(.)|(.)/gsu)].map(([, from, to, single = '']) => [
    from ?? single,
    to ?? single,
  ]);
  const holds = (character: string) =>
    ranges.some(([from = '', to = '']) => from <= character && character <= to);
  return (character) => holds(character) !== negated;
}

function expandBraces(glob: string): string[] {
  const done: string[] = [];
  const open = [glob];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const group = innermostGroup(next);
    if (group === null) done.push(next);
    else open.push(...group);
    if (done.length + open.length > maxAlternatives)
      throw inputError(`the glob ${JSON.stringify(glob)} has more than ${maxAlternatives} alternatives`, {
        fix: 'split it into several',
      });
  }
  return done.toSorted();
}

/** The alternatives of the first group that holds no other, each within the whole; braces without a comma are plain. */
function innermostGroup(glob: string): string[] | null {
  const match = /\{([^{}]*,[^{}]*)\}/.exec(glob);
  if (match?.[1] === undefined) return null;
  const [before, after] = [glob.slice(0, match.index), glob.slice(match.index + match[0].length)];
  return match[1].split(',').map((alternative) => before + alternative + after);
}
