import { UNITS } from './units.ts';

export type DurationErrorCode = 'syntax' | 'calendar-unit' | 'range';

export class DurationError extends Error {
  override name = 'DurationError';
  readonly code: DurationErrorCode;

  constructor(code: DurationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Writes whole milliseconds as the shortest ISO 8601 duration: `5400000` is `PT1H30M`.
 * The longest unit is the day. Throws a DurationError (`range`) for what is not a safe integer.
 */
export function formatDuration(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new DurationError('range', `not a whole number of milliseconds: ${ms}`);
  let rest = Math.abs(ms);
  let date = '';
  let time = '';
  for (const { designator, ms: length, time: isTime } of UNITS) {
    const count = designator === 'S' ? rest / length : Math.floor(rest / length);
    rest %= length;
    if (count === 0) continue;
    if (isTime) time += count + designator;
    else date += count + designator;
  }
  if (date === '' && time === '') return 'PT0S';
  return `${ms < 0 ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`;
}

const NUMBER = String.raw`\d+(?:[.,]\d+)?`;
const WEEKS = new RegExp(`^(?<W>${NUMBER})W$`);
const DATE = new RegExp(`^(?:(?<Y>${NUMBER})Y)?(?:(?<Mo>${NUMBER})M)?(?:(?<D>${NUMBER})D)?$`);
const TIME = new RegExp(`^(?:(?<H>${NUMBER})H)?(?:(?<M>${NUMBER})M)?(?:(?<S>${NUMBER})S)?$`);
const LENGTH: ReadonlyMap<string, number> = new Map([
  ['W', 7 * 86_400_000],
  ...UNITS.map(({ designator, ms }): [string, number] => [designator, ms]),
]);

/** The units that a part of a duration gives, in order; null where it breaks the pattern or gives none. */
function unitsOf(part: string, pattern: RegExp): [string, string][] | null {
  const groups = pattern.exec(part)?.groups;
  if (part === '' || groups === undefined) return null;
  return Object.entries(groups).filter(([, number]) => number !== undefined);
}

/**
 * Reads an ISO 8601 duration as whole milliseconds, halves rounded away from zero.
 * Throws a DurationError: `syntax` for what is no duration, `calendar-unit` for years and months, `range` for what is
 * not a safe integer.
 */
export function parseDuration(text: string): number {
  const fail = (code: DurationErrorCode, why: string) => new DurationError(code, `${why}: ${JSON.stringify(text)}`);
  const body = /^[+-]?P([^T]*)(?:(T)([^]*))?$/.exec(text);
  if (body === null) throw fail('syntax', 'not a duration');
  const [, date = '', t, time = ''] = body;

  const dateUnits = t === undefined ? (unitsOf(date, WEEKS) ?? unitsOf(date, DATE)) : date === '' ? [] : unitsOf(date, DATE);
  const timeUnits = t === undefined ? [] : unitsOf(time, TIME);
  if (dateUnits === null || timeUnits === null) throw fail('syntax', 'not a duration');
  const units = [...dateUnits, ...timeUnits];
  if (units.slice(0, -1).some(([, number]) => /[.,]/.test(number))) throw fail('syntax', 'only the last unit may have a fraction');
  if (units.some(([name]) => name === 'Y' || name === 'Mo')) throw fail('calendar-unit', 'a year or month has no fixed length');

  // Integers throughout: a double would already round what has more digits than it can hold.
  let total = 0n;
  for (const [name, number] of units) {
    const [whole = '0', fraction = ''] = number.split(/[.,]/);
    const scale = 10n ** BigInt(fraction.length);
    const scaled = BigInt(whole + fraction) * BigInt(LENGTH.get(name) ?? 0);
    total += (2n * scaled + scale) / (2n * scale);
  }
  if (total > BigInt(Number.MAX_SAFE_INTEGER)) throw fail('range', 'too long for whole milliseconds');
  return Number(text.startsWith('-') ? -total : total);
}
