import { expect } from 'vitest';
import type { Framework } from '../../../../harness/domain/test-settings.ts';
import type { TestFile } from '../../runners/runner.ts';
import { parseScript } from '../javascript/syntax.ts';
import { plantSentinels } from '../plant.ts';
import { parsePython } from '../python/syntax.ts';
import { errorsIn } from '../tree.ts';
import { seeded } from './real-runs.ts';

export function plant(
  file: TestFile,
  framework: Framework,
  seed = 1,
  style: 'twin' | 'plain' = 'twin',
  known = false,
) {
  return plantSentinels(file, { framework, style, random: seeded(seed), known });
}

function errors({ path, text }: TestFile): number {
  return errorsIn(path.endsWith('.py') ? parsePython(text) : parseScript(text, path));
}

/** What a planting must be, wherever it is done. */
export function check(file: TestFile, framework: Framework, seed: number, style: 'twin' | 'plain'): void {
  const planted = plant(file, framework, seed, style);
  const { mustPass, mustFail } = planted.sentinels;
  expect(planted.sentinels.path).toBe(file.path);
  expect(planted.file.path).toBe(file.path);
  expect(mustPass).toHaveLength(1);
  expect(mustFail.length).toBeGreaterThanOrEqual(1);
  expect(mustFail.length).toBeLessThanOrEqual(3);
  for (const name of [...mustPass, ...mustFail]) {
    const own = name.at(-1) ?? '';
    expect(file.text).not.toContain(own);
    expect(planted.file.text.split(own).length).toBe(2);
    expect(own).not.toMatch(/sentinel|assay|[0-9a-f]{8}/i);
  }
  expect(errors(planted.file)).toBeLessThanOrEqual(errors(file));
}
