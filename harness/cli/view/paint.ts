import { styleText } from 'node:util';
import type { Standing } from '../../../reports/standing.ts';

export type Format = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>;

/** Colours a text, or leaves it as it is where colour is not wanted. */
export type Paint = (format: Format | readonly Format[], text: string) => string;

export const plain: Paint = (_format, text) => text;

/** Honours NO_COLOR and FORCE_COLOR, and colours nothing where the stream is no terminal. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (format, text) =>
    text === '' ? '' : styleText(typeof format === 'string' ? format : [...format], text, { stream });
}

/** The colour of each standing. */
export const standingFormats: Readonly<Record<Standing, Format>> = {
  pass: 'green',
  fail: 'red',
  error: 'yellow',
  skipped: 'yellow',
  none: 'gray',
};
