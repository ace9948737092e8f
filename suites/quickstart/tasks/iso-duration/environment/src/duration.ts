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

/** Reads an ISO 8601 duration as whole milliseconds. Throws a DurationError for what is none. */
export function parseDuration(text: string): number {
  throw new Error(`not implemented: parseDuration(${JSON.stringify(text)})`);
}
