import { describe, expect, it } from 'vitest';
import { parseGoJson } from './go-json.ts';

type Event = [action: string, pkg?: string, test?: string | undefined, output?: string];
const line = ([Action, Package, Test, Output]: Event) => JSON.stringify({ Action, Package, Test, Output });
const outcomes = (...lines: (Event | string)[]) => {
  const text = lines.map((each) => `${typeof each === 'string' ? each : line(each)}\n`).join('');
  const parsed = parseGoJson(Buffer.from(text));
  return parsed.ok ? parsed.results.map(({ id, outcome }) => `${outcome} ${id}`) : parsed.reason;
};
const passed = (name: string, pkg = 'p'): Event[] => [
  ['run', pkg, name],
  ['pass', pkg, name],
];

describe('parseGoJson', () => {
  it('keeps packages that run at a time apart', () => {
    expect(
      outcomes(
        ...([
          ['start', 'p'],
          ['start', 'q'],
          ['run', 'p', 'T'],
          ['run', 'q', 'T'],
          ['fail', 'q', 'T'],
        ] as Event[]),
        ...([
          ['pass', 'p', 'T'],
          ['pass', 'p'],
          ['fail', 'q'],
        ] as Event[]),
      ),
    ).toEqual(['pass p::T', 'fail q::T']);
  });

  it('shows what a failed test printed, without the frame', () => {
    const text = [
      line(['run', 'p', 'T']),
      line(['output', 'p', 'T', '=== RUN   T\n']),
      line(['output', 'p', 'T', '    a_test.go:1: got 2\n']),
      line(['output', 'p', 'T', '--- FAIL: T (0.00s)\n']),
      line(['fail', 'p', 'T']),
      line(['fail', 'p']),
    ].join('\n');
    expect(parseGoJson(Buffer.from(text))).toEqual({
      ok: true,
      results: [{ id: 'p::T', outcome: 'fail', message: 'a_test.go:1: got 2' }],
    });
  });

  it('takes a test that never ended for an error, also where its package passed', () => {
    expect(outcomes(['run', 'p', 'T'], ['pass', 'p'])).toEqual(['error p::T']);
    expect(outcomes(['run', 'p', 'T'], ['run', 'p', 'T'], ['pass', 'p', 'T'], ['pass', 'p'])).toEqual([
      'error p::T',
      'pass p::T (2)',
    ]);
  });

  it('counts every run of a test that runs several times, and of a package too', () => {
    expect(outcomes(...passed('T'), ...passed('T'), ['pass', 'p'])).toEqual(['pass p::T', 'pass p::T (2)']);
    expect(
      outcomes(...passed('T'), ['pass', 'p'], ['run', 'p', 'T'], ['fail', 'p', 'T'], ['fail', 'p']),
    ).toEqual(['pass p::T', 'fail p::T (2)']);
  });

  it('makes a package that fails without a failed test an error', () => {
    expect(outcomes(...passed('T'), ['fail', 'p'])).toEqual(['pass p::T', 'error p::(package)']);
    // A failure of another package explains nothing.
    expect(outcomes(['run', 'q', 'T'], ['fail', 'q', 'T'], ['fail', 'q'], ['fail', 'p'])).toEqual([
      'fail q::T',
      'error p::(package)',
    ]);
  });

  it('does not lose a package that cannot be built, in the words of old and new versions', () => {
    expect(
      outcomes('# p', 'a.go:1: undefined: x', 'FAIL\tp [build failed]', ...passed('T', 'q'), ['pass', 'q']),
    ).toEqual(['pass q::T', 'error p::(package)']);
    const build = JSON.stringify({ ImportPath: 'p', Action: 'build-fail' });
    expect(outcomes(build, ...passed('T', 'q'), ['pass', 'q'])).toEqual(['pass q::T', 'error p::(build)']);
  });

  it('reads packages without tests as no test at all', () => {
    expect(
      outcomes(['start', 'p'], ['output', 'p', undefined, '?   \tp\t[no test files]\n'], ['skip', 'p']),
    ).toEqual([]);
  });

  it('passes over lines of other programs and actions that it does not know', () => {
    expect(
      outcomes('go: downloading x v1', ...passed('T'), ['attr', 'p', 'T'], ['new', 'p'], ['pass', 'p']),
    ).toEqual(['pass p::T']);
  });

  it.each<[string, (Event | string)[]]>([
    ['empty', []],
    ['no event', ['go: no packages']],
    ['no event', ['', 'ok']],
    ['never ended', [['start', 'p']]],
    ['never ended', passed('T')],
    ['never ended', [...passed('T'), ['pass', 'p'], ['start', 'q']]],
    ['never ended', [...passed('T'), ['pass', 'p'], ['run', 'p', 'T']]],
    ['damaged', [...passed('T'), '{"Action":"pass","Pack', ['pass', 'p']]],
    ['damaged', [...passed('T'), 'no newline{"Action":"fail","Package":"p","Test":"U"}', ['pass', 'p']]],
    ['damaged', [...passed('T'), '{"Action":1,"Package":"p"}', ['pass', 'p']]],
    ['damaged', [...passed('T'), '[]{', '{}', ['pass', 'p']]],
  ])('refuses as %s %j', (why, lines) => expect(outcomes(...lines)).toContain(why));
});
