import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { defaultIngestLimits } from '../domain/limits.ts';
import { blobId, emptyTree, toDigest } from './object-id.ts';
import type { FileMode } from './store.ts';
import {
  contentsOf,
  file,
  inPieces,
  link,
  rootMember,
  take,
  tarBytes,
  treeOf,
  withStore,
} from './testing.ts';

describe('compose', () => {
  it('puts trees and files at their places', () =>
    withStore(async (store) => {
      const tree = await treeOf(store, [
        file('app/x', '1'),
        file('app/d/run', '2', 0o755),
        link('app/l', 'x'),
      ]);
      const inner = await store.compose([{ path: 'a/b', tree }]);
      expect(await contentsOf(store, inner)).toEqual({
        'a/b/app/x': '1',
        'a/b/app/d/run*': '2',
        'a/b/app/l@': 'x',
      });
      const digest = await store.putBlob('3');
      const mode: FileMode = '100755';
      const whole = await store.compose([
        { path: 'logs/z', mode, digest },
        { path: 'logs/empty', tree: toDigest(emptyTree) },
        { path: 'a', tree: inner },
      ]);
      expect(await contentsOf(store, whole)).toEqual({
        'a/a/b/app/x': '1',
        'a/a/b/app/d/run*': '2',
        'a/a/b/app/l@': 'x',
        'logs/z*': '3',
      });
      // The order of the parts does not matter.
      expect(
        await store.compose([
          { path: 'a', tree: inner },
          { path: 'logs/z', mode, digest },
        ]),
      ).toBe(whole);
    }));

  it('of nothing is the empty tree, which is there', () =>
    withStore(async (store) => {
      const tree = await store.compose([]);
      expect([tree, await store.has(tree), await store.listTree(tree)]).toEqual([
        toDigest(emptyTree),
        true,
        [],
      ]);
    }));

  it.each([
    ['one place twice', ['a', 'a']],
    ['one in another', ['a/b', 'a']],
    ['an absolute path', ['/a']],
    ['a path that climbs', ['a/../b']],
    ['a .git', ['a/.git/x']],
    ['no path', ['']],
  ])('refuses %s', (_what, paths) =>
    withStore(async (store) => {
      const digest = await store.putBlob('x');
      const parts = paths.map((path) => ({ path, mode: '100644' as const, digest }));
      await expect(store.compose(parts)).rejects.toThrow();
      // The store still works.
      expect(await contentsOf(store, await store.compose([{ path: 'x', mode: '100644', digest }]))).toEqual({
        x: 'x',
      });
    }),
  );
});

describe('putBlobs', () => {
  it('stores small and large contents, but not what is known', () =>
    withStore(async (store) => {
      const large = randomBytes(3 * 1024 ** 2);
      const known = toDigest(blobId(Buffer.from('known')));
      const digests = await store.putBlobs((put) =>
        Promise.all([
          put(inPieces(Buffer.from('small')), 5),
          put(inPieces(large, 100_000), large.length),
          put(inPieces(Buffer.from('known')), 5, known),
          put(inPieces(Buffer.alloc(0)), 0),
        ]),
      );
      expect(digests.map((digest) => digest.slice(7))).toEqual(
        [Buffer.from('small'), large, Buffer.from('known'), Buffer.alloc(0)].map(blobId),
      );
      expect(await Promise.all(digests.map((digest) => store.has(digest)))).toEqual([
        true,
        true,
        false,
        true,
      ]);
      expect((await store.readBlob(digests[1] ?? '')).equals(large)).toBe(true);
    }));

  it.each([1, 2 * 1024 ** 2])('takes no content that is not as long as it says (%d bytes)', (bytes) =>
    withStore(async (store) => {
      const work = store.putBlobs((put) =>
        put(Readable.from([Buffer.alloc(7)], { objectMode: false }), bytes),
      );
      await expect(work).rejects.toThrow();
      expect(await store.readBlob(await store.putBlob('after'))).toEqual(Buffer.from('after'));
    }),
  );
});

describe('ingest with a function in place of patterns', () => {
  const members = [file('keep.pyc', '1'), file('drop', '2'), file('d/drop', '3')];
  const ignore = (path: string) => path.endsWith('drop');

  it('leaves out what the function says, and only that, with and without a base', () =>
    withStore(async (store) => {
      const base = await store.ingest(inPieces(tarBytes([rootMember, ...members.map(inApp)])), {
        base: null,
        limits: defaultIngestLimits,
        ignore,
      });
      if (!base.ok) throw new Error(base.reason);
      expect([await contentsOf(store, base.tree), base.ignored]).toEqual([{ 'keep.pyc': '1' }, 2]);
      const taken = await take(store, members, toDigest(emptyTree), { ignore });
      expect(taken).toMatchObject({ ok: true, tree: base.tree, ignored: 2 });
    }));
});

function inApp(member: ReturnType<typeof file>) {
  return { ...member, name: `app/${member.name}` };
}
