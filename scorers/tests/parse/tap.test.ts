import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Parsed, reportLimits } from './result.ts';
import { parseTap } from './tap.ts';
import { needsVectors, vectorFolder } from './testing.ts';

const parse = (text: string): Parsed => parseTap(Buffer.from(text));
const outcomes = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? parsed.results.map(({ id, outcome }) => `${outcome} ${id}`) : parsed.reason;
};

describe('parseTap', () => {
  it('reads test points, directives and messages', () => {
    expect(
      parse(`TAP version 14
1..6
ok 1 - good
not ok 2 - bad
  ---
  duration_ms: 3
  error: 'one is
    not two'
  ...
not ok 3 - worse
  ---
  message: |-
    first line
    second line
  stack: x
  ...
ok 4 - left out # SKIP no time
not ok 5 - later # TODO
ok 6
`),
    ).toEqual({
      ok: true,
      results: [
        { id: 'good', outcome: 'pass' },
        { id: 'bad', outcome: 'fail', message: "'one is" },
        { id: 'worse', outcome: 'fail', message: 'first line\nsecond line' },
        { id: 'left out', outcome: 'skipped', message: 'skipped: no time' },
        { id: 'later', outcome: 'skipped', message: 'to do' },
        { id: 'test 6', outcome: 'pass' },
      ],
    });
  });

  it('counts sub-tests, not the parents that only sum them up', () => {
    const text = `# Subtest: outer
    # Subtest: inner
        ok 1 - a
        not ok 2 - b
        1..2
    not ok 1 - inner
    1..1
not ok 1 - outer
ok 2 - buffered {
    ok 1 - c
    1..1
}
1..2
`;
    expect(outcomes(text)).toEqual(['pass outer > inner > a', 'fail outer > inner > b', 'pass buffered > c']);
  });

  it('counts a parent that failed although its sub-tests did not, and a failure below a parent that passed', () => {
    expect(outcomes('# Subtest: s\n    ok 1 - a\n    1..1\nnot ok 1 - s\n1..1\n')).toEqual([
      'pass s > a',
      'fail s',
    ]);
    expect(outcomes('# Subtest: s\n    not ok 1 - a\n    1..1\nok 1 - s\n1..1\n')).toContain('fail s > a');
  });

  it('reads a run that was skipped as a whole as no test at all', () => {
    expect(parse('1..0 # SKIP not on this system\n')).toEqual({ ok: true, results: [] });
  });

  it('reads the numbers of node:test, which repeat, and no file without tests as a pass', () => {
    const points = ['ok 1 - a', 'ok 2 - b', 'ok 2 - c.test.mjs', '1..3'];
    const summary = ['# tests 3', '# suites 0', '# pass 3', '# fail 0', '# cancelled 0'];
    expect(outcomes([...points, ...summary, ''].join('\n'))).toEqual([
      'pass a',
      'pass b',
      'skipped c.test.mjs',
    ]);
    expect(outcomes([...points, ''].join('\n'))).toContain('multiple times');
    expect(outcomes([...points.slice(0, 2), '1..3', ...summary, ''].join('\n'))).toContain(
      'incorrect number',
    );
  });

  it.each([
    ['', 'empty'],
    ['hello\n', 'not TAP'],
    ['TAP version 14\n', 'not TAP'],
    ['ok 1\nok 2\n', 'no plan'],
    ['1..3\nok 1\nok 2\n', 'incorrect number'],
    ['1..1\nok 1\nok 2\n', 'greater than plan end'],
    ['1..2\nok\nok\nok\n', 'incorrect number'],
    ['1..3\nnot ok 1\n', 'planned 3 tests, ran 1'],
    ['1..2\nok 1\nok 1\n', 'multiple times'],
    ['1..2\nok 1\nBail out! disk full\n', 'bailed out: disk full'],
    ['1..1\n# Subtest: s\n    1..2\n    ok 1\nok 1 - s\n', 'in "s"'],
    ['1..1\n# Subtest: s\n    ok 1\n    Bail out!\nok 1 - s\n', 'bailed out'],
    ['1..0\nok 1\n', 'after the plan'],
    ['ok 1\n1..1\nnot ok 2\n', 'after the plan'],
    ['# Subtest: s\n    ok 1\n    1..1\n    not ok 2\nok 1 - s\n1..1\n', 'after the plan'],
    ['ok 1\n', 'no plan'],
  ])('refuses %j', (text, why) => {
    expect(outcomes(text)).toContain(why);
  });

  it('never lets the library read YAML that a candidate may have written', () => {
    const hostile = 'a: !class evil\n  b: !function |-\n    function () { throw 1 }\n  __proto__: {ok: true}';
    for (const noise of ['', 'printed by the test\n', '# comment\n'])
      expect(outcomes(`not ok 1 - t\n${noise}  ---\n  ${hostile}\n  ...\n1..1\n`)).toEqual(['fail t']);
    // A block with noise in it is one to the library.
    expect(parse('not ok 1 - t\n  ---\n  message: read\nnoise\n  ...\n1..1\n')).toEqual({
      ok: true,
      results: [{ id: 't', outcome: 'fail' }],
    });
    // An open block at the end, and one that nothing came before.
    expect(outcomes(`1..1\n  ---\n  a: !class evil\n  ...\nnot ok 1 - t\n  ---\n  a: !class evil\n`)).toEqual(
      ['fail t'],
    );
  });

  it('bounds size, lines, tests and nesting', () => {
    expect(outcomes(' '.repeat(reportLimits.bytes + 1))).toContain('larger than');
    expect(outcomes(`1..1\nok 1\n${'\n'.repeat(1_000_001)}`)).toContain('lines');
    expect(outcomes('ok\n'.repeat(reportLimits.tests + 1))).toContain('more than');
    const deep = Array.from({ length: 60 }, (_, level) => `${'    '.repeat(level)}# Subtest: x\n`).join('');
    expect(outcomes(`${deep}${'    '.repeat(60)}ok 1\n`)).toContain('nested deeper');
  });
});

