import type { Evidence } from '../../harness/domain/candidate.ts';
import { canonicalJson } from '../../harness/domain/digest.ts';
import {
  inlineChecks,
  type Requirement,
  type RequirementOutcome,
  type Verdict,
} from '../../harness/domain/verdict.ts';
import { keepContent } from '../../harness/store/evidence.ts';
import type { ScoreContext } from '../scorer.ts';
import { answersTo } from './answer.ts';
import { checkTools } from './calibrate.ts';
import type { CheckAnswer } from './checks/check.ts';
import { checkDependencies } from './dependencies/dependencies.ts';
import { loadSpec } from './load-spec.ts';
import type { SpecEntry } from './options.ts';
import { checkScope } from './scope.ts';
import { dependenciesId, type Spec, scopeId } from './spec.ts';
import { findUnspecified } from './unspecified/unspecified.ts';
import { checksOf, specVerdict } from './verdict.ts';

/**
 * Asks a candidate everything that the task's spec asks. Whatever the candidate did ends in a verdict; throws `input` for a
 * spec that cannot be used, `infrastructure`, and the signal's reason.
 */
export async function scoreSpec(options: SpecEntry, context: ScoreContext): Promise<Verdict> {
  context.signal.throwIfAborted();
  const spec = await loadSpec(context.task.dir);
  const tools = checkTools(options, context);
  const { scope, dependencies } = spec.file;
  const policies: { id: typeof scopeId | typeof dependenciesId; says: string; answers: CheckAnswer[] }[] = [];
  if (scope !== undefined)
    policies.push({ id: scopeId, says: scopeWords, answers: await checkScope(scope, tools) });
  if (dependencies !== undefined)
    policies.push({
      id: dependenciesId,
      says: dependencyWords,
      answers: await checkDependencies(dependencies, tools),
    });
  const answers = await answersTo(spec.requirements, spec, tools);
  const unspecified = await findUnspecified(spec, tools);
  const requirements = [
    ...policies.map(({ id, says, answers: own }) => requirementOf({ id, kind: id, says }, own)),
    ...criteria(spec, answers),
  ];
  const asked = [...policies.flatMap((policy) => policy.answers), ...answers.values()];
  const evidence: Evidence[] = [
    ...(asked.length > inlineChecks
      ? [await keepContent(context.store, 'checks.json', canonicalJson(checksOf(asked)))]
      : []),
    await keepContent(context.store, 'requirements.json', canonicalJson(requirements)),
    await keepContent(context.store, 'unspecified.json', canonicalJson(unspecified)),
    ...asked.flatMap((answer) => answer.evidence),
  ];
  return specVerdict(options, { requirements, answers: asked, unspecified, evidence });
}

const scopeWords = 'The change stays within its scope.';
const dependencyWords = 'Dependencies change only as the policy says.';

function criteria(spec: Spec, answers: ReadonlyMap<string, CheckAnswer>): Requirement[] {
  return spec.requirements.map(({ id, kind, says, checks }) =>
    requirementOf(
      { id, kind, says },
      checks.flatMap((check) => answers.get(check.id) ?? []),
    ),
  );
}

function requirementOf(
  { id, kind, says }: Pick<Requirement, 'id' | 'kind' | 'says'>,
  answers: readonly CheckAnswer[],
): Requirement {
  const outcome = outcomeOf(answers);
  const telling = answers.filter((answer) => answer.message !== '' && answer.outcome === outcome);
  return {
    id,
    kind,
    says,
    outcome,
    message: outcome === 'unverified' ? 'it has no check' : (telling[0]?.message ?? ''),
    checks: answers.map((answer) => answer.id),
    evidence: [...new Set(answers.flatMap((answer) => answer.evidence.map(({ name }) => name)))],
  };
}

/** The worst of its checks: a failure is certain, an unknown is not a pass. */
function outcomeOf(answers: readonly CheckAnswer[]): RequirementOutcome {
  if (answers.length === 0) return 'unverified';
  if (answers.some(({ outcome }) => outcome === 'fail')) return 'fail';
  return answers.some(({ outcome }) => outcome === 'unknown') ? 'unknown' : 'pass';
}
