import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJunit } from './junit.ts';
import type { Parsed, TestResult } from './result.ts';
import { reportLimits } from './result.ts';
import { needsVectors, vectorFolder } from './testing.ts';

const parse = (text: string): Parsed => parseJunit(Buffer.from(text));

function results(text: string): TestResult[] {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.results;
}

function reason(text: string): string {
  const parsed = parse(text);
  return parsed.ok ? `read as ${JSON.stringify(parsed.results)}` : parsed.reason;
}

describe('parseJunit', () => {
  it('reads passed, failed, broken and skipped tests with their messages', () => {
    expect(
      results(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="s" tests="4" failures="1" errors="1">
  <testcase classname="c" name="good"/>
  <testcase classname="c" name="bad"><failure message="1 &lt; 2 &amp;amp; &#x41;&#66;">trace</failure></testcase>
  <testcase classname="c" name="broken"><error><![CDATA[no <module>]]></error></testcase>
  <testcase classname="c" name="left out"><skipped message="why"/></testcase>
</testsuite></testsuites>`),
    ).toEqual([
      { id: 'c::good', outcome: 'pass' },
      { id: 'c::bad', outcome: 'fail', message: '1 < 2 &amp; AB' },
      { id: 'c::broken', outcome: 'error', message: 'no <module>' },
      { id: 'c::left out', outcome: 'skipped', message: 'why' },
    ]);
  });

  it('names a test without a class by its suites', () => {
    expect(
      results(
        '<testsuites name="root"><testsuite name="a"><testsuite name="b"><testcase name="t"/></testsuite></testsuite><testsuite><testcase/></testsuite></testsuites>',
      ).map((result) => result.id),
    ).toEqual(['root > a > b > t', 'root > (unnamed)']);
  });

  it('keeps tests of one name apart, in the order of the report', () => {
    const cases = ['a', 'a', 'a (2)', 'a'].map((name) => `<testcase name="${name}"/>`).join('');
    expect(results(`<testsuite>${cases}</testsuite>`).map((result) => result.id)).toEqual([
      'a',
      'a (2)',
      'a (2) (2)',
      'a (3)',
    ]);
  });

  it('lets the worst of several results of one test count, but not the failure of a test still to do', () => {
    expect(
      results(`<testsuite>
        <testcase name="a"><skipped/><failure/><error/></testcase>
        <testcase name="b"><skipped/><failure/></testcase>
        <testcase name="c"><skipped type="todo" message="later"/><failure/></testcase></testsuite>`).map(
        (result) => result.outcome,
      ),
    ).toEqual(['error', 'fail', 'skipped']);
  });

  it.each([
    ['passed', 'pass'],
    ['run', 'pass'],
    ['disabled', 'skipped'],
    ['notrun', 'skipped'],
    ['Inconclusive', 'skipped'],
    ['failed', 'fail'],
    ['errored', 'error'],
  ])('takes the state %s, where no element says more, as %s', (state, outcome) => {
    expect(results(`<testsuite><testcase name="a" status="${state}"/></testsuite>`)[0]?.outcome).toBe(
      outcome,
    );
    expect(results(`<testsuite><testcase name="a" result="${state}"/></testsuite>`)[0]?.outcome).toBe(
      outcome,
    );
  });

  it('does not lose a failure outside of any test, nor one that is only counted', () => {
    expect(
      results(`<testsuites><testsuite name="a"><error message="setup"/><testcase name="t"/></testsuite>
        <testsuite name="b" failures="1" tests="1"><testcase name="t"/></testsuite></testsuites>`).map(
        ({ id, outcome }) => [id, outcome],
      ),
    ).toEqual([
      ['a > (error outside a test)', 'error'],
      ['a > t', 'pass'],
      ['b > t', 'pass'],
      ['b > (suite)', 'error'],
    ]);
  });

  it('corrects what node:test writes otherwise than it means', () => {
    const trailer = (failed: number) => `<!-- suites 1 --><!-- fail ${failed} --><!-- cancelled 0 -->`;
    const file = '<testcase name="a.test.mjs" classname="test"/>';
    const node = (text: string) => results(`<testsuites>${text}</testsuites>`).map(({ outcome }) => outcome);
    expect(node(`${file}${trailer(0)}`)).toEqual(['skipped']);
    expect(node(file)).toEqual(['pass']);
    // A parent that failed by itself is a suite without a failure.
    const parent = '<testsuite name="p"><testcase name="a" classname="p"/></testsuite>';
    expect(node(`${parent}${trailer(1)}`)).toEqual(['pass', 'error']);
    expect(node(`${parent}${trailer(0)}`)).toEqual(['pass']);
  });

  it('says so where a test passed only when tried again', () => {
    expect(
      results('<testsuite><testcase name="a"><flakyFailure/><flakyError/></testcase></testsuite>'),
    ).toEqual([{ id: 'a', outcome: 'pass', message: 'passed only after 2 failures' }]);
  });

  it('reads an empty suite as no test at all', () => {
    expect(results('<testsuites/>')).toEqual([]);
    expect(results('<testsuite name="x" tests="0"></testsuite>')).toEqual([]);
  });

  it.each([
    ['', 'empty'],
    ['no xml', 'not well-formed'],
    ['<testsuite><testcase name="a"/>', 'not well-formed'],
    ['<testsuite><testcase name="a"></testsuite>', 'not well-formed'],
    ['<testsuite/><testsuite/>', 'one root'],
    ['<testsuite/>trailing', 'text after the root'],
    ['<testsuite><testcase name="a" name="b"/></testsuite>', 'not well-formed'],
    ['<suites><testcase name="a"/></suites>', 'not a JUnit report'],
    ['<!DOCTYPE testsuite [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>', 'DOCTYPE'],
    ['<!-- --><!doctype x SYSTEM "file:///etc/passwd"><testsuite/>', 'DOCTYPE'],
    ['<testsuite name="x" tests="6"/>', 'lists none'],
  ])('refuses %j', (text, why) => {
    expect(reason(text)).toContain(why);
  });

  it('leaves a DOCTYPE in test output and unknown entities alone', () => {
    const [first] = results(
      '<testsuite><system-out><![CDATA[<!DOCTYPE html>]]></system-out><!-- <!DOCTYPE --><testcase name="&a;&lt;"/></testsuite>',
    );
    expect(first?.id).toBe('&a;<');
  });

  it('refuses what is not UTF-8, and reads UTF-16 where its mark says so', () => {
    expect(parseJunit(Buffer.from('<testsuite><testcase name="\xff"/></testsuite>', 'latin1'))).toEqual({
      ok: false,
      reason: 'it is not valid UTF-8',
    });
    expect(parseJunit(Buffer.from('\ufeff<testsuite><testcase name="ä"/></testsuite>', 'utf16le'))).toEqual({
      ok: true,
      results: [{ id: 'ä', outcome: 'pass' }],
    });
  });

  it('bounds size, tests, nesting, names and messages', () => {
    expect(reason(`<testsuite>${' '.repeat(reportLimits.bytes)}</testsuite>`)).toContain('larger than');
    expect(reason(`<testsuite>${'<testcase/>'.repeat(reportLimits.tests + 1)}</testsuite>`)).toContain(
      'more than',
    );
    expect(reason(`${'<testsuite>'.repeat(500)}<testcase/>${'</testsuite>'.repeat(500)}`)).toContain(
      'nested',
    );
    const long = 'n'.repeat(5000);
    const [first, second] = results(
      `<testsuite><testcase name="${long}1"><failure message="${long}"/></testcase><testcase name="${long}2"/></testsuite>`,
    );
    expect(first?.id).toHaveLength(300);
    expect(first?.id).not.toBe(second?.id);
    expect(first?.message).toHaveLength(1000);
  });

  it('does not trip over names of the language', () => {
    expect(
      results('<testsuite><testcase name="__proto__" classname="constructor"/></testsuite>').map(
        ({ id }) => id,
      ),
    ).toEqual(['constructor::__proto__']);
    expect(reason('<testsuite><__proto__/></testsuite>')).toContain('cannot be parsed');
  });
});

const corpus = vectorFolder('test-reports/python/test/files');

/** Differences that are meant, with why. */
const knownDifferences: Record<string, string> = {
  'junit-xml/no-cases-but-tests.junit-xml': 'counts of a suite that lists no test are not taken for results',
  'junit-xml/no-cases-but-tests.xml': 'counts of a suite that lists no test are not taken for results',
  'xunit/mstest/jenkinsci/testcase2.junit-xml':
    'a suite counts a failure that it does not list: that is an error',
  'junit-xml/non-junit.junit-xml': 'not a JUnit report: refused, not read as one without tests',
};

describe.skipIf(corpus.isAbsent)(`parseJunit against the corpus ${needsVectors}`, () => {
  it('reads every report as expected, or differs for a reason', () => {
    const files = readdirSync(corpus.path, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.junit-xml') || /^(junit-xml|xml)\/.*\.xml$/.test(file))
      .sort();
    const differing = files.filter((file) => !agrees(file));
    console.log(`JUnit corpus: ${files.length - differing.length} of ${files.length} read as expected`);
    expect(files.length).toBeGreaterThan(90);
    expect(differing).toEqual(Object.keys(knownDifferences).sort());
  });

  it('refuses the reports with external entities and other roots', () => {
    const folder = join(corpus.path, 'nunit/nunit3/jenkins');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.xml')))
      expect(parseJunit(readFileSync(join(folder, file))), file).toMatchObject({ ok: false });
  });

  /** `tests_*` are distinct tests, `runs_*` are cases: reports with tests of one name only match the latter. */
  function agrees(file: string): boolean {
    const path = join(corpus.path, file);
    const stem = path.replace(/\.[^.]*$/, '');
    const parsed = parseJunit(readFileSync(path));
    if (file.endsWith('.xml') && existsSync(`${stem}.exception`)) return !parsed.ok;
    if (!parsed.ok) return false;
    const { stats } = JSON.parse(readFileSync(`${stem}.results.json`, 'utf8'));
    const count = (outcome: string) => parsed.results.filter((result) => result.outcome === outcome).length;
    return ['tests', 'runs'].some(
      (kind) =>
        count('pass') === stats[`${kind}_succ`] &&
        count('skipped') === stats[`${kind}_skip`] &&
        count('fail') === stats[`${kind}_fail`] &&
        count('error') === stats[`${kind}_error`],
    );
  }
});
