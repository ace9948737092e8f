import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../domain/digest.ts';
import { gitEnv } from './git.ts';
import { openStore } from './git-store.ts';
import { emptyTree, toDigest } from './object-id.ts';
import type { FileContent, FileMode, Store } from './store.ts';
import { contentsOf, file, link, treeOf, withStore } from './testing.ts';

type Changes = Record<string, FileContent | null>;

function text(content: string, mode: FileMode = '100644'): FileContent {
  return { mode, content: Buffer.from(content) };
}

function edit(store: Store, tree: Digest, changes: Changes): Promise<Digest> {
  return store.edit(tree, new Map(Object.entries(changes)));
}

const base = [file('a', 'A'), file('dir/b', 'B'), file('dir/sub/c', 'C', 0o755), link('l', 'a')];

describe('an edited tree', () => {
  it.each<[string, Changes, Record<string, string>]>([
    ['a changed file', { a: text('2') }, { a: '2', 'dir/b': 'B', 'dir/sub/c*': 'C', 'l@': 'a' }],
    ['a changed mode', { a: text('A', '100755') }, { 'a*': 'A', 'dir/b': 'B', 'dir/sub/c*': 'C', 'l@': 'a' }],
    [
      'new folders',
      { 'x/y/z': text('Z') },
      { a: 'A', 'dir/b': 'B', 'dir/sub/c*': 'C', 'l@': 'a', 'x/y/z': 'Z' },
    ],
    ['a deleted file', { 'dir/sub/c': null }, { a: 'A', 'dir/b': 'B', 'l@': 'a' }],
    [
      'a link',
      { l: text('dir', '120000'), m: text('/abs', '120000') },
      { a: 'A', 'dir/b': 'B', 'dir/sub/c*': 'C', 'l@': 'dir', 'm@': '/abs' },
    ],
    ['a file for a link', { l: text('a') }, { a: 'A', 'dir/b': 'B', 'dir/sub/c*': 'C', l: 'a' }],
    [
      'a folder for a file',
      { a: null, 'a/b': text('AB') },
      { 'a/b': 'AB', 'dir/b': 'B', 'dir/sub/c*': 'C', 'l@': 'a' },
    ],
    [
      'a file for a folder',
      { dir: text('D'), 'dir/b': null, 'dir/sub/c': null },
      { a: 'A', dir: 'D', 'l@': 'a' },
    ],
    [
      'odd names',
      { 'q"\\\n é': text(''), 'dir/b': null },
      { a: 'A', 'dir/sub/c*': 'C', 'l@': 'a', 'q"\\\n é': '' },
    ],
  ])('has %s', async (_, changes, expected) => {
    await withStore(async (store) => {
      const tree = await treeOf(store, base);
      const edited = await edit(store, tree, changes);
      expect(await contentsOf(store, edited)).toEqual(expected);
      expect(await contentsOf(store, tree)).toEqual({ a: 'A', 'dir/b': 'B', 'dir/sub/c*': 'C', 'l@': 'a' });
    });
  });

  it('is the same tree that a workspace of that content would be', async () => {
    await withStore(async (store) => {
      const tree = await treeOf(store, [file('a', '1'), file('b/c', '2')]);
      expect(await edit(store, tree, { 'b/c': null, d: text('3') })).toBe(
        await treeOf(store, [file('a', '1'), file('d', '3')]),
      );
      expect(await edit(store, tree, {})).toBe(tree);
      expect(await edit(store, tree, { a: text('1') })).toBe(tree);
      expect(await edit(store, tree, { a: null, 'b/c': null })).toBe(toDigest(emptyTree));
      expect(await edit(store, toDigest(emptyTree), { a: text('1'), 'b/c': text('2') })).toBe(tree);
    });
  });

  it('is on the disk when its digest is known', async () => {
    await withStore(async (store, dir) => {
      const tree = await treeOf(store, base);
      const edited = await edit(store, tree, { a: text('durable'), 'x/y': text('too') });
      const env = gitEnv({ GIT_DIR: join(dir, 'objects.git') });
      const listed = execFileSync('git', ['ls-tree', '-r', '--name-only', edited.slice(7)], { env });
      expect(listed.toString().split('\n')).toEqual(['a', 'dir/b', 'dir/sub/c', 'l', 'x/y', '']);
      const other = await openStore(dir);
      expect(await contentsOf(other, edited)).toMatchObject({ a: 'durable', 'x/y': 'too' });
      await other.close();
    });
  });

  it('can be made many at a time', async () => {
    await withStore(async (store) => {
      const tree = await treeOf(store, base);
      const edited = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          edit(store, tree, { a: text(`${n % 10}`), [`n${n}`]: text('') }),
        ),
      );
      const contents = await Promise.all(edited.map((one) => contentsOf(store, one)));
      expect(contents.map(({ a }) => a)).toEqual(edited.map((_, n) => `${n % 10}`));
      expect(contents.every((files, n) => files[`n${n}`] === '' && files['dir/b'] === 'B')).toBe(true);
    });
  });
});

describe('an edit is refused', () => {
  it.each<[string, Changes, RegExp]>([
    ['out of the tree', { '../a': text('') }, /climbs out/],
    ['absolute', { '/a': text('') }, /absolute/],
    ['of no name', { 'a//b': text('') }, /empty or "\."/],
    ['of git', { '.git/config': text('') }, /\.git folder/],
    ['that looks like git', { '.GIT/config': text('') }, /\.git folder/],
    ['with a NUL', { 'a\0': text('') }, /NUL/],
    ['for a missing file', { b: null }, /no such file/],
    ['for a whole folder', { dir: null }, /no such file/],
    ['over a folder', { dir: text('') }, /file and also a folder/],
    ['under a file', { 'a/b': text('') }, /file and also a folder/],
    ['under a link', { 'l/b': text('') }, /file and also a folder/],
  ])('%s', async (_, changes, message) => {
    await withStore(async (store) => {
      const tree = await treeOf(store, base);
      const attempt = edit(store, tree, { ...changes, fresh: text('x') });
      await expect(attempt).rejects.toThrow(TypeError);
      await expect(attempt).rejects.toThrow(message);
    });
  });

  it('of a tree that is not there', async () => {
    await withStore(async (store) => {
      await expect(edit(store, `sha256:${'0'.repeat(63)}1`, { a: text('') })).rejects.toMatchObject({
        kind: 'infrastructure',
        message: /is missing/,
      });
    });
  });
});

it('makes any set of files of any other', async () => {
  const name = fc.constantFrom('a', 'b', 'a/b', 'a/c/d', 'é', 'z z');
  const files = fc
    .dictionary(name, fc.tuple(fc.string(), fc.constantFrom<FileMode>('100644', '100755')), { maxKeys: 4 })
    .filter((all) => !('a' in all && Object.keys(all).some((path) => path.startsWith('a/'))));
  await withStore(async (store) => {
    const empty = toDigest(emptyTree);
    const make = (all: Record<string, [string, FileMode]>) =>
      edit(
        store,
        empty,
        Object.fromEntries(Object.entries(all).map(([path, [content, mode]]) => [path, text(content, mode)])),
      );
    await fc.assert(
      fc.asyncProperty(files, files, async (before, after) => {
        const changes: Changes = Object.fromEntries(Object.keys(before).map((path) => [path, null]));
        for (const [path, [content, mode]] of Object.entries(after)) changes[path] = text(content, mode);
        expect(await edit(store, await make(before), changes)).toBe(await make(after));
      }),
      { numRuns: 40 },
    );
  });
});
