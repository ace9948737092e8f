import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReports } from './detect.ts';
import { parsers } from './parsers.ts';
import type { Parsed } from './result.ts';
import { fixtures, wouldPass } from './testing.ts';

const outcomes = (parsed: Parsed | null) =>
  parsed?.ok ? Object.fromEntries(parsed.results.map(({ id, outcome }) => [id, outcome])) : parsed;

describe.each(fixtures)('the report $name of the real runner', ({ path, format, content, results }) => {
  it('is read as it was meant', () => {
    expect(outcomes(parsers[format](content))).toEqual(results);
  });

  it('is found for what it is by a task that names nothing, and by one that names it', async () => {
    expect(outcomes(await readReports([{ path, content }]))).toEqual(results);
    const named = { format, path: null, exitCode: 0 };
    expect(outcomes(await readReports([{ path, content }], named))).toEqual(results);
    // Named by path, it may be called anything.
    const file = { path: 'logs/out.txt', content };
    expect(await readReports([file])).toBeNull();
    expect(outcomes(await readReports([file], { ...named, path: './logs/out.txt' }))).toEqual(results);
  });

  it('passes where all passed, and only there', () => {
    const isPassing = !Object.values(results).some((outcome) => outcome === 'fail' || outcome === 'error');
    expect(isPassing).toBe(path.startsWith('passing.'));
    expect(wouldPass(parsers[format](content))).toBe(isPassing);
  });

  it('names nothing of the machine on which it was made', () => {
    expect(content.toString()).not.toMatch(/\/(work|root|home|tmp|usr\/local)\//);
  });
});

describe('the fixtures', () => {
  it('are all expected to be something', () => {
    const files = globSync('*/*', { cwd: join(import.meta.dirname, 'fixtures') });
    const reports = files.filter((file) => !file.endsWith('expected.json'));
    expect(fixtures.map(({ name }) => name).sort()).toEqual(reports.sort());
    expect(new Set(fixtures.map(({ format }) => format)).size).toBe(Object.keys(parsers).length);
  });

  it.each([
    ['ndjson', 'tap'],
    ['ndjson', 'xml'],
  ])('of node:test say the same as %s and as %s', (one, other) => {
    const of = (extension: string) => {
      const found = fixtures.find(({ name }) => name === `node-test/passing.${extension}`);
      return Object.entries(found?.results ?? {}).map(([id, outcome]) => [
        id.replace(/^.*(> |::)/, ''),
        outcome,
      ]);
    };
    expect(of(one).length).toBeGreaterThan(5);
    expect(of(one)).toEqual(of(other));
  });
});