const corpus = vectorFolder('tap');

interface Expected {
  file: string;
  ok?: boolean;
  count?: number;
}

/** Differences that are meant, with why. */
const knownDifferences: Record<string, string> = {
  'die.tap': 'empty: refused, not read as a successful run without tests',
  'empty.tap': 'empty: refused, not read as a successful run without tests',
  'out_err_mix.tap': 'no TAP at all: refused, not read as a successful run without tests',
  'skip-all-with-assert.tap': 'a test after the plan 1..0: refused, not left out',
  'empty-diags.tap': 'the reference parser dies on an empty YAML block; none reaches it here',
};

describe.skipIf(corpus.isAbsent)(`parseTap against the corpus ${needsVectors}`, () => {
  it('comes to the expected result of every stream, or differs for a reason', () => {
    const expected: Expected[] = JSON.parse(
      readFileSync(join(corpus.path, 'expected_by_tap_parser.json'), 'utf8'),
    );
    const differing: string[] = [];
    let sameCount = 0;
    let flat = 0;
    for (const { file, ok, count } of expected) {
      const text = readFileSync(join(corpus.path, 'src/parser/test/fixtures', file));
      const parsed = parseTap(text);
      const isGood =
        parsed.ok && parsed.results.every(({ outcome }) => outcome === 'pass' || outcome === 'skipped');
      if (isGood !== ok) differing.push(file);
      if (count === undefined || !parsed.ok || /^ +(ok|not ok|1\.\.)/m.test(text.toString())) continue;
      flat += 1;
      if (parsed.results.length === count) sameCount += 1;
    }
    console.log(
      `TAP corpus: ${expected.length - differing.length} of ${expected.length} as expected; ` +
        `number of tests in those without sub-tests: ${sameCount} of ${flat}`,
    );
    expect(expected.length).toBeGreaterThan(150);
    expect(differing.sort()).toEqual(Object.keys(knownDifferences).sort());
    expect(sameCount).toBe(flat);
  });
});
