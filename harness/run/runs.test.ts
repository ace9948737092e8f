import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRun, listRunIds, newRunId } from './runs.ts';

let store: string;
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'assay-runs-'));
  for (const run of ['20260101-000000-a-111111', '20260102-000000-a-222222', '20260102-000000-b-333333']) {
    mkdirSync(join(store, 'runs', run), { recursive: true });
    writeFileSync(join(store, 'runs', run, 'journal.jsonl'), '');
  }
  mkdirSync(join(store, 'runs', 'no-run'));
});
afterEach(() => rmSync(store, { recursive: true }));

describe('findRun', () => {
  it.each([
    ['latest', '20260102-000000-b-333333'],
    ['20260101-000000-a-111111', '20260101-000000-a-111111'],
    ['20260101', '20260101-000000-a-111111'],
    ['222222', '20260102-000000-a-222222'],
  ])('knows %s', async (wanted, run) => {
    expect((await findRun(store, wanted)).run).toBe(run);
  });

  it('takes a path to the folder or the journal', async () => {
    const dir = join(store, 'runs', '20260101-000000-a-111111');
    expect(await findRun('elsewhere', dir)).toMatchObject({ run: '20260101-000000-a-111111', dir });
    expect(await findRun('elsewhere', join(dir, 'journal.jsonl'))).toMatchObject({ dir });
    await expect(findRun(store, join(store, 'runs', 'no-run'))).rejects.toMatchObject({ kind: 'input' });
  });

  it.each([
    ['20260102', /may be any of 2 runs/],
    ['nothing', /there is no run "nothing"/],
    ['', /there is no run ""/],
    ['no-run', /there is no run "no-run"/],
  ])('refuses %j', async (wanted, message) => {
    await expect(findRun(store, wanted)).rejects.toThrow(message);
  });

  it('says how to begin where there is nothing', async () => {
    await expect(findRun(join(store, 'empty'), 'latest')).rejects.toMatchObject({
      fix: expect.stringContaining('assay run SUITE'),
    });
    expect(await listRunIds(join(store, 'empty'))).toEqual([]);
  });
});

it('gives every run an id of its own that sorts by time', () => {
  const [first, second] = [new Date('2026-01-02T03:04:05.678Z'), new Date('2026-01-02T03:04:06Z')];
  expect(newRunId('quick', first)).toMatch(/^20260102-030405-quick-[0-9a-f]{6}$/);
  expect(newRunId('quick', first)).not.toBe(newRunId('quick', first));
  expect(newRunId('quick', first) < newRunId('quick', second)).toBe(true);
});
