import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import type { Verdict } from '../domain/verdict.ts';
import { openIndex, type RunIndex, type RunRow } from './index-db.ts';

let dir: string;
let index: RunIndex;
let notices: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-index-'));
  notices = [];
  index = openIndex(dir, { notice: (text) => notices.push(text) });
});
afterEach(() => {
  index.close();
  rmSync(dir, { recursive: true, force: true });
});

const key = sha256('key');
const verdict: Verdict = {
  scorer: 'tests',
  version: '1',
  outcome: 'pass',
  reason: 'all 3 tests passed',
  score: 1,
  checks: [{ id: 'a', outcome: 'pass' }],
  checksTotal: 3,
  measures: { passed: 3 },
  evidence: [{ name: 'log', digest: sha256('log'), bytes: 3, truncated: false }],
  confirmed: false,
};
const row: RunRow = {
  run: 'r1',
  suite: 'quickstart',
  started: '2026-01-01T00:00:00.000Z',
  finished: null,
  exitCode: null,
  winners: 1,
  tasks: 2,
  trials: 10,
  size: 4096,
  mtime: 1_767_225_600_000.25,
};

it('gives back what was put, also after it was opened again', () => {
  expect(index.getVerdict(key)).toBe(null);
  index.putVerdict(key, { ...verdict, outcome: 'fail' }, 'r1');
  index.putVerdict(key, verdict, 'r2');
  index.putBase(key, '/app', sha256('tree'));
  index.close();
  expect(index.getVerdict(key)).toEqual(verdict);
  expect(index.getBase(key, '/app')).toBe(sha256('tree'));
  expect(index.getBase(key, '/other')).toBe(null);
  expect(notices).toEqual([]);
});

it('lists runs by start, replaces and removes them', () => {
  index.upsertRun(row);
  index.upsertRun({ ...row, run: 'r0', started: '2025-12-31T00:00:00.000Z' });
  index.upsertRun({ ...row, finished: '2026-01-01T00:01:00.000Z', exitCode: 0 });
  expect(index.listRuns().map(({ run, exitCode }) => [run, exitCode])).toEqual([
    ['r0', null],
    ['r1', 0],
  ]);
  index.removeRun('r0');
  expect(index.listRuns()).toEqual([{ ...row, finished: '2026-01-01T00:01:00.000Z', exitCode: 0 }]);
});

it('shares the file with another process', () => {
  index.putVerdict(key, verdict, 'r1');
  const other = openIndex(dir);
  other.putBase(key, '/app', key);
  expect(other.getVerdict(key)).toEqual(verdict);
  expect(index.getBase(key, '/app')).toBe(key);
  other.close();
});

it('takes rows that do not parse as absent', () => {
  index.upsertRun(row);
  index.close();
  const db = new DatabaseSync(join(dir, 'index.db'));
  const put = db.prepare('INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)');
  put.run(sha256('1'), '{not json', 'r');
  put.run(sha256('2'), JSON.stringify({ ...verdict, outcome: 'excellent' }), 'r');
  db.prepare('INSERT INTO bases VALUES (?, ?, ?)').run(key, '/app', 'no digest');
  db.exec(`UPDATE runs SET winners = -1`);
  db.close();
  expect(index.getVerdict(sha256('1'))).toBe(null);
  expect(index.getVerdict(sha256('2'))).toBe(null);
  expect(index.getBase(key, '/app')).toBe(null);
  expect(index.listRuns()).toEqual([]);
  expect(notices).toEqual([]);
});

it('may be deleted at any moment', () => {
  index.putVerdict(key, verdict, 'r1');
  index.close();
  for (const name of readdirSync(dir)) rmSync(join(dir, name));
  expect(index.getVerdict(key)).toBe(null);
  index.putVerdict(key, verdict, 'r1');
  expect(index.getVerdict(key)).toEqual(verdict);
  expect(notices).toEqual([]);
});

it.each([
  ['no database', (path: string) => writeFileSync(path, 'garbage '.repeat(2000))],
  ['an empty file', (path: string) => writeFileSync(path, '')],
  [
    'a database of something else',
    (path: string) => {
      const db = new DatabaseSync(path);
      db.exec('CREATE TABLE verdicts (other TEXT); PRAGMA user_version = 1');
      db.close();
    },
  ],
])('replaces %s, and tells it at most once', (_, damage) => {
  damage(join(dir, 'index.db'));
  expect(index.getVerdict(key)).toBe(null);
  index.putVerdict(key, verdict, 'r1');
  expect(index.getVerdict(key)).toEqual(verdict);
  expect(notices.length).toBeLessThanOrEqual(1);
});

it('goes on without an index where there can be none', () => {
  const none = openIndex(join(dir, 'no', 'such', 'folder'), { notice: (text) => notices.push(text) });
  none.putVerdict(key, verdict, 'r1');
  expect(none.getVerdict(key)).toBe(null);
  expect(none.listRuns()).toEqual([]);
  none.close();
  expect(notices).toEqual([expect.stringContaining('cannot be used')]);
});
