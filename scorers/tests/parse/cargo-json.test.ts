import { describe, expect, it } from 'vitest';
import { parseCargoJson } from './cargo-json.ts';

const started = (count: number) => `{ "type": "suite", "event": "started", "test_count": ${count} }`;
const test = (name: string, event: string, more = {}) =>
  JSON.stringify({ type: 'test', event, name, ...more });
const ended = (passed: number, failed = 0, ignored = 0, event = failed > 0 ? 'failed' : 'ok', measured = 0) =>
  JSON.stringify({
    type: 'suite',
    event,
    passed,
    failed,
    ignored,
    measured,
    filtered_out: 9,
    exec_time: 0.1,
  });
const outcomes = (...lines: string[]) => {
  const parsed = parseCargoJson(Buffer.from(lines.map((each) => `${each}\n`).join('')));
  return parsed.ok ? parsed.results.map(({ id, outcome }) => `${outcome} ${id}`) : parsed.reason;
};
const good = [started(1), test('a', 'started'), test('a', 'ok'), ended(1)];

describe('parseCargoJson', () => {
  it('reads several suites, with every result', () => {
    const lines = [
      started(3),
      test('a', 'ok'),
      test('b', 'ignored', { message: 'why' }),
      test('c', 'failed'),
    ];
    expect(outcomes(...lines, ended(1, 1, 1), ...good, started(0), ended(0))).toEqual([
      'pass a',
      'skipped b',
      'fail c',
      'pass a (2)',
    ]);
  });

  it('counts benchmarks as tests that ran, and a test that takes long not as ended', () => {
    const bench = '{ "type": "bench", "name": "b", "median": 1, "deviation": 0 }';
    expect(
      outcomes(started(2), test('a', 'timeout'), bench, test('a', 'ok'), ended(1, 0, 0, 'ok', 1)),
    ).toEqual(['pass b', 'pass a']);
    expect(outcomes(started(1), test('a', 'started'), test('a', 'timeout'), ended(1))).toContain(
      'list holds 0',
    );
  });

  it('says why a test failed', () => {
    const text = [
      started(1),
      test('a', 'failed', { reason: 'time limit exceeded', stdout: 'printed\n' }),
      ended(0, 1),
    ];
    expect(parseCargoJson(Buffer.from(text.join('\n')))).toEqual({
      ok: true,
      results: [{ id: 'a', outcome: 'fail', message: 'time limit exceeded\nprinted' }],
    });
  });

  it('passes over what cargo and tests print between events', () => {
    const noise = [
      '   Compiling app v0.1.0',
      '{"reason":"build-finished","success":true}',
      '{',
      '{ x }',
      '',
      'null',
    ];
    expect(outcomes(...good.flatMap((line) => [...noise, line]), ...noise)).toEqual(['pass a']);
  });

  it('takes a suite that another one follows before its end for a crash', () => {
    expect(outcomes(started(2), test('a', 'ok'), test('b', 'started'), ...good)).toEqual([
      'pass a',
      'error b',
      'pass a (2)',
    ]);
    expect(outcomes(started(1), ...good)).toEqual(['error (suite)', 'pass a']);
  });

  it('does not lose a failure that is only said of the suite', () => {
    expect(outcomes(started(1), test('a', 'ok'), ended(1, 0, 0, 'failed'))).toEqual([
      'pass a',
      'error (suite)',
    ]);
  });

  it.each<[string, string[]]>([
    ['empty', []],
    ['no suite', ['running 1 test', 'test a ... ok']],
    ['outside of any suite', [test('a', 'ok')]],
    ['outside of any suite', [...good, test('a', 'ok')]],
    ['outside of any suite', [ended(0)]],
    ['never ended', [started(1), test('a', 'ok')]],
    ['never ended', [...good, started(0)]],
    ['counts 2 passed tests, its list holds 1', [started(2), test('a', 'ok'), ended(2)]],
    ['counts 0 failed tests, its list holds 1', [started(1), test('a', 'failed'), ended(0)]],
    ['announced 2 tests', [started(2), test('a', 'ok'), ended(1)]],
    ['calls itself ok', [started(1), test('a', 'failed'), ended(0, 1, 0, 'ok')]],
    ['list holds 0', [started(1), `printed${test('a', 'ok')}`, ended(1)]],
    ['damaged', [started(1), '{ "type": "test", "event": "o', ended(1)]],
    ['damaged', [started(1), '{"type":"test","event":"ok"}', ended(1)]],
  ])('refuses as %s %j', (why, lines) => expect(outcomes(...lines)).toContain(why));

  it('sees a cut in the midst of a line, however early', () => {
    for (const cut of ['{', '{ "ty', '{ "type": "suite", "ev'])
      expect(parseCargoJson(Buffer.from(`${good.join('\n')}\n${cut}`)), cut).toMatchObject({ ok: false });
  });
});
