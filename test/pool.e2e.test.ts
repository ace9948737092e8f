import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assay } from './support/cli.ts';

const pool = resolve(import.meta.dirname, '../../shared/data/pool-humaneval');
const present = existsSync(join(pool, 'predictions.jsonl'));
if (!present)
  console.warn(
    'skipped: the pool of real candidates is not beside the project (../shared/data/pool-humaneval)',
  );

/** Tasks whose candidates include right and wrong ones; a slice, so that the test stays short. */
const slice = ['humaneval-000', 'humaneval-010', 'humaneval-032'];

/** One of the pool's own exceptions: it loads third-party packages, which the image does not have. */
const exceptions = new Set(['humaneval-032 GPT_4o']);

describe.skipIf(!present)('a slice of a pool of real candidates', () => {
  const dir = mkdtempSync(join(tmpdir(), 'assay-pool-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('gets the verdicts that its labels say', { timeout: 300_000 }, async () => {
    const ran = await assay([
      'run',
      pool,
      '--out',
      join(dir, 'store'),
      '--json',
      ...slice.flatMap((task) => ['--task', task]),
    ]);
    expect([0, 1], ran.stderr).toContain(ran.code);
    const labels = new Map(
      readFileSync(join(pool, 'labels.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map((label): [string, boolean] => [
          `${label.instance_id} ${label.model_name_or_path}`,
          label.visible_pass,
        ]),
    );
    let compared = 0;
    for (const task of JSON.parse(ran.stdout).tasks) {
      for (const row of task.ranking) {
        const id = `${task.task} ${row.agent.replace(/^pool\//, '')}`;
        if (exceptions.has(id)) continue;
        const label = labels.get(id);
        // A model that wrote nothing for a task has a row and no candidate, and is in no label.
        expect(row.candidate === null, id).toBe(label === undefined);
        if (label === undefined) continue;
        expect(row.verdicts[0]?.outcome === 'pass', id).toBe(label);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(80);
  });
});
