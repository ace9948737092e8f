import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { interest, type LogFile, readReports, reportFormat } from './detect.ts';
import { mayBeJunit, sniffJson } from './sniff.ts';
import { needsVectors, vectorFolder } from './testing.ts';

const file = (path: string, text: string): LogFile => ({ path, content: Buffer.from(text) });
const tap = (...lines: string[]) => `${lines.join('\n')}\n1..${lines.length}\n`;
const ctrf = (...tests: [name: string, status: string, suite?: string][]) =>
  JSON.stringify({
    reportFormat: 'CTRF',
    results: { tests: tests.map(([name, status, suite]) => ({ name, status, suite })) },
  });
const go = '{"Action":"start","Package":"p"}\n{"Action":"pass","Package":"p"}\n';
const outcomes = async (...from: Parameters<typeof readReports>) => {
  const parsed = await readReports(...from);
  return parsed?.ok ? parsed.results.map(({ id, outcome }) => `${outcome} ${id}`) : parsed?.reason;
};

describe('reportFormat', () => {
  it.each([
    ['ctrf.json', 'ctrf'],
    ['a/unit.CTRF.json', 'ctrf'],
    ['ctrf/ctrf-report.json', 'ctrf'],
    ['junit.xml', 'junit'],
    ['x/TEST-a.xml', 'junit'],
    ['out.tap', 'tap'],
    ['reward.json', null],
    ['reward-details.json', null],
    ['test-stdout.txt', null],
    ['xml', null],
    ['tap', null],
  ])('%s is %s', (path, format) => expect(reportFormat(path)).toBe(format));
});

describe('sniffJson', () => {
  const jest = '"numTotalTests":1,"numPassedTests":1,"numFailedTests":0,"testResults":[]';
  it.each([
    [`{${jest}}`, 'jest-json'],
    [`{"x":{"numTotalTests":1},"numTotalTests":1,"numPassedTests":1,"testRes`, 'jest-json'],
    [`{"x":{${jest}}}`, null],
    [`[{${jest}}]`, null],
    [`{"a":"\\"numTotalTests\\":1,\\"numPassedTests\\":1"}`, null],
    ['{"results":{"tool":{"name":"x"},"tests":[', 'ctrf'],
    ['{"results":{"tests":[]}}', null],
    ['{"results":[{"tests":[],"summary":{}}]}', null],
    ['{"stats":{"tests":1,"passes":1},"tests":[]}', null],
    [go, 'go-json'],
    [`go: downloading x\n${go}`, 'go-json'],
    ['{"ImportPath":"p","Action":"build-output","Output":"x"}', 'go-json'],
    ['{"Action":"start"}', null],
    ['{"reason":"build-finished"}\n{ "type": "suite", "event": "started", "test_count": 1 }\n', 'cargo-json'],
    ['{"type":"suite","event":"started"}', null],
    ['{"type":"test:enqueue","data":{}}', 'node-test'],
    ['{"type":"testing","data":{}}', null],
    ['{"reward":1}', null],
    ['', null],
    ['"', null],
    ['{"a":"\\', null],
    [`{"pad":"${'x'.repeat(70_000)}","numTotalTests":1,"numPassedTests":1}`, null],
  ])('%.60j is %s', (text, format) => expect(sniffJson(Buffer.from(text))).toBe(format));
});

describe('mayBeJunit', () => {
  it.each([
    ['<?xml version="1.0"?>\n<!-- <coverage/> --><testsuites>', true],
    ['<x:testsuite>', true],
    ['', true],
    ['<!-- open', true],
    ['<!DOCTYPE coverage><coverage>', false],
    ['<!--><!-- --><testsuite/>', true],
  ])('%j: %s', (text, expected) => expect(mayBeJunit(Buffer.from(text))).toBe(expected));
});

const [foreign, ctrfs] = [vectorFolder('test-reports/python/test/files'), vectorFolder('ctrf/examples')];

describe.skipIf(foreign.isAbsent || ctrfs.isAbsent)(`the corpora ${needsVectors}`, () => {
  const read = (folder: string, glob: string) =>
    globSync(glob, { cwd: folder }).map((path) => ({ path, content: readFileSync(join(folder, path)) }));

  it('hold JSON and XML of formats that are not read here, which are passed over', async () => {
    const json = read(foreign.path, '**/*.json');
    expect(json.length).toBeGreaterThan(70);
    expect(json.filter(({ content }) => sniffJson(content) !== null)).toEqual([]);
    expect(await readReports(json)).toBeNull();
    const xml = read(foreign.path, '{nunit,trx}/**/*.{xml,trx}');
    expect(xml.length).toBeGreaterThan(10);
    expect(xml.filter(({ content }) => mayBeJunit(content)).map(({ path }) => path)).toEqual([]);
  });

  it('hold CTRF, which is found whatever it is called', () => {
    const found = read(ctrfs.path, '*.json').map(({ content }) => sniffJson(content));
    expect(found.length).toBeGreaterThan(3);
    expect(new Set(found)).toEqual(new Set(['ctrf']));
  });
});

describe('interest', () => {
  it('is in files that may be reports, or in the named one alone', () => {
    expect(['a.xml', 'a.JSON', 'a.ndjson', 'a.txt'].map((path) => interest(path, null))).toEqual([
      ...['promised', 'perhaps', 'perhaps', 'other'],
    ]);
    const named = { format: 'junit', path: 'x/./a.txt' } as const;
    expect(['x/a.txt', 'a.xml', 'a.json'].map((path) => interest(path, named))).toEqual([
      'report',
      'other',
      'other',
    ]);
    expect(interest('a.xml', { format: 'junit', path: null })).toBe('promised');
    expect(interest('a.xml', { format: 'exit-code', path: null })).toBe('other');
  });
});

