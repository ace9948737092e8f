import { z } from 'zod';
import { canonicalJson } from '../../../harness/domain/digest.ts';
import { infrastructureError, messageOf } from '../../../harness/domain/errors.ts';
import { Check, type Verdict } from '../../../harness/domain/verdict.ts';
import { keepContent } from '../../../harness/store/evidence.ts';
import type { ScoreContext } from '../../scorer.ts';
import { bounded, boundedLine, plural } from '../../text.ts';
import type { GivenCheck } from '../schema.ts';
import { matchesWildcard } from '../wildcard.ts';
import type { AskedCheck, CheckAnswer, RunChecks } from './check.ts';

/** The scorer whose checks are the tests. */
const testsScorer = 'tests';
/** Evidence in which a verdict keeps all of its checks. */
const allChecks = 'checks.json';
const maxMessage = 400;
const namesShown = 3;
const nameLength = 80;
/** Results that the evidence of one check lists; those that did not pass come first. */
const maxListed = 500;

/**
 * What the task's tests say, as the tests scorer has found it. A check passes where a test matches and all that match
 * passed, and fails where one of them failed. Everything else is no answer. No container is needed.
 */
export const runTestChecks: RunChecks<'test'> = async (checks, { context }) => {
  const tests = await testsOf(context);
  if (typeof tests === 'string')
    return checks.map(({ id }) => ({ id, outcome: 'unknown', message: tests, evidence: [] }));
  const answers: CheckAnswer[] = [];
  for (const asked of checks) answers.push(await answer(asked, tests, context.store));
  return answers;
};

/** All tests of the verdict, in its order; else in words why there are none. */
async function testsOf({ needed, store }: Pick<ScoreContext, 'needed' | 'store'>): Promise<Check[] | string> {
  const verdict = needed.get(testsScorer);
  if (verdict === undefined) return `the suite has no scorer named ${testsScorer}`;
  if (verdict.outcome === 'error' || verdict.outcome === 'skipped') {
    const word = verdict.outcome === 'error' ? 'came to no result' : 'were not run';
    return boundedLine(`the tests ${word}: ${verdict.reason}`, maxMessage);
  }
  if (verdict.checks.length === verdict.checksTotal) return verdict.checks;
  return readAll(verdict, store);
}

/** Throws `infrastructure` where the store's object is not what the verdict says. */
async function readAll(verdict: Verdict, store: ScoreContext['store']): Promise<Check[] | string> {
  const evidence = verdict.evidence.find(({ name }) => name === allChecks);
  if (evidence === undefined || evidence.truncated)
    return `the verdict of ${testsScorer} does not list all tests`;
  const blob = await store.readBlob(evidence.digest);
  try {
    const all = z.array(Check).parse(JSON.parse(blob.toString()));
    if (all.length !== verdict.checksTotal)
      throw new RangeError(`it lists ${all.length} tests, not ${verdict.checksTotal}`);
    return all;
  } catch (error) {
    throw infrastructureError(
      `the tests' ${allChecks} (${evidence.digest}) cannot be read: ${messageOf(error)}`,
      {
        component: 'store',
        fix: 'start a new run with --no-cache',
        cause: error,
      },
    );
  }
}

async function answer(
  { id, given }: AskedCheck<'test'>,
  tests: readonly Check[],
  store: ScoreContext['store'],
): Promise<CheckAnswer> {
  const matched = tests.filter((test) => isMeant(given, test.id));
  const asked = boundedLine('id' in given ? given.id : given.pattern, nameLength);
  if (matched.length === 0) {
    const what = 'id' in given ? `no test has the id ${asked}` : `no test matches ${asked}`;
    return { id, outcome: 'unknown', message: what, evidence: [] };
  }
  const { outcome, message } = judge(matched);
  const listed = [...matched]
    .sort((a, b) => Number(a.outcome === 'pass') - Number(b.outcome === 'pass'))
    .slice(0, maxListed)
    .map((test) => ({
      id: test.id,
      outcome: test.outcome,
      ...(test.message === undefined ? {} : { message: bounded(test.message, maxMessage) }),
    }));
  const content = canonicalJson({ asked: given, matched: matched.length, tests: listed });
  return { id, outcome, message, evidence: [await keepContent(store, evidenceName(id), content)] };
}

function isMeant(given: GivenCheck<'test'>, test: string): boolean {
  return 'id' in given ? given.id === test : matchesWildcard(given.pattern, test);
}

function judge(matched: readonly Check[]): Pick<CheckAnswer, 'outcome' | 'message'> {
  const failed = matched.filter(({ outcome }) => outcome === 'fail');
  if (failed.length > 0) return { outcome: 'fail', message: inWords(failed, matched.length, 'failed') };
  const open = matched.filter(({ outcome }) => outcome !== 'pass');
  if (open.length > 0)
    return { outcome: 'unknown', message: inWords(open, matched.length, 'came to no result') };
  return { outcome: 'pass', message: '' };
}

/** `2 of 5 tests failed: a (why), b`. */
function inWords(some: readonly Check[], total: number, what: string): string {
  const names = some.slice(0, namesShown).map(({ id, message }) => {
    const why = message === undefined ? '' : ` (${boundedLine(message, nameLength)})`;
    return boundedLine(id, nameLength) + why;
  });
  const more = some.length > namesShown ? ` and ${some.length - namesShown} more` : '';
  return boundedLine(
    `${some.length} of ${plural(total, 'test')} ${what}: ${names.join(', ')}${more}`,
    maxMessage,
  );
}

/** `tables/2` → `tables~2.tests.json`: no id holds a `~`, so that no two are the same. */
function evidenceName(id: string): string {
  return `${id.replaceAll('/', '~')}.tests.json`;
}
