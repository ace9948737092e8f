import type { Scorer } from '../../scorers/scorer.ts';
import type { Calibration } from '../domain/calibration.ts';
import type { Candidate } from '../domain/candidate.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { ScoreJob } from './score.ts';
import { neededBy } from './scorer-order.ts';

/** Asks scorers about one candidate as they are wanted, each once, after those that it needs. */
export function asker(
  candidate: Candidate,
  scorers: readonly Scorer[],
  calibrations: ReadonlyMap<string, Calibration>,
  score: (job: ScoreJob) => Promise<Verdict>,
): (scorer: Scorer) => Promise<Verdict> {
  const asked = new Map<string, Promise<Verdict>>();
  const ask = (scorer: Scorer): Promise<Verdict> => {
    const known = asked.get(scorer.name);
    if (known !== undefined) return known;
    const needs = scorers.filter(({ name }) => scorer.needs?.includes(name));
    for (const needed of needs) ask(needed);
    const verdict = neededBy(scorer, asked).then((needed) =>
      score({ candidate, scorer, calibration: calibrations.get(scorer.name) ?? null, needed }),
    );
    asked.set(scorer.name, verdict);
    return verdict;
  };
  return ask;
}
