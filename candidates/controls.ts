import { nop } from './nop.ts';
import { oracle } from './oracle.ts';
import type { CandidateSource, OpenContext } from './source.ts';

/** The two candidates whose verdicts are known beforehand: the base unchanged, and each task's reference solution. */
export async function controlSources(
  taskIds: readonly string[],
): Promise<{ nop: CandidateSource; oracle: CandidateSource }> {
  const context: OpenContext = { suiteDir: '.', taskIds, notice: () => undefined };
  const [[base], [solution]] = await Promise.all([
    nop.open({ name: 'nop', adapter: 'nop' }, context),
    oracle.open({ name: 'oracle', adapter: 'oracle' }, context),
  ]);
  if (base === undefined || solution === undefined) throw new TypeError('a control has no source');
  return { nop: base, oracle: solution };
}
