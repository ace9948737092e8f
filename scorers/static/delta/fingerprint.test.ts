import { describe, expect, it } from 'vitest';
import { fingerprintOf, fingerprintsOf } from './fingerprint.ts';
import { finding, todosOf } from './testing.ts';

const text = 'first();\n  call(TODO(a));\nlast();\n';
const [todo = finding({ path: null, startLine: null })] = todosOf({ 'a.ts': text });

function only(files: Record<string, string>): string {
  const [found] = todosOf(files);
  if (found === undefined) throw new Error('no finding');
  return fingerprintOf(found, Object.values(files)[0] ?? null);
}

describe('a fingerprint', () => {
  it('stays when lines move, code is indented or formatted anew, and the file is renamed', () => {
    const own = fingerprintOf(todo, text);
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    expect(only({ 'src/b.ts': `import x;\n\n${text}` })).toBe(own);
    expect(only({ 'a.ts': 'call( TODO(a) )\r\n' })).toBe(own);
  });

  it('changes with the line, the message, the rule and the tool', () => {
    const own = fingerprintOf(todo, text);
    expect(only({ 'a.ts': 'other(TODO(a));\n' })).not.toBe(own);
    expect(only({ 'a.ts': '  call(TODO(b));\n' })).not.toBe(own);
    expect(fingerprintOf({ ...todo, rule: 'other' }, text)).not.toBe(own);
    expect(fingerprintOf({ ...todo, tool: 'other' }, text)).not.toBe(own);
  });

  it('needs no text and no line', () => {
    expect(fingerprintOf({ ...todo, startLine: 99 }, text)).toMatch(/^[0-9a-f]{32}$/);
    const whole = finding({ path: null, startLine: null });
    expect(fingerprintOf(whole, null)).not.toBe(fingerprintOf({ ...whole, message: 'other' }, null));
  });

  it('numbers equal findings in their order, whatever the order that they come in', () => {
    const files = { 'a.ts': 'x(TODO(a))\nx(TODO(a))\n', 'b.ts': 'x(TODO(a))\ny(TODO(a))\n' };
    const all = todosOf(files);
    const textOf = (path: string) => files[path as 'a.ts'] ?? null;
    const found = fingerprintsOf(all, textOf);
    expect(found.map((each) => each.slice(33))).toEqual(['1', '2', '3', '1']);
    expect(new Set(found).size).toBe(4);
    expect(fingerprintsOf(all.toReversed(), textOf).toReversed()).toEqual(found);
  });

  it('of a line of a megabyte is told by what stands around the finding', () => {
    const long = 'w(1);'.repeat(200_000);
    const line = `${long}call(TODO(a));${long}`;
    expect(only({ 'a.ts': line })).toBe(only({ 'a.ts': `more();${line}more();` }));
    expect(only({ 'a.ts': line })).not.toBe(only({ 'a.ts': line.replace('call', 'other') }));
  });
});
