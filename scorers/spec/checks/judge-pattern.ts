import { boundedLine, plural } from '../../text.ts';
import type { GivenCheck } from '../schema.ts';
import type { RuleResult, SearchMatch } from '../search/search.ts';
import type { CheckAnswer } from './check.ts';

/** What was seen of a check's files. */
interface Seen {
  /** How many of the candidate's files the check is about. */
  files: number;
  /** Of these, and of the base's, the paths that the candidate has changed. */
  changed: ReadonlySet<string>;
  /** Those that were not looked at. */
  left: readonly { path: string; reason: string }[];
  found: RuleResult | undefined;
  /** What could not be parsed; absent where that does not matter. */
  errors: RuleResult | undefined;
}

interface Judged extends Pick<CheckAnswer, 'outcome' | 'message'> {
  /** What the answer rests on. */
  matches: SearchMatch[];
}

/**
 * What a search says of a pattern. One match decides where any is enough; that there is none is only said where all
 * files were looked at and parsed as well as the base's.
 */
export function judgePattern(
  given: GivenCheck<'pattern'>,
  { files, changed, left, found, errors }: Seen,
): Judged {
  const isWanted = given.must !== undefined || given.must_rule !== undefined;
  const onlyNew = given.only_new === true;
  const unknown = (message: string): Judged => ({ outcome: 'unknown', message, matches: [] });
  if (found === undefined) return unknown('ast-grep did not come to it');
  // What counts as new depends on having seen all of both sides.
  if (onlyNew && found.problem !== null) return unknown(found.problem);
  const matches = onlyNew ? grown(found.matches) : found.matches.filter(({ side }) => side === 'after');
  if (matches.length > 0)
    return {
      outcome: isWanted ? 'pass' : 'fail',
      message: `${found.cut ? 'at least ' : ''}${counted(matches.length)}${onlyNew ? ' that the base does not have' : ''}: ${places(matches)}`,
      matches,
    };
  const [unlooked] = left;
  if (found.problem !== null) return unknown(found.problem);
  if (unlooked !== undefined)
    return unknown(
      `${boundedLine(unlooked.path, 200)} was not looked at: it ${boundedLine(unlooked.reason, 200)}`,
    );
  if (isWanted)
    return {
      outcome: 'fail',
      message: `no ${onlyNew ? 'new ' : ''}match in ${plural(files, 'file')}`,
      matches,
    };
  if (errors === undefined || errors.problem !== null)
    return unknown(errors?.problem ?? 'nothing was parsed');
  const [broken] = grown(errors.matches.filter(({ path }) => changed.has(path)));
  if (broken !== undefined)
    return unknown(
      `${boundedLine(broken.path, 200)}:${broken.line} cannot be parsed: what stands there was not looked at`,
    );
  return { outcome: 'pass', message: '', matches };
}

/** Matches of the candidate beyond as many of the same text as the base has; white space does not make another text. */
export function grown(matches: readonly SearchMatch[]): SearchMatch[] {
  const had = new Map<string, number>();
  for (const { side, text } of matches)
    if (side === 'before') had.set(keyOf(text), (had.get(keyOf(text)) ?? 0) + 1);
  return matches.filter(({ side, text }) => {
    if (side === 'before') return false;
    const left = had.get(keyOf(text)) ?? 0;
    if (left > 0) had.set(keyOf(text), left - 1);
    return left === 0;
  });
}

function keyOf(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function counted(matches: number): string {
  return `${matches} ${matches === 1 ? 'match' : 'matches'}`;
}

const shownPlaces = 3;

function places(matches: readonly SearchMatch[]): string {
  const shown = matches.slice(0, shownPlaces).map(({ path, line }) => `${boundedLine(path, 100)}:${line}`);
  const more = matches.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
