import type { z } from 'zod';
import type { Calibration } from '../harness/domain/calibration.ts';
import { infrastructureError, messageOf } from '../harness/domain/errors.ts';
import type { ScoreContext } from './scorer.ts';

/**
 * Reads what a scorer's own `calibrate` kept as a blob; null where it was not calibrated. A run hands the same calibration to
 * each of a task's candidates: its blob is read and checked once. Throws `infrastructure`.
 */
export function calibrationReader<Kept>(
  schema: z.ZodType<Kept>,
): (context: Pick<ScoreContext, 'calibration' | 'store'>) => Promise<Kept | null> {
  const known = new WeakMap<Calibration, { kept: Kept }>();
  return async ({ calibration, store }) => {
    if (calibration === null) return null;
    const before = known.get(calibration);
    if (before !== undefined) return before.kept;
    const blob = await store.readBlob(calibration.digest);
    try {
      const kept = schema.parse(JSON.parse(blob.toString()));
      known.set(calibration, { kept });
      return kept;
    } catch (error) {
      throw infrastructureError(`the calibration ${calibration.digest} cannot be read: ${messageOf(error)}`, {
        fix: 'start a new run with --no-cache',
        cause: error,
      });
    }
  };
}
