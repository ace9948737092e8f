import { Calibration } from '../../harness/domain/calibration.ts';
import { canonicalJson } from '../../harness/domain/digest.ts';
import type { CalibrateContext, ScoreContext } from '../scorer.ts';
import { boundedLine, plural } from '../text.ts';
import { candidateLayer } from '../workspace.ts';
import { answersTo } from './answer.ts';
import type { CheckTools } from './checks/check.ts';
import { loadSpec } from './load-spec.ts';
import type { SpecEntry } from './options.ts';

/** Asks the invariants of the base: where it breaks one, the spec is wrong and the task says nothing. */
export async function calibrateSpec(options: SpecEntry, context: CalibrateContext): Promise<Calibration> {
  const { base, oracle: _, needed, ...tools } = context;
  const spec = await loadSpec(context.task.dir);
  const invariants = spec.requirements.filter(({ kind }) => kind === 'invariant');
  const answers = await answersTo(
    invariants,
    spec,
    checkTools(options, { ...tools, candidate: base, calibration: null, needed: needed.base }),
  );
  const said = invariants.flatMap(({ id, checks }) =>
    checks.map((check) => ({ invariant: id, answer: answers.get(check.id) })),
  );
  const broken = said.filter(({ answer }) => answer?.outcome === 'fail');
  const unknown = said.filter(({ answer }) => answer?.outcome !== 'fail' && answer?.outcome !== 'pass');
  const digest = await context.store.putBlob(
    canonicalJson(
      said.map(({ invariant, answer }) => ({ invariant, outcome: answer?.outcome ?? 'unknown' })),
    ),
  );
  const [first] = broken;
  return Calibration.parse({
    digest,
    words: inWords(invariants.length, broken.length, unknown.length),
    quarantined: [],
    checks: spec.requirements.reduce((sum, { checks }) => sum + checks.length, 0),
    settled: unknown.length === 0,
    ...(first === undefined
      ? {}
      : {
          broken: boundedLine(
            `the base breaks invariant ${first.invariant}: ${first.answer?.message ?? ''}`,
            600,
          ),
        }),
  });
}

function inWords(invariants: number, broken: number, unknown: number): string {
  if (invariants === 0) return 'no invariants';
  const held = invariants - broken - unknown;
  const parts = [`${held} of ${plural(invariants, 'invariant')} held by the base`];
  if (broken > 0) parts.push(`${broken} broken`);
  if (unknown > 0) parts.push(`${unknown} without an answer`);
  return parts.join(', ');
}

/** What the checks of one candidate work with. */
export function checkTools(options: SpecEntry, context: ScoreContext): CheckTools {
  const { store, candidate, workspace, task, limits } = context;
  return {
    context,
    layer: () => candidateLayer(store, candidate, workspace),
    taskDir: task.dir,
    timeoutSec: Math.min(options.timeout_sec, limits.timeoutSec),
  };
}
