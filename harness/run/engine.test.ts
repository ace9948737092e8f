import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CandidateSource } from '../../candidates/source.ts';
import type { Scorer } from '../../scorers/scorer.ts';
import { noTools } from '../../scorers/testing.ts';
import { type Digest, digestOf, sha256 } from '../domain/digest.ts';
import { infrastructureError, inputError } from '../domain/errors.ts';
import { defaultPolicy } from '../domain/policy.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { TrialResult } from '../domain/trial.ts';
import type { Verdict } from '../domain/verdict.ts';
import { planTrials } from '../plan/plan.ts';
import { testSpec } from '../sandbox/docker-testing.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { openStore } from '../store/git-store.ts';
import { openIndex, type RunIndex } from '../store/index-db.ts';
import type { Store } from '../store/store.ts';
import { executeRun } from './engine.ts';
import { runInputs } from './inputs.ts';
import { readJournal } from './journal-read.ts';
import type { RunPlan } from './ports.ts';
import { type RunSession, startSession } from './session.ts';

/**
 * The loop itself: real journal, store and index; agents and scorers that do what the case wants, and an engine that
 * fails when the case says so. What a real engine does is tested end to end.
 */
let dir: string;
let store: Store;
let index: RunIndex;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'assay-engine-'));
  store = await openStore(dir);
  index = openIndex(dir);
});
afterEach(async () => {
  await store.close();
  index.close();
  rmSync(dir, { recursive: true, force: true });
});

const engineDown = () => infrastructureError('the engine is gone', { component: 'engine' });

const task = (id: string): LoadedTask => ({
  dir: '/nowhere',
  spec: { ...testSpec, id, fullName: id, digest: sha256(id) },
});

const engine = (prepare: Sandbox['prepare']): Sandbox => ({
  facts: async () => ({ version: '0', runtime: 'none' }),
  prepare,
  readImage: (_image, _path, consume) => {
    const workspace = pack();
    workspace.entry({ name: 'app/', type: 'directory' });
    workspace.finalize();
    return consume(workspace as unknown as Readable);
  },
  openImage: () => Promise.reject(new Error('no case reads an image')),
  userOf: () => Promise.reject(new Error('no case asks for users')),
  withSnapshot: () => Promise.reject(new Error('no case starts a container')),
  withState: () => Promise.reject(new Error('no case has a state')),
  run: () => Promise.reject(new Error('no case starts a container')),
  reap: async () => 0,
  ready: async () => undefined,
  close: async () => undefined,
});

const image = {
  ref: 'i',
  digest: sha256('image'),
  workdir: '/app',
  user: { uid: 1, gid: 1 },
  origin: 'test',
};

function source(name: string, attempt: (retry: number) => string | Promise<string>): CandidateSource {
  return {
    name,
    adapter: 'test',
    identity: digestOf(name),
    maxAttempts: null,
    async attempt({ base, trial }): Promise<TrialResult> {
      const tree = await store.putBlob(await attempt(trial.retry));
      return {
        outcome: 'delivered',
        reason: '',
        candidate: {
          tree,
          base,
          diff: { files: 1, added: 1, deleted: 0, lines: 1, binary: 0 },
          artifacts: null,
          state: null,
        },
        evidence: [],
        retryable: false,
        ignoredFiles: 0,
        exitCode: 0,
        wallSec: 0,
      };
    },
  };
}

const nothing: TrialResult = {
  outcome: 'failed',
  reason: 'there is none',
  candidate: null,
  evidence: [],
  retryable: false,
  ignoredFiles: 0,
  exitCode: null,
  wallSec: 0,
};

/** Controls that deliver nothing: then the gate is not proven, and nothing else changes. */
const noControls: RunPlan['controls'] = {
  nop: { ...source('nop', () => 'base'), attempt: async () => nothing },
  oracle: { ...source('oracle', () => 'oracle'), attempt: async () => nothing },
};

function scorer(
  score: (tree: Digest) => Partial<Verdict> | Promise<Partial<Verdict>> = () => ({}),
): Scorer & { scored: string[] } {
  const scored: string[] = [];
  return {
    name: 'tests',
    version: '1',
    config: sha256(''),
    scored,
    async score({ candidate }) {
      scored.push(candidate.tree);
      const verdict: Verdict = {
        scorer: 'tests',
        version: '1',
        outcome: 'pass',
        reason: 'said so',
        score: 1,
        checks: [],
        checksTotal: 0,
        measures: { passed: 1 },
        evidence: [],
        confirmed: false,
      };
      return { ...verdict, ...(await score(candidate.tree)) };
    },
  };
}

