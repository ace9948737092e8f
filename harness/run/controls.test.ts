import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CandidateSource } from '../../candidates/source.ts';
import type { CalibrateContext, Scorer } from '../../scorers/scorer.ts';
import { noTools } from '../../scorers/testing.ts';
import { Calibration } from '../domain/calibration.ts';
import type { Candidate } from '../domain/candidate.ts';
import { type Digest, digestOf, sha256 } from '../domain/digest.ts';
import { defaultPolicy } from '../domain/policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import { planTrials } from '../plan/plan.ts';
import { testSpec } from '../sandbox/docker-testing.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { openStore } from '../store/git-store.ts';
import { openIndex, type RunIndex } from '../store/index-db.ts';
import type { Store } from '../store/store.ts';
import { executeRun } from './engine.ts';
import { runInputs } from './inputs.ts';
import type { RunPlan } from './ports.ts';
import { type RunSession, startSession } from './session.ts';

let dir: string;
let store: Store;
let index: RunIndex;
let base: Digest;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'assay-controls-'));
  store = await openStore(dir);
  index = openIndex(dir);
  base = await store.putBlob('base');
  index.putBase(sha256('image'), '/app', base);
});
afterAll(async () => {
  await store.close();
  index.close();
  rmSync(dir, { recursive: true, force: true });
});

/** The engine's edges are not what is asked about here: every image is there, and no container is started. */
const sandbox: Sandbox = {
  facts: async () => ({ version: '0', runtime: 'none' }),
  prepare: async () => ({
    ref: 'i',
    digest: sha256('image'),
    workdir: '/app',
    user: { uid: 1, gid: 1 },
    origin: 'test',
  }),
  readImage: () => Promise.reject(new Error('the base is known')),
  openImage: () => Promise.reject(new Error('no case reads an image')),
  userOf: () => Promise.reject(new Error('no case asks for users')),
  withSnapshot: () => Promise.reject(new Error('no case starts a container')),
  withState: () => Promise.reject(new Error('no case has a state')),
  run: () => Promise.reject(new Error('no case starts a container')),
  reap: async () => 0,
  ready: async () => undefined,
  close: async () => undefined,
};

function source(name: string, content: string | null, attempts: string[] = []): CandidateSource {
  return {
    name,
    adapter: 'test',
    identity: digestOf({ name, content }),
    maxAttempts: null,
    async attempt(context) {
      attempts.push(name);
      const tree = content === null ? null : await store.putBlob(content);
      const diff = { files: 1, added: 1, deleted: 0, lines: 1, binary: 0 };
      const candidate: Candidate | null =
        tree === null ? null : { tree, base: context.base, diff, artifacts: null, state: null };
      return {
        outcome: tree === null ? 'failed' : 'delivered',
        reason: tree === null ? 'the task has no solution/solve.sh' : '',
        candidate,
        evidence: [],
        retryable: false,
        ignoredFiles: 0,
        exitCode: 0,
        wallSec: 0,
      };
    },
  };
}

type Score = (content: string, confirmed: boolean) => Verdict['outcome'];

/** Judges a candidate by what its blob says. */
function scorer(score: Score, extra: Partial<Scorer> = {}) {
  const looks: string[] = [];
  const ask = async (tree: Digest, confirmed: boolean): Promise<Verdict> => {
    const content = (await store.readBlob(tree)).toString();
    looks.push(`${content}${confirmed ? ' again' : ''}`);
    const outcome = score(content, confirmed);
    return {
      scorer: 'tests',
      version: '1',
      outcome,
      reason: `${content} ${outcome}`,
      score: 1,
      checks: [],
      checksTotal: 0,
      measures: {},
      evidence: [],
      confirmed: false,
    };
  };
  const made: Scorer = {
    name: 'tests',
    version: '1',
    config: digestOf(String(score)),
    score: ({ candidate }) => ask(candidate.tree, false),
    ...extra,
  };
  return { scorer: made, looks, again: (tree: Digest) => ask(tree, true) };
}

let runs = 0;
async function execute(plan: Partial<RunPlan> & Pick<RunPlan, 'sources' | 'scorers'>, useCache = true) {
  const tasks = [{ dir: '.', spec: { ...testSpec, id: 't' } }];
  const whole: RunPlan = {
    tasks,
    policy: defaultPolicy,
    trials: planTrials(['t'], plan.sources, 1),
    controls: { nop: source('nop', 'base'), oracle: source('oracle', 'solved') },
    network: 'none',
    sandbox: {},
    ignore: [],
    ...plan,
  };
  runs += 1;
  const inputs = runInputs({ name: 's', version: '1.0.0' }, whole, 1);
  const session: RunSession = await startSession(dir, {
    type: 'run.started',
    run: `run-${runs}`,
    harness: '0',
    inputs,
    inputsDigest: digestOf(inputs),
    options: { agents: [], tasks: [], attempts: null, cache: useCache },
    suitePath: '/nowhere',
    engine: { version: '0', runtime: 'none' },
    trials: whole.trials.length,
  });
  await executeRun(whole, {
    run: session.place.run,
    sandbox,
    store,
    toolbox: noTools,
    cache: index,
    useCache,
    record: session.record,
    emit: session.emit,
    activity: () => undefined,
    concurrency: 2,
    signal: new AbortController().signal,
  });
  await session.close();
  return session.record;
}

