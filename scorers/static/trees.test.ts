import { describe, expect, it } from 'vitest';
import { type Digest, sha256 } from '../../harness/domain/digest.ts';
import type { Diff, DiffEntry } from '../../harness/store/store.ts';
import { changedLinks, configurationOf, filePairs, type SourceText } from './trees.ts';

const written = (path: string, from?: string): DiffEntry => ({
  kind: 'written',
  path,
  mode: '100644',
  digest: sha256(path),
  isNew: true,
  ...(from === undefined ? {} : { from }),
});
const deleted = (path: string): DiffEntry => ({ kind: 'deleted', path });
const diff = (entries: DiffEntry[]): Diff => ({
  stat: { files: entries.length, added: 0, deleted: 0, lines: 0, binary: 0 },
  entries,
});

describe('configuration', () => {
  const globs = ['**/lint.config.js', 'tool.json'];
  const keptOf = (base: string[], entries: DiffEntry[]) =>
    [...configurationOf(diff(entries), base, globs).kept].sort();

  it.each([
    ['a changed one', ['tool.json'], [written('tool.json')], ['tool.json']],
    ['a deleted one', ['tool.json'], [deleted('tool.json')], ['tool.json']],
    ['one that is added', [], [written('src/lint.config.js')], ['src/lint.config.js']],
    ['a folder in its place', ['tool.json'], [written('tool.json/x.js')], ['tool.json/x.js']],
    ['a file in place of its folder', ['src/lint.config.js'], [written('src')], ['src']],
    ['what is installed', [], [written('node_modules/eslint/index.js')], ['node_modules/eslint/index.js']],
    ['nothing else', ['tool.json', 'a.js'], [written('a.js'), written('b/tool.json')], []],
  ])('keeps %s from the base', (_, base, entries, kept) => {
    expect(keptOf(base, entries)).toEqual(kept);
  });
});

describe('links', () => {
  const link = (path: string) => ({ path, mode: '120000' as const, digest: sha256(path) });
  const targets: Record<string, string> = {
    'src/a.js': '../data.txt',
    'src/b.js': 'a.js',
    'loop.js': 'loop.js',
    'out.js': '../out.js',
    'absolute.js': '/etc/a.js',
    'folder.js': 'src',
  };
  const tree = [
    { path: 'data.txt', mode: '100644' as const, digest: sha256('data') },
    ...Object.keys(targets).map(link),
  ];
  const store = {
    listTree: async () => tree,
    readBlob: async (digest: Digest) =>
      Buffer.from(Object.entries(targets).find(([path]) => sha256(path) === digest)?.[1] ?? ''),
  };

  it('are followed to a regular file of the tree, and no further', async () => {
    const entries = Object.keys(targets).map((path) => ({ ...written(path), mode: '120000' }) as DiffEntry);
    expect(Object.fromEntries(await changedLinks(store, diff(entries), sha256('tree')))).toEqual({
      'src/a.js': 'data.txt',
      'src/b.js': 'data.txt',
      'loop.js': null,
      'out.js': null,
      'absolute.js': null,
      'folder.js': null,
    });
  });
});

describe('file pairs', () => {
  const contents = new Map([
    ['old.ts', 'old'],
    ['new.ts', 'new'],
    ['gone.ts', 'gone'],
    ['fresh.ts', 'fresh'],
  ]);
  const digests = new Map([...contents].map(([path, text]) => [sha256(path), text]));
  const read = async (digest: string): Promise<SourceText> => {
    const text = digests.get(digest);
    return text === undefined ? { kind: 'binary', problem: 'it is binary' } : { text };
  };
  const base = new Map(['old.ts', 'gone.ts'].map((path) => [path, sha256(path)]));
  const store = { listTree: async () => [] };

  it('know renames, deletions and additions', async () => {
    const pairs = await filePairs(
      { base: sha256('base') },
      diff([deleted('gone.ts'), deleted('old.ts'), written('fresh.ts'), written('new.ts', 'old.ts')]),
      base,
      read,
      store,
    );
    expect(pairs).toEqual([
      { before: { path: 'gone.ts', text: 'gone' }, after: null },
      { before: null, after: { path: 'fresh.ts', text: 'fresh' } },
      { before: { path: 'old.ts', text: 'old' }, after: { path: 'new.ts', text: 'new' } },
    ]);
  });

  it('have no text where there is none', async () => {
    const pairs = await filePairs({ base: sha256('base') }, diff([written('image.png')]), base, read, store);
    expect(pairs).toEqual([{ before: null, after: { path: 'image.png', text: null } }]);
  });
});