describe('readReports', () => {
  it('finds none where there is none', async () => {
    expect(await readReports([])).toBeNull();
    expect(
      await readReports([file('notes.txt', 'x'), file('reward.json', '{}'), file('a.json', '{')]),
    ).toBeNull();
    expect(await readReports([{ path: 'a.json', problem: 'it is a symbolic link' }])).toBeNull();
  });

  it('leaves XML that is something else alone, and takes what cannot be told for a broken report', async () => {
    const coverage = '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "x.dtd"><!-- a --><coverage/>';
    expect(await readReports([file('coverage.xml', coverage)])).toBeNull();
    for (const text of ['', 'garbage', '<', '<!-- testsuite -->', '<testsuite>'])
      expect(await readReports([file('a.xml', text)])).toMatchObject({ ok: false });
  });

  it('merges several, each test once with its worst result, in an order that the files do not decide', async () => {
    const files = [
      file('b.tap', tap('ok 1 - x', 'ok 2 - y', 'ok 3 - z # SKIP')),
      file('a.xml', '<testsuite><testcase name="x"><failure/></testcase><testcase name="z"/></testsuite>'),
    ];
    const expected = {
      ok: true,
      results: [
        { id: 'x', outcome: 'fail' },
        { id: 'z', outcome: 'skipped', message: 'skipped' },
        { id: 'y', outcome: 'pass' },
      ],
    };
    expect(await readReports(files)).toEqual(expected);
    expect(await readReports(files.toReversed())).toEqual(expected);
  });

  it('is broken when one of them is', async () => {
    expect(await readReports([file('a.tap', tap('ok 1')), file('b.tap', 'ok 1\n')])).toEqual({
      ok: false,
      reason: 'b.tap: no plan',
    });
    const link: LogFile = { path: 'ctrf.json', problem: 'it is a symbolic link' };
    expect(await readReports([file('a.tap', tap('ok 1')), link])).toEqual({
      ok: false,
      reason: 'ctrf.json: it is a symbolic link',
    });
    // Found by its content, and cut off.
    expect(await readReports([file('a.json', go.slice(0, 40))])).toMatchObject({ ok: false });
  });

  it('counts a run that two formats report once, and loses no failure', async () => {
    const xml = (failure: string) =>
      file(
        'junit.xml',
        `<testsuite><testcase classname="f" name="a"/><testcase classname="f" name="b">${failure}</testcase></testsuite>`,
      );
    const passed = file('ctrf.json', ctrf(['a', 'passed', 's'], ['b', 'passed', 's']));
    const failed = file('ctrf.json', ctrf(['b', 'failed', 's'], ['a', 'passed', 's']));
    expect(await outcomes([passed, xml('')])).toEqual(['pass f::a', 'pass f::b']);
    expect(await outcomes([failed, xml('<error/>')])).toEqual(['pass f::a', 'error f::b']);
    // They disagree: nobody knows which is right.
    expect(await outcomes([failed, xml('')])).toEqual(['pass f::a', 'pass f::b', 'fail s > b', 'pass s > a']);
    expect(await outcomes([passed, xml('<error/>')])).toEqual([
      'pass f::a',
      'error f::b',
      'pass s > a',
      'pass s > b',
    ]);
    // One format twice is two runs.
    expect(
      await outcomes([passed, file('x.ctrf.json', ctrf(['a', 'passed', 't'], ['b', 'passed', 't']))]),
    ).toHaveLength(4);
  });

  describe('of a task that names its report', () => {
    const good = '<testsuite><testcase name="a"/></testsuite>';
    const named = (format: 'junit' | 'go-json' | 'exit-code', path: string | null = null) => ({
      ...{ format, path, exitCode: 1 },
    });

    it('reads that and no other', async () => {
      const files = [
        file('junit.xml', good),
        file('ctrf.json', '{'),
        file('x/y.log', good),
        file('z.xml', '<'),
      ];
      expect(await outcomes(files, named('junit', 'junit.xml'))).toEqual(['pass a']);
      expect(await outcomes(files, named('junit', './x//y.log'))).toEqual(['pass a']);
      expect(await outcomes(files, named('junit'))).toContain('z.xml: ');
      expect(await outcomes(files.slice(0, 3), named('junit'))).toEqual(['pass a']);
      expect(await outcomes(files, named('go-json', 'junit.xml'))).toContain('junit.xml: it holds no event');
    });

    it('is broken without it', async () => {
      const files = [file('ctrf.json', ctrf(['a', 'passed'])), file('coverage.xml', '<coverage/>')];
      expect(await outcomes(files, named('junit'))).toBe('the task names a report (junit); there is none');
      expect(await outcomes(files, named('junit', 'a.xml'))).toContain('(junit) at a.xml; there is none');
      const link: LogFile = { path: 'a.xml', problem: 'it is a symbolic link' };
      expect(await outcomes([link], named('junit', 'a.xml'))).toBe('a.xml: it is a symbolic link');
    });

    it('takes the exit code where that is named, whatever lies there', async () => {
      const files = [file('junit.xml', '<')];
      expect(await outcomes(files, named('exit-code'))).toEqual(['fail exit code']);
      expect(await outcomes(files, { ...named('exit-code'), exitCode: 0 })).toEqual(['pass exit code']);
      expect(await outcomes([], { ...named('exit-code'), exitCode: null })).toEqual(['error exit code']);
    });
  });
});
