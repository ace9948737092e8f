import { describe, expect, it } from 'vitest';
import { matchFindings } from './match.ts';
import { finding, linesOf, oneDelta, other, pairsOf, same, todoDelta } from './testing.ts';

describe('code that was edited', () => {
  it('keeps its finding where half of its words stay', () => {
    const edited = (line: string) => todoDelta({ 'a.ts': 'const sum = TODO(a) + second' }, { 'a.ts': line });
    expect(edited('const sum = await TODO(a) + second + third')).toEqual(same);
    expect(edited('for (const each of everything()) call(each, TODO(a))')).toEqual(other);
  });

  it('keeps it when wrapped, and the second one on the line is told from the first', () => {
    const before = { 'a.ts': 'call(one, TODO(a), TODO(b));' };
    const after = { 'a.ts': 'call(\n  one,\n  TODO(a),\n  TODO(b),\n);' };
    expect(todoDelta(before, after)).toEqual({ new: [], fixed: [], unchanged: ['1>3', '1>4'] });
  });

  it('keeps it when a name in the message is another one on the line too', () => {
    const at = (name: string) => ({ message: `unused '${name}'`, startColumn: 7 });
    expect(oneDelta('const one = two + three;', 'const uno = two + three;', at('one'), at('uno'))).toEqual(
      same,
    );
    expect(oneDelta('const one = two + three;', 'const uno = two + three;', at('one'), at('tre'))).toEqual(
      other,
    );
  });

  it('keeps one of two, and the other is new', () => {
    expect(
      todoDelta({ 'a.ts': 'call(TODO(a), first)' }, { 'a.ts': 'call(TODO(a), first, TODO(a))' }),
    ).toEqual({
      new: [1],
      fixed: [],
      unchanged: ['1>1'],
    });
  });

  it('does not keep it where a name is all that two short lines have in common', () => {
    const at = { message: 'eval can be harmful' };
    expect(oneDelta('eval(one)', 'eval(two)', at, at)).toEqual(other);
  });

  it('does not keep it in a file that was written anew', () => {
    const before = Array.from({ length: 40 }, (_, index) => `before${index}(TODO(a), old${index});`).join(
      '\n',
    );
    const after = Array.from(
      { length: 40 },
      (_, index) => `const now${index} = TODO(a) + fresh${index};`,
    ).join('\n');
    expect(todoDelta({ 'a.ts': before }, { 'a.ts': after })).toMatchObject({ unchanged: [] });
  });
});

describe('findings about security', () => {
  const text = (code: string) => `start();\nconst result = ${code}; // note`;
  const at = (code: string) =>
    finding({
      path: 'a.ts',
      startLine: 2,
      startColumn: 16,
      endLine: 2,
      endColumn: 16 + code.length,
      security: 8,
    });
  const delta = (old: string, now: string, change = (whole: string) => whole) =>
    linesOf(
      matchFindings([at(old)], [at(now)], pairsOf({ 'a.ts': text(old) }, { 'a.ts': change(text(now)) })),
    ).unchanged.length;

  it('are others where the flagged code is another, and the same where only the line is', () => {
    expect(delta('run(constant, second, third)', 'run(parameter, second, third)')).toBe(0);
    expect(
      delta('run(constant)', 'run(constant)', (whole) => whole.replace('// note', '// other note')),
    ).toBe(1);
  });

  it('are others where the code below an unchanged first line is another', () => {
    const ranged = { path: 'a.py', startLine: 1, startColumn: 1, endLine: 3, endColumn: 2, security: 8 };
    const pairs = (argument: string) =>
      pairsOf({ 'a.py': 'run(\n  "ls",\n)\n' }, { 'a.py': `run(\n${argument}\n)\n` });
    expect(matchFindings([finding(ranged)], [finding(ranged)], pairs('  command,')).unchanged).toEqual([]);
    expect(matchFindings([finding(ranged)], [finding(ranged)], pairs("    'ls'")).unchanged).toHaveLength(1);
  });
});

describe('findings about ranges', () => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `line${from + index}();`);
  const at = (startLine: number, endLine: number) => [finding({ path: 'a.ts', startLine, endLine })];

  it('are the same where most of the lines are', () => {
    const pairs = pairsOf(
      { 'a.ts': lines(1, 20).join('\n') },
      { 'a.ts': ['other1();', 'other2();', ...lines(2, 20)].join('\n') },
    );
    expect(matchFindings(at(1, 10), at(3, 11), pairs).unchanged).toHaveLength(1);
    expect(matchFindings(at(1, 10), at(9, 18), pairs).unchanged).toEqual([]);
  });
});