const good: Score = (content) => (content === 'base' ? 'fail' : 'pass');

describe('the controls of a run', () => {
  it('prove a gate that refuses the base and passes the solution', async () => {
    const record = await execute({ sources: [source('a', 'mine')], scorers: [scorer(good).scorer] });
    expect(record.selections.get('t')).toMatchObject({ winner: { agent: 'a' }, gate: { proven: true } });
    expect(
      [...(record.controls.get('t')?.values() ?? [])].map(({ name, verdicts }) => [name, verdicts]),
    ).toEqual([
      ['nop', [{ scorer: 'tests', outcome: 'fail', reason: 'base fail' }]],
      ['oracle', [{ scorer: 'tests', outcome: 'pass', reason: 'solved pass' }]],
    ]);
  });

  it.each([
    ['a gate that passes everything', () => 'pass', {}, 'the base unchanged passes every gate'],
    [
      'a gate that passes nothing',
      () => 'fail',
      {},
      'the reference solution does not pass tests: fail: solved fail',
    ],
    [
      'a gate that errs',
      () => 'error',
      {},
      'the reference solution does not pass tests: error: solved error',
    ],
    [
      'a task without solution',
      good,
      { controls: { nop: source('nop', 'base'), oracle: source('oracle', null) } },
      'no reference solution: the task has no solution/solve.sh',
    ],
    ['no gate', good, { policy: { ...defaultPolicy, gates: [] } }, 'there is no gate'],
  ] as [string, Score, Partial<RunPlan>, string][])('do not prove %s', async (_what, score, over, reason) => {
    const sources = [source('a', 'mine')];
    const marked = await execute({ sources, scorers: [scorer(score).scorer], ...over });
    expect(marked.selections.get('t')?.gate).toEqual({ proven: false, reason });
    const policy = { ...(over.policy ?? defaultPolicy), require_proven: true };
    const refused = await execute({ sources, scorers: [scorer(score).scorer], ...over, policy });
    expect(refused.selections.get('t')?.winner).toBeNull();
    if (refused.selections.get('t')?.ranking[0]?.eligible)
      expect(refused.selections.get('t')?.reason).toBe(`no winner: the gate is not proven: ${reason}`);
    expect(refused.finished?.exitCode).toBe(1);
  });

  it('are taken from the cache, by task and image', async () => {
    const attempts: string[] = [];
    const controls = {
      nop: { ...source('nop', 'base', attempts), identity: sha256('another nop') },
      oracle: source('oracle', 'cached solution', attempts),
    };
    const score: Score = (content) => (content === 'base' ? 'fail' : 'pass');
    const { scorer: first, looks } = scorer(score);
    await execute({ sources: [source('a', 'cached')], scorers: [first], controls });
    const done = [...looks];
    await execute({ sources: [source('a', 'cached')], scorers: [first], controls });
    expect(attempts.toSorted()).toEqual(['nop', 'oracle']);
    expect(looks).toEqual(done);
    await execute({ sources: [source('a', 'cached')], scorers: [first], controls }, false);
    expect(attempts).toHaveLength(4);
  });

  it('calibrate a scorer once, before it judges, and its verdicts are keyed by what it learnt', async () => {
    const seen: (string | null)[] = [];
    let learnt = 'first';
    const made = () => {
      const inner = scorer(good);
      const calibrating: Scorer = {
        ...inner.scorer,
        config: sha256('calibrating'),
        async calibrate({ base: nop, oracle }: CalibrateContext) {
          expect([nop.tree === base, oracle !== null]).toEqual([true, true]);
          const digest = await store.putBlob(learnt);
          return Calibration.parse({ digest, words: learnt, quarantined: [], checks: 3, settled: true });
        },
        score: (context) => {
          seen.push(context.calibration?.words ?? null);
          return inner.scorer.score(context);
        },
      };
      return calibrating;
    };
    const record = await execute({ sources: [source('a', 'c1')], scorers: [made()] });
    expect(record.calibrations.get('t')?.get('tests')?.words).toBe('first');
    expect(seen).toEqual(['first', 'first', 'first']);
    learnt = 'second';
    await execute({ sources: [source('a', 'c1')], scorers: [made()] });
    expect(seen).toHaveLength(3);
    await execute({ sources: [source('a', 'c1')], scorers: [made()] }, false);
    expect(seen.slice(3)).toEqual(['second', 'second', 'second']);
  });
});

