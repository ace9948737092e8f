import { describe, expect, it } from 'vitest';
import type { FileMode, FileState } from './changed-file.ts';
import { hunkMutants } from './hunk-mutants.ts';
import { plain } from './testing.ts';

function hunksOf(path: string, base: FileState | null, oracle: FileState | null) {
  return hunkMutants({ path, base, oracle }).map((draft) => {
    const state = draft.build();
    return [draft.words, draft.line, state && `${state.mode} ${state.content.toString('latin1')}`];
  });
}

const texts = (path: string, base: string, oracle: string) => hunksOf(path, plain(base), plain(oracle));
const binary = (content: string, mode: FileMode = '100644'): FileState => ({
  mode,
  content: Buffer.from(content, 'latin1'),
});

describe('a hunk left out', () => {
  it('is each in turn', () => {
    expect(texts('a.go', 'one\ntwo\nthree\nfour\n', 'ONE\ntwo\nthree\nfour\nfive\n')).toEqual([
      ['hunk 1 of 2 left out', 1, '100644 one\ntwo\nthree\nfour\nfive\n'],
      ['hunk 2 of 2 left out', 5, '100644 ONE\ntwo\nthree\nfour\n'],
    ]);
  });

  it('may be the only one', () => {
    expect(texts('a.go', 'a\nb', 'a\nB')).toEqual([['the only hunk left out', 2, '100644 a\nb']]);
  });

  it.each<[string, FileState | null, FileState | null, string, string | null]>([
    ['a new file', null, plain('a'), 'the new file left out', null],
    ['a deleted file', plain('a'), null, 'the deleted file put back', '100644 a'],
    [
      'a binary file',
      binary('a\0\xff'),
      binary('b\0\xfe'),
      'the change of the file left out',
      '100644 a\0\xff',
    ],
    ['a link', binary('x', '120000'), binary('y', '120000'), 'the change of the file left out', '120000 x'],
    ['a file for a link', binary('x', '120000'), plain('y'), 'the change of the file left out', '120000 x'],
    ['a mode', plain('a'), binary('a', '100755'), 'the mode 100644 put back', '100644 a'],
    [
      'a huge file',
      plain('a\n'.repeat(600_000)),
      plain('b\n'),
      'the change of the file left out',
      `100644 ${'a\n'.repeat(600_000)}`,
    ],
  ])('is the whole of %s', (_, base, oracle, words, state) => {
    expect(hunksOf('x', base, oracle)).toEqual([[words, null, state]]);
  });

  it('is a change of mode beside those of the text', () => {
    expect(hunksOf('x', plain('a\n'), binary('b\n', '100755'))).toEqual([
      ['the mode 100644 put back', null, '100644 b\n'],
      ['the only hunk left out', 1, '100755 a\n'],
    ]);
  });

  it('keeps every byte of what is no UTF-8', () => {
    expect(hunksOf('x', binary('\xff\nb\nc\n'), binary('\xfe\nb\nC\n'))).toEqual([
      ['hunk 1 of 2 left out', 1, '100644 \xff\nb\nC\n'],
      ['hunk 2 of 2 left out', 3, '100644 \xfe\nb\nc\n'],
    ]);
  });

  it('is more than one where only brackets and blank lines stand between', () => {
    expect(texts('a.go', 'f() {\n  a\n}\n\nb\nc\n', 'f() {\n  A\n}\n\nB\nc\n')).toEqual([
      ['the only hunk left out', 1 + 1, '100644 f() {\n  a\n}\n\nb\nc\n'],
    ]);
  });

  it('is none where only blank lines came or went', () => {
    expect(texts('a.go', 'a\n\nb\nc\n', 'a\nb\n \nc\nd\n')).toEqual([
      ['the only hunk left out', 5, '100644 a\nb\n \nc\n'],
    ]);
  });
});

describe('a hunk of a program left out', () => {
  it('leaves a program: hunks that need each other go together', () => {
    const base = 'if (a) {\n  g(a);\n}\nh(a);\nlet x = 1;\n';
    const oracle = 'for (;;) {\nif (a) {\n  g(a);\n}\n}\nh(a);\nlet x = 2;\n';
    expect(texts('a.js', base, oracle)).toEqual([
      ['hunk 1 of 2 left out', 1, `100644 ${base.replace('x = 1', 'x = 2')}`],
      ['hunk 2 of 2 left out', 7, `100644 ${oracle.replace('x = 2', 'x = 1')}`],
    ]);
    expect(texts('a.go', base, oracle)).toHaveLength(3);
  });

  it('takes those before it along where none comes after', () => {
    const base = 'a\nb\nc\nd\n';
    const oracle = 'A\nb\nc(\nd\n)\n';
    expect(texts('a.js', base, oracle)).toEqual([
      ['hunk 1 of 2 left out', 1, '100644 a\nb\nc(\nd\n)\n'],
      ['hunk 2 of 2 left out', 3, '100644 A\nb\nc\nd\n'],
    ]);
  });

  it('is none where it changes comments, types, docstrings or layout only', () => {
    expect(
      texts('a.ts', '// a\nf(1);\nlet x: number;\ng();\n', '// b\nf( 1 );\nlet x: string;\ng(/* c */);\n'),
    ).toEqual([]);
    expect(
      texts('a.ts', "import type { A } from 'a';\nf();\n", "import type { B } from 'b';\nf();\n"),
    ).toEqual([]);
    expect(
      texts('a.py', 'def f(a):\n    "b"\n    return a\n', 'def f(a: int):\n    "c"\n    return a  # d\n'),
    ).toEqual([]);
    expect(texts('a.py', 'if a:\n    b()\nc()\n', 'if a:\n    b()\n    c()\n')).toHaveLength(1);
    expect(texts('a.ts', 'f("a");\n', 'f("b");\n')).toHaveLength(1);
    expect(texts('a.ts', 'f(`a ${b} c`);\n', 'f(`a ${b}  c`);\n')).toHaveLength(1);
  });

  it('is as it is where the solution itself is not understood', () => {
    expect(texts('a.js', '1 1\nb\nc\n', '1 1\nB (\nc\nd)\n')).toHaveLength(2);
  });
});

it('has an id that stays when lines around it move', () => {
  const ids = (base: string, oracle: string) =>
    hunkMutants({ path: 'a', base: plain(base), oracle: plain(oracle) }).map(({ id }) => id);
  const [first, second, third] = ids('a\nb\nx\nb\n', 'A\nb\nX\nb\nA\n');
  expect([first, second, third].every((id) => /^a:hunk:[0-9a-f]{8}$/.test(id ?? ''))).toBe(true);
  expect(ids('a\nb\nc\nnew\nx\nb\n', 'a\nb\nc\nnew\nX\nb\n')).toEqual([second]);
  const equal = ids('x\na\nx\na\n', 'y\na\ny\na\n');
  expect(new Set(equal).size).toBe(2);
});
