import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDiff } from './diff.ts';
import { openStore } from './git-store.ts';
import type { Diff, Store } from './store.ts';
import { file, link, type Member, treeOf } from './testing.ts';

let dir: string;
let store: Store;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'assay-diff-'));
  store = await openStore(dir);
});
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const lines = (count: number, mark = '') =>
  Array.from({ length: count }, (_, n) => `line ${n}${mark}\n`).join('');
const before = [
  file('a', lines(50)),
  file('b', lines(20, ' b')),
  file('bin', Buffer.from([0, 1, 2])),
  link('l', 'a'),
];

async function diffTo(members: Member[]): Promise<Diff> {
  return store.diff(await treeOf(store, before), await treeOf(store, members));
}
const shape = ({ entries }: Diff) =>
  entries.map((entry) =>
    entry.kind === 'deleted' ? `- ${entry.path}` : `${entry.isNew ? '+' : '='} ${entry.path} ${entry.mode}`,
  );
const with_ = (...changes: Member[]) => {
  const names = changes.map(({ name }) => name);
  return [...before.filter(({ name }) => !names.includes(name)), ...changes];
};
const without = (name: string, ...more: Member[]) => [
  ...before.filter((member) => member.name !== name),
  ...more,
];

describe('diff', () => {
  it('of equal trees is empty', async () => {
    expect(await diffTo(before)).toEqual({
      stat: { files: 0, added: 0, deleted: 0, lines: 0, binary: 0 },
      entries: [],
    });
  });

  it.each<[string, Member[], string[], Partial<Diff['stat']>]>([
    [
      'an edit',
      with_(file('a', lines(50).replace('line 7\n', 'line seven\nand more\n'))),
      ['= a 100644'],
      { files: 1, added: 2, deleted: 1, lines: 3 },
    ],
    ['a new file', with_(file('c', 'c\n')), ['+ c 100644'], { files: 1, added: 1, deleted: 0 }],
    ['a deletion', without('b'), ['- b'], { files: 1, added: 0, deleted: 20 }],
    [
      'a rename counts as no lines, and is a deletion and an addition',
      without('a', file('z/moved', lines(50))),
      ['- a', '+ z/moved 100644'],
      { files: 1, lines: 0 },
    ],
    [
      'a rename with an edit',
      without('a', file('moved', `${lines(50)}more\n`)),
      ['- a', '+ moved 100644'],
      { files: 1, added: 1, deleted: 0 },
    ],
    ['a copy is new lines', with_(file('copy', lines(50))), ['+ copy 100644'], { files: 1, added: 50 }],
    ['a mode', with_(file('a', lines(50), 0o755)), ['= a 100755'], { files: 1, lines: 0 }],
    [
      'binary content',
      with_(file('bin', Buffer.from([0, 9]))),
      ['= bin 100644'],
      { files: 1, lines: 0, binary: 1 },
    ],
    [
      'a new binary file',
      with_(file('bin2', Buffer.from([0, 9]))),
      ['+ bin2 100644'],
      { files: 1, binary: 1 },
    ],
    ['a link turned elsewhere', with_(link('l', 'b')), ['= l 120000'], { files: 1, added: 1, deleted: 1 }],
    [
      'a file that becomes a folder',
      without('b', file('b/x', 'x\n')),
      ['- b', '+ b/x 100644'],
      { files: 2, added: 1, deleted: 20 },
    ],
    ['a file that becomes a link', with_(link('a', 'b')), ['= a 120000'], {}],
    [
      'names with tabs and line feeds',
      with_(file('\t\ta', 'x\n'), file('new\nline', 'y\n'), file(':100644 x', 'z\n')),
      ['+ \t\ta 100644', '+ :100644 x 100644', '+ new\nline 100644'],
      { files: 3, added: 3 },
    ],
  ])('%s', async (_, members, entries, stat) => {
    const diff = await diffTo(members);
    expect(shape(diff).sort()).toEqual(entries.sort());
    expect(diff.stat).toMatchObject(stat);
    expect(diff.stat.lines).toBe(diff.stat.added + diff.stat.deleted);
  });

  it('puts deletions first, so that a folder can take the place of a file and back', async () => {
    const folder = await treeOf(store, [file('x/y', '1')]);
    const plain = await treeOf(store, [file('x', '1\n2\n3\n')]);
    expect(shape(await store.diff(folder, plain))).toEqual(['- x/y', '+ x 100644']);
    expect(shape(await store.diff(plain, folder))).toEqual(['- x', '+ x/y 100644']);
  });

  it('ignores attributes that a candidate brings', async () => {
    const attributes = file('.gitattributes', '* -diff -text\n*.txt diff=evil binary\n');
    const diff = await diffTo(with_(file('a', `${lines(50)}more\n`), attributes));
    expect(diff.stat).toMatchObject({ files: 2, added: 3, binary: 0 });
  });

  it('throws infrastructure for a tree that is not there', async () => {
    const tree = await treeOf(store, before);
    await expect(store.diff(tree, `sha256:${'1'.repeat(64)}`)).rejects.toMatchObject({
      kind: 'infrastructure',
    });
    await expect(store.listTree(`sha256:${'1'.repeat(64)}`)).rejects.toThrow(/is missing/);
    await expect(store.listTree('--help')).rejects.toThrow(TypeError);
  });
});

describe('diffText', () => {
  it('is what git prints, cut where asked, counted whole', async () => {
    const [from, to] = [
      await treeOf(store, before),
      await treeOf(store, with_(file('a', lines(50).replace('line 7\n', 'seven\n')))),
    ];
    const whole = await store.diffText(from, to, 1e6);
    expect(whole.truncated).toBe(false);
    expect(whole.text.toString()).toMatch(
      /^diff --git a\/a b\/a\nindex [0-9a-f]{64}\.\.[0-9a-f]{64} 100644\n--- a\/a\n\+\+\+ b\/a\n@@ -5,7 \+5,7 @@/,
    );
    const cut = await store.diffText(from, to, 100);
    expect(cut).toEqual({ text: whole.text.subarray(0, 100), bytes: whole.bytes, truncated: true });
    expect(await store.diffText(from, from, 100)).toEqual({
      text: Buffer.alloc(0),
      bytes: 0,
      truncated: false,
    });
  });
});

describe('parseDiff', () => {
  it('reads renames and binary counts', () => {
    const id = 'a'.repeat(64);
    const output =
      `:100644 100644 ${id} ${id} R100\0old\0new\0:100644 000000 ${id} ${'0'.repeat(64)} D\0gone\0` +
      '0\t0\t\0old\0new\0-\t-\tgone\0';
    expect(parseDiff(output)).toEqual({
      stat: { files: 2, added: 0, deleted: 0, lines: 0, binary: 1 },
      entries: [
        { kind: 'deleted', path: 'old' },
        { kind: 'deleted', path: 'gone' },
        { kind: 'written', path: 'new', mode: '100644', digest: `sha256:${id}`, isNew: true, from: 'old' },
      ],
    });
  });
});
