import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCtrf } from './ctrf.ts';
import { reportLimits } from './result.ts';
import { needsVectors, vectorFolder } from './testing.ts';

const parse = (value: unknown) =>
  parseCtrf(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const report = (tests: unknown[], summary?: object) => ({
  reportFormat: 'CTRF',
  specVersion: '0.0.0',
  results: { tool: { name: 't' }, ...(summary ? { summary } : {}), tests },
});

describe('parseCtrf', () => {
  it('reads every status, with suites and messages', () => {
    expect(
      parse(
        report([
          { name: 'a', status: 'passed', duration: 1, suite: ['s', 't'] },
          { name: 'b', status: 'failed', trace: 'where', suite: 's' },
          { name: 'c', status: 'skipped', message: 'why' },
          { name: 'd', status: 'pending' },
          { name: 'e', status: 'other', message: null },
        ]),
      ),
    ).toEqual({
      ok: true,
      results: [
        { id: 's > t > a', outcome: 'pass' },
        { id: 's > b', outcome: 'fail', message: 'where' },
        { id: 'c', outcome: 'skipped', message: 'why' },
        { id: 'd', outcome: 'skipped' },
        { id: 'e', outcome: 'error' },
      ],
    });
  });

  it('reads what older reporters write: no format, times as fractions, fields of their own', () => {
    expect(
      parse({
        results: {
          tool: { name: 'pytest', version: '8.4.1' },
          summary: {
            tests: 1,
            passed: 1,
            failed: 0,
            skipped: 0,
            pending: 0,
            other: 0,
            start: 1.5,
            stop: 2.5,
          },
          tests: [
            {
              name: 't.py::a',
              status: 'passed',
              duration: 0.2,
              file_path: 't.py',
              raw_status: 'call_passed',
            },
          ],
        },
      }),
    ).toEqual({ ok: true, results: [{ id: 't.py::a', outcome: 'pass' }] });
  });

  it('takes a test still to do for left out, and a pass after a failure for one that is told', () => {
    expect(
      parse(
        report([
          { name: 'a', status: 'other', rawStatus: 'todo' },
          { name: 'b', status: 'passed', flaky: true },
        ]),
      ),
    ).toEqual({
      ok: true,
      results: [
        { id: 'a', outcome: 'skipped' },
        { id: 'b', outcome: 'pass', message: 'passed only when tried again' },
      ],
    });
  });

  it.each([
    ['', 'empty'],
    ['{', 'cannot be parsed'],
    ['null', 'not a CTRF report'],
    ['[]', 'not a CTRF report'],
    [{ reportFormat: 'CTRF', specVersion: '1.0.0' }, 'results'],
    [{ ...report([]), reportFormat: 'JUnit' }, 'reportFormat'],
    [report([{ name: 'a', status: 'ok' }]), 'status'],
    [report([{ status: 'passed' }]), 'name'],
    [report([{ name: 'a', status: 'passed' }], { tests: 2, passed: 2, failed: 0 }), 'counts 2 tests'],
    [report([{ name: 'a', status: 'passed' }], { tests: 1, passed: 0, failed: 1 }), 'counts 1 failed'],
    [' '.repeat(reportLimits.bytes + 1), 'larger than'],
    [`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`, 'not a CTRF report'],
  ])('refuses %.60j', (value, why) => {
    const parsed = parse(value);
    expect(parsed.ok ? 'read' : parsed.reason).toContain(why);
  });
});

const corpus = vectorFolder('ctrf');

interface Vector {
  description: string;
  valid: boolean;
  dataPath?: string;
  data?: unknown;
}

describe.skipIf(corpus.isAbsent)(`parseCtrf against the corpus ${needsVectors}`, () => {
  const folder = join(corpus.path, 'tests');
  const vectors = corpus.isAbsent
    ? []
    : readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.json'))
        .flatMap((file) =>
          (JSON.parse(readFileSync(join(folder, file), 'utf8')).tests as Vector[]).map((vector) => ({
            ...vector,
            content: vector.dataPath
              ? readFileSync(join(folder, dirname(file), vector.dataPath))
              : Buffer.from(JSON.stringify(vector.data)),
          })),
        );

  it('reads every valid document', () => {
    const valid = vectors.filter((vector) => vector.valid);
    console.log(`CTRF corpus: ${valid.length} valid documents`);
    expect(valid.length).toBeGreaterThan(5);
    for (const vector of valid)
      expect(parseCtrf(vector.content), vector.description).toMatchObject({ ok: true });
  });

  it('refuses every document that is wrong in what a result rests on', () => {
    const invalid = vectors.filter((vector) => !vector.valid);
    const read = invalid.filter((vector) => parseCtrf(vector.content).ok);
    console.log(
      `CTRF corpus: ${invalid.length - read.length} of ${invalid.length} invalid documents refused`,
    );
    expect(invalid.length).toBeGreaterThan(100);
    // The others break rules on what is not read here: fields that are missing, added or of another type.
    const states = ['passed', 'failed', 'skipped', 'pending', 'other'];
    for (const vector of read) {
      const { tests } = JSON.parse(vector.content.toString()).results;
      for (const test of tests) {
        expect(test.name, vector.description).toMatch(/./);
        expect(states, vector.description).toContain(test.status);
      }
    }
  });
});
