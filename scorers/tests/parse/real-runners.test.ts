import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseJunit } from './junit.ts';
import type { Parsed } from './result.ts';
import { parseTap } from './tap.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-reports-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const suite = `
import { describe, it, test } from 'node:test';
import assert from 'node:assert';
test('good', () => {});
test('bad <&> "quoted"', () => assert.equal(1, 2));
test('left out', { skip: 'why' }, () => {});
test('later', { todo: true }, () => { throw new Error('expected'); });
describe('outer', () => {
  it('same', () => { console.log('not ok 99 - printed by the test'); });
  it('same', () => {});
  describe('inner', () => {
    it('throws', () => { throw new Error('two\\nlines'); });
  });
});
test('late', { timeout: 30 }, () => new Promise((resolve) => setTimeout(resolve, 400)));
`;

async function nodeReport(reporter: string, source: string): Promise<Buffer> {
  const file = join(folder, `${reporter}.test.mjs`);
  const report = join(folder, `report.${reporter}`);
  await writeFile(file, source);
  await execa(
    process.execPath,
    ['--test', `--test-reporter=${reporter}`, `--test-reporter-destination=${report}`, file],
    {
      // Inside of a test run, node:test would take itself for a nested one.
      env: {},
      extendEnv: false,
      reject: false,
      timeout: 30_000,
    },
  );
  return readFile(report);
}

/** Outcomes by the last part of each name. */
function outcomes(parsed: Parsed): [string, string][] {
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.results
    .map(({ id, outcome }): [string, string] => [id.replace(/^.*( > |::)/, ''), outcome])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('reports of node:test', () => {
  it('are read alike as JUnit and as TAP', async () => {
    const junit = outcomes(parseJunit(await nodeReport('junit', suite)));
    const tap = outcomes(parseTap(await nodeReport('tap', suite)));
    expect(tap).toEqual([
      ['bad <&> "quoted"', 'fail'],
      ['good', 'pass'],
      ['late', 'fail'],
      ['later', 'skipped'],
      ['left out', 'skipped'],
      ['same', 'pass'],
      ['same (2)', 'pass'],
      ['throws', 'fail'],
    ]);
    // The JUnit reporter escapes quotes twice.
    expect(junit.map(([name, outcome]) => [name.replaceAll('&quot;', '"'), outcome])).toEqual(tap);
  });

  it('say in words why a test failed', async () => {
    const parsed = parseTap(await nodeReport('tap', suite));
    const messages = parsed.ok ? parsed.results.map((result) => result.message) : [];
    expect(messages).toEqual(expect.arrayContaining(['1 == 2', 'two\nlines', 'test timed out after 30ms']));
  });

  it('show a file that does not load as a failure', async () => {
    const broken = 'import "./nowhere.mjs";';
    expect(outcomes(parseJunit(await nodeReport('junit', broken)))).toEqual([[expect.anything(), 'fail']]);
    expect(outcomes(parseTap(await nodeReport('tap', broken)))).toEqual([[expect.anything(), 'fail']]);
  });
});

/** A TAP reporter such as tasks in Python bring along: unittest itself writes no report. */
const unittest = `
import sys, unittest

class Tap(unittest.TestResult):
    def startTest(self, test): super().startTest(test); self.line = 'ok'; self.why = ''
    def addFailure(self, test, err): super().addFailure(test, err); self.line = 'not ok'
    def addError(self, test, err): super().addError(test, err); self.line = 'not ok'
    def addSkip(self, test, why): super().addSkip(test, why); self.why = ' # SKIP ' + why
    def stopTest(self, test): super().stopTest(test); print(f'{self.line} {self.testsRun} - {test.id()}{self.why}')

class Cases(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.assertEqual(1, 2)
    def test_broken(self): raise RuntimeError('x')
    @unittest.skip('why')
    def test_left_out(self): pass

suite = unittest.defaultTestLoader.loadTestsFromTestCase(Cases)
print(f'1..{suite.countTestCases()}')
suite.run(Tap())
`;

const python = await execa('python3', ['--version'], { reject: false });

describe.skipIf(python.failed)('a TAP report of Python unittest (needs python3)', () => {
  it('is read', async () => {
    const file = join(folder, 'cases.py');
    await writeFile(file, unittest);
    const { stdout } = await execa('python3', [file], { timeout: 30_000 });
    expect(outcomes(parseTap(Buffer.from(stdout)))).toEqual([
      ['__main__.Cases.test_bad', 'fail'],
      ['__main__.Cases.test_broken', 'fail'],
      ['__main__.Cases.test_good', 'pass'],
      ['__main__.Cases.test_left_out', 'skipped'],
    ]);
  });
});