describe('the second look at a leading candidate', () => {
  it('is taken until the leader stands; who falls is ranked as refused', async () => {
    const flaky: Score = (content, confirmed) =>
      content === 'base' || (confirmed && content === 'lucky') ? 'fail' : 'pass';
    const { scorer: made, looks, again } = scorer(flaky);
    const confirming: Scorer = { ...made, confirm: ({ candidate }) => again(candidate.tree) };
    const sources = [source('lucky', 'lucky'), source('steady', 'steady 1')];
    const policy = { ...defaultPolicy, order: [] };
    const record = await execute({ sources, scorers: [confirming], policy });
    expect(record.selections.get('t')?.winner?.agent).toBe('steady');
    const outcomes = record.selections.get('t')?.ranking.map(({ agent, eligible }) => [agent, eligible]);
    expect(outcomes?.find(([agent]) => agent === 'steady')).toEqual(['steady', true]);
    expect(looks.filter((look) => look === 'steady 1 again')).toHaveLength(1);
    const verdicts = [...record.verdicts.values()].map(({ verdict }) => verdict);
    expect(verdicts.filter(({ confirmed }) => confirmed).length).toBeGreaterThanOrEqual(1);
  });

  it('that is refused leaves no winner when nobody else is there', async () => {
    const { scorer: made, again } = scorer((content, confirmed) =>
      content === 'base' || (confirmed && content !== 'solved') ? 'fail' : 'pass',
    );
    const confirming: Scorer = { ...made, confirm: ({ candidate }) => again(candidate.tree) };
    const record = await execute({ sources: [source('only', 'only')], scorers: [confirming] });
    expect(record.selections.get('t')).toMatchObject({ winner: null });
    expect(record.finished?.exitCode).toBe(1);
  });
});

describe('a scorer that needs another one', () => {
  const named = (name: string, score: Score, extra: Partial<Scorer> = {}) => {
    const made = scorer(score, extra);
    const own: Scorer = {
      ...made.scorer,
      name,
      score: async (context) => ({ ...(await made.scorer.score(context)), scorer: name }),
    };
    return { ...made, scorer: own };
  };

  it('is handed its verdicts, on controls as well, and is asked anew when they change', async () => {
    const seen: string[] = [];
    const spec = () => {
      const made = named('spec', good, { needs: ['tests'] });
      const own = made.scorer;
      return {
        ...own,
        score: async (context: Parameters<Scorer['score']>[0]) => {
          seen.push(`${context.needed.get('tests')?.reason}`);
          return own.score(context);
        },
      };
    };
    await execute({ sources: [source('a', 'mine')], scorers: [spec(), scorer(good).scorer] });
    expect([...seen].sort()).toEqual(['base fail', 'mine pass', 'solved pass']);
    seen.length = 0;
    await execute({ sources: [source('a', 'mine')], scorers: [spec(), scorer(good).scorer] });
    expect(seen).toEqual([]);
    const stricter: Score = (content) => (content === 'solved' ? 'pass' : 'fail');
    await execute({ sources: [source('a', 'mine')], scorers: [spec(), scorer(stricter).scorer] });
    expect(seen).toEqual(['mine fail']);
  });

  it('calibrates on them, too', async () => {
    const digest = await store.putBlob('learnt');
    const learnt: string[] = [];
    const spec = named('spec', good, {
      needs: ['tests'],
      calibrate: async ({ needed }) => {
        learnt.push(`${needed.base.get('tests')?.reason}, ${needed.oracle.get('tests')?.reason}`);
        return { digest, words: '', quarantined: [], checks: 0, settled: true };
      },
    });
    await execute({ sources: [source('a', 'mine')], scorers: [spec.scorer, scorer(good).scorer] });
    expect(learnt).toEqual(['base fail, solved pass']);
  });

  it('can say that the task itself says nothing: then nobody wins it', async () => {
    const digest = await store.putBlob('broken');
    const spec = named('spec', () => 'pass', {
      calibrate: async () => ({
        digest,
        words: '',
        quarantined: [],
        checks: 0,
        settled: true,
        broken: 'the base breaks it',
      }),
    });
    const record = await execute({
      sources: [source('a', 'mine')],
      scorers: [spec.scorer, scorer(good).scorer],
    });
    expect(record.selections.get('t')).toMatchObject({
      winner: null,
      invalid: 'spec: the base breaks it',
      reason: 'no winner: the task does not count: spec: the base breaks it',
    });
    expect(record.finished?.exitCode).toBe(1);
  });
});
