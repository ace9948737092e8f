import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readJournal } from '../harness/run/journal-read.ts';
import { placeOf } from '../harness/run/runs.ts';
import { assay, type Finished } from './support/cli.ts';
import { assayContainers } from './support/engine.ts';

const quickstart = resolve(import.meta.dirname, '../suites/quickstart');

let dir: string;
let store: string;
let first: Finished;
let decision: { run: string; suite: string; decisionDigest: string; tasks: TaskDecision[] };

interface TaskDecision {
  task: string;
  winner: { candidate: string; agent: string; attempt: number } | null;
  reason: string;
  ranking: {
    rank: number | null;
    candidate: string | null;
    agent: string;
    attempt: number;
    verdicts: { scorer: string; outcome: string; score: number | null }[];
  }[];
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'assay-e2e-'));
  store = join(dir, 'store');
  first = await assay(['run', quickstart, '--out', store, '--json']);
  decision = JSON.parse(first.stdout);
}, 600_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Outcomes of one scorer, by agent. */
const outcomes = (task: TaskDecision, scorer: string) =>
  Object.fromEntries(
    task.ranking.map((row) => [
      row.agent,
      row.verdicts.find((verdict) => verdict.scorer === scorer)?.outcome ?? 'none',
    ]),
  );

describe('assay run suites/quickstart', () => {
  it('finds the concise candidate the winner of every task', () => {
    expect(first.code).toBe(0);
    expect(decision.tasks.length).toBeGreaterThanOrEqual(4);
    for (const task of decision.tasks) {
      expect(task.winner, task.task).toMatchObject({ agent: 'concise', attempt: 1 });
      expect(outcomes(task, 'tests'), task.task).toEqual({
        concise: 'pass',
        sprawling: 'pass',
        overreach: 'pass',
        'edge-miss': 'fail',
        regressor: 'fail',
        'test-editor': 'fail',
      });
      expect(task.ranking.slice(0, 2).map((row) => row.agent)).toEqual(['concise', 'sprawling']);
      expect(task.ranking.map((row) => row.rank)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('refuses whoever passes every test and breaks the spec', () => {
    for (const task of decision.tasks) {
      expect(outcomes(task, 'spec'), task.task).toMatchObject({
        concise: 'pass',
        sprawling: 'pass',
        overreach: 'fail',
      });
      expect(Object.values(outcomes(task, 'static')), task.task).not.toContain('error');
    }
  });

  it('leaves nothing on the engine', async () => {
    expect(await assayContainers(decision.run)).toEqual([]);
  });

  it('writes its reports, and renders them again byte for byte', async () => {
    const place = placeOf(store, decision.run);
    for (const [format, file] of [
      ['md', 'report.md'],
      ['json', 'report.json'],
      ['trials', 'trials.csv'],
      ['verdicts', 'verdicts.csv'],
      ['requirements', 'requirements.csv'],
      ['junit', 'junit.xml'],
    ] as const) {
      const again = await assay(['report', decision.run, '--format', format, '--out', store], {
        env: { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' },
        cwd: dir,
      });
      expect(again.code, again.stderr).toBe(0);
      expect(again.stdout, format).toBe(readFileSync(join(place.dir, file), 'utf8'));
      expect(again.stdout.length, format).toBeGreaterThan(200);
    }
  });

  it('takes every verdict of a second run from the cache and comes to the same decision', async () => {
    const second = await assay(['run', quickstart, '--out', store, '--json']);
    const again = JSON.parse(second.stdout);
    expect(again.decisionDigest).toBe(decision.decisionDigest);
    const { entries } = await readJournal(placeOf(store, again.run).journal);
    const cached = entries.flatMap(({ event }) => (event.type === 'verdict.recorded' ? [event.cached] : []));
    // Six candidates and two controls, three scorers each.
    expect(cached.length).toBe(decision.tasks.length * 8 * 3);
    expect(cached).not.toContain(false);
  });

  it('comes to the same decision in another place, zone, locale, concurrency and order of writing', async () => {
    const copy = join(dir, 'copy');
    cpSync(quickstart, copy, { recursive: true });
    const file = join(copy, 'suite.yaml');
    const suite = parse(readFileSync(file, 'utf8'));
    const tasks = decision.tasks.map(({ task }) => `tasks/${task}`).reverse();
    writeFileSync(file, stringify({ ...suite, tasks, agents: suite.agents.toReversed() }));
    // Two languages and one competitor beside the controls are enough to be scored all over again.
    const two = ['--task', 'csv-chunks', '--task', 'log-summary', '--agent', 'concise', '--json'];
    const here = await assay(['run', quickstart, '--out', store, ...two]);
    const moved = await assay(
      ['run', copy, '--out', join(dir, 'elsewhere'), '--concurrency', '5', '--no-cache', ...two],
      {
        cwd: dir,
        env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
      },
    );
    expect(moved.code, moved.stderr).toBe(0);
    expect(JSON.parse(moved.stdout)).toEqual({ ...JSON.parse(here.stdout), run: expect.any(String) });
    expect(JSON.parse(moved.stdout).tasks).toHaveLength(2);
  }, 300_000);

  it('narrows by agent and task, and says so where nothing matches', async () => {
    const task = decision.tasks[0]?.task ?? '';
    const narrowed = await assay([
      'run',
      quickstart,
      '--out',
      store,
      '--json',
      '--agent',
      'edge-*',
      '--task',
      task,
    ]);
    expect(narrowed.code).toBe(1);
    const { tasks } = JSON.parse(narrowed.stdout);
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({
      task,
      winner: null,
      reason: 'no winner: 1 candidate was refused by a gate',
    });
    const none = await assay(['run', quickstart, '--out', store, '--agent', 'consise']);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('concise');
  });

  it('prints a table with the winners for people', async () => {
    const shown = await assay(['run', quickstart, '--out', store]);
    expect(shown.code).toBe(0);
    for (const { task } of decision.tasks) expect(shown.stdout).toContain(task);
    expect(shown.stdout).toContain('concise');
    expect(shown.stdout).not.toContain('\u001b');
    const listed = await assay(['runs', '--out', store, '--json']);
    expect(JSON.parse(listed.stdout).length).toBeGreaterThanOrEqual(3);
    expect(existsSync(join(store, 'index.db'))).toBe(true);
  });
});
