import { openRegexJudge } from '../../../tests/blackbox/regex.ts';
import type { SlowPart } from './facts.ts';

/** So many repetitions double the ways so often that no machine comes to an end; far fewer characters than any output. */
const pumps = 40;
/** Milliseconds: what comes to an end at all does so in one or two of them. */
const patience = 500;
/** What no class that people write takes together with the characters before it. */
const enders = ['\u0000', '!', '\n\u0000'];

/**
 * A text on which an expression really comes to no answer, tried in a thread of its own; null where each of the texts
 * that might have shown it was answered at once.
 */
export async function confirmSlow(
  { source, flags }: { source: string; flags: string },
  parts: readonly SlowPart[],
): Promise<string | null> {
  const exponential = parts.filter(({ growth }) => growth === 'exponential').slice(0, 2);
  if (exponential.length === 0) return null;
  const judge = openRegexJudge(patience);
  try {
    for (const { before, pump } of exponential)
      for (const ender of enders) {
        const text = before + pump.repeat(pumps) + ender;
        if ((await judge.test(source, flags, text)) === null) return text;
      }
    return null;
  } finally {
    await judge.close();
  }
}