let runs = 0;
async function execute(
  plan: Pick<RunPlan, 'sources' | 'scorers'> & Partial<RunPlan>,
  sandbox = engine(async () => image),
) {
  const tasks = plan.tasks ?? [task('t')];
  const whole: RunPlan = {
    tasks,
    policy: defaultPolicy,
    trials: planTrials(
      tasks.map(({ spec }) => spec.id),
      plan.sources,
      1,
    ),
    controls: noControls,
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
    options: { agents: [], tasks: [], attempts: null, cache: true },
    suitePath: '/nowhere',
    engine: { version: '0', runtime: 'none' },
    trials: whole.trials.length,
  });
  try {
    await executeRun(whole, {
      run: session.place.run,
      sandbox,
      store,
      toolbox: noTools,
      cache: index,
      useCache: true,
      record: session.record,
      emit: session.emit,
      activity: () => undefined,
      concurrency: 2,
      signal: new AbortController().signal,
    });
  } finally {
    await session.close();
  }
  const { entries } = await readJournal(session.place.journal);
  return { record: session.record, events: entries.map(({ event }) => event), place: session.place };
}

describe('executeRun', () => {
  it('scores equal trees once, also when they are delivered at the same time', async () => {
    const tests = scorer(() => new Promise((resolve) => setTimeout(() => resolve({}), 20)));
    const { record } = await execute({
      sources: ['a', 'b', 'c'].map((name) => source(name, () => (name === 'c' ? 'other' : 'same'))),
      scorers: [tests],
    });
    expect(tests.scored).toHaveLength(2);
    expect(
      record.selections
        .get('t')
        ?.ranking.map(({ agent }) => agent)
        .sort(),
    ).toEqual(['a', 'b', 'c']);
    expect(record.finished?.exitCode).toBe(0);
  });

  it('takes verdicts of earlier runs, but never one whose evidence is gone, nor an error', async () => {
    const evidence = [
      { name: 'stdout.txt', digest: await store.putBlob('kept'), bytes: 4, truncated: false },
    ];
    const first = scorer(() => ({ evidence }));
    await execute({ sources: [source('a', () => 'tree')], scorers: [first] });
    const second = scorer();
    const { events } = await execute({ sources: [source('a', () => 'tree')], scorers: [second] });
    expect([first.scored.length, second.scored.length]).toEqual([1, 0]);
    expect(events.find((event) => event.type === 'verdict.recorded')).toMatchObject({ cached: true });

    const gone = [{ name: 'stdout.txt', digest: sha256('never stored'), bytes: 4, truncated: false }];
    const third = scorer(() => ({ evidence: gone }));
    const fourth = scorer(() => ({ outcome: 'error', reason: 'timeout' }));
    const sources = [source('a', () => 'tree 2')];
    await execute({ sources, scorers: [third] });
    await execute({ sources, scorers: [third] });
    expect(third.scored).toHaveLength(2);
    const erring = [source('a', () => 'tree 3')];
    await execute({ sources: erring, scorers: [fourth] });
    await execute({ sources: erring, scorers: [fourth] });
    expect(fourth.scored).toHaveLength(2);
  });

  it('tries a trial again under a number of its own when the engine failed, and keeps the failed one', async () => {
    const flaky = source('a', (retry) => (retry === 0 ? Promise.reject(engineDown()) : 'tree'));
    const { record } = await execute({ sources: [flaky], scorers: [scorer()] });
    expect(
      [...record.trials.values()].map(({ trial, result }) => [trial.id, result?.outcome, result?.retryable]),
    ).toEqual([
      ['t/a/1', 'error', true],
      ['t/a/1~1', 'delivered', false],
    ]);
    expect(record.selections.get('t')?.ranking).toHaveLength(1);
    expect(record.finished?.exitCode).toBe(0);
  });

  it('comes to the same decision as a run without the failure', async () => {
    const calm = await execute({ sources: [source('a', () => 'tree')], scorers: [scorer()] });
    const flaky = source('a', (retry) => (retry < 2 ? Promise.reject(engineDown()) : 'tree'));
    const { record } = await execute({ sources: [flaky], scorers: [scorer()] });
    expect(record.finished?.decisionDigest).toBe(calm.record.finished?.decisionDigest);
  });

  it('lets a trial be an error when every try failed, goes on, and ends with 3 where that left no winner', async () => {
    const broken = source('broken', () => Promise.reject(engineDown()));
    const alone = await execute({ sources: [broken], scorers: [scorer()] });
    expect(alone.record.finished?.exitCode).toBe(3);
    expect(alone.record.selections.get('t')).toMatchObject({ winner: null });
    const both = await execute({ sources: [broken, source('fine', () => 'tree')], scorers: [scorer()] });
    expect(both.record.finished?.exitCode).toBe(0);
    expect(both.record.selections.get('t')?.winner?.agent).toBe('fine');
  });

  it('makes every trial of a task an error when its image cannot be made, and runs the others', async () => {
    const sandbox = engine(async ({ spec }) => {
      if (spec.id === 'bad') throw inputError('Dockerfile does not build');
      return image;
    });
    const sources = [source('a', () => 'tree')];
    const { record } = await execute(
      { tasks: [task('bad'), task('good')], sources, scorers: [scorer()] },
      sandbox,
    );
    expect(record.failedTasks.get('bad')).toBe('Dockerfile does not build');
    expect(record.trials.get('bad/a/1')?.result).toMatchObject({ outcome: 'error', candidate: null });
    expect(record.selections.get('good')?.winner?.agent).toBe('a');
    expect(record.finished?.exitCode).toBe(1);
  });

  it('decides the other tasks when one has no image for now, and is not finished', async () => {
    const sandbox = engine(async ({ spec }) => {
      if (spec.id === 'away') throw infrastructureError('no way to the base image', { fix: 'load it' });
      return image;
    });
    const sources = [source('a', () => 'tree')];
    const tasks = [task('away'), task('here'), task('there')];
    await expect(execute({ tasks, sources, scorers: [scorer()] }, sandbox)).rejects.toMatchObject({
      kind: 'infrastructure',
      message: 'task away could not be prepared; the other tasks are decided',
      fix: 'load it',
    });
    const { entries } = await readJournal(join(dir, 'runs', `run-${runs}`, 'journal.jsonl'));
    expect(
      entries
        .flatMap(({ event }) => (event.type === 'selection.decided' ? [event.selection.task] : []))
        .sort(),
    ).toEqual(['here', 'there']);
    expect(entries.map(({ event }) => event.type)).not.toContain('run.finished');
  });

  it('stops at once when the engine stays away, without waiting for it task by task', async () => {
    let waits = 0;
    // As a socket does it: not in the same turn of the event loop.
    const away = engine(() => new Promise((_, reject) => setTimeout(() => reject(engineDown()), 5)));
    const sandbox: Sandbox = {
      ...away,
      ready: () => {
        waits += 1;
        return Promise.reject(engineDown());
      },
    };
    const tasks = Array.from({ length: 20 }, (_, index) => task(`t${index}`));
    const run = execute({ tasks, sources: [source('a', () => 'tree')], scorers: [scorer()] }, sandbox);
    await expect(run).rejects.toMatchObject({ component: 'engine', message: 'the engine is gone' });
    expect(waits).toBeLessThanOrEqual(2);
  });

  it('stops at what is neither the agent nor the engine, and what was finished stays', async () => {
    const full = infrastructureError('no space left', { component: 'store' });
    const slow = source('b', () => new Promise((_, reject) => setTimeout(() => reject(full), 50)));
    await expect(execute({ sources: [source('a', () => 'tree'), slow], scorers: [scorer()] })).rejects.toBe(
      full,
    );
    const { entries } = await readJournal(join(dir, 'runs', `run-${runs}`, 'journal.jsonl'));
    const types = entries.map(({ event }) => event.type);
    expect(types).toContain('verdict.recorded');
    expect(types).not.toContain('run.finished');
    expect(entries.flatMap(({ event }) => (event.type === 'trial.finished' ? [event.trial.id] : []))).toEqual(
      ['t/a/1'],
    );
  });
});
