import { buffer, text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { type LayerEntry, packLayer } from './layer.ts';

async function unpack(entries: LayerEntry[]) {
  const found: unknown[] = [];
  for await (const entry of packLayer(entries).pipe(extract())) {
    const { name, type, mode, uid, gid, linkname, pax } = entry.header;
    found.push([name, type, mode.toString(8), uid, gid, linkname, pax, await text(entry as never)]);
  }
  return found;
}

test('entries become headers with their ids, modes and contents', async () => {
  const long = `/w/${'d'.repeat(120)}/é${'f'.repeat(120)}`;
  const found = await unpack([
    { path: '/w', type: 'dir', uid: 1000, gid: 1001, mode: 0o700 },
    { path: '/w/a b', type: 'file', content: 'é', mode: 0 },
    { path: '/w/l', type: 'link', linkTarget: '../../x' },
    { path: '/w/big', type: 'file', content: new Uint8Array([97]), uid: 300_000, gid: 5 },
    { path: long, type: 'file' },
  ]);
  expect(found).toMatchObject([
    ['w', 'directory', '700', 1000, 1001, null, null, ''],
    ['w/a b', 'file', '0', 0, 0, null, null, 'é'],
    ['w/l', 'symlink', '644', 0, 0, '../../x', null, ''],
    ['w/big', 'file', '644', 0o777777, 5, null, { uid: '300000' }, 'a'],
    [long.slice(1), 'file', '644', 0, 0, null, { path: long.slice(1) }, ''],
  ]);
});

test('same entries, same bytes', async () => {
  const entries: LayerEntry[] = [{ path: '/a', type: 'file', content: 'x' }];
  expect(await buffer(packLayer(entries))).toEqual(await buffer(packLayer(entries)));
});

test.each(['a', '', '/', '/a/../b', '/a/./b', '/a//b', '/a/', '/a\0b', '../a'])(
  '%j is no path',
  async (path) => {
    await expect(buffer(packLayer([{ path, type: 'file' }]))).rejects.toThrow(TypeError);
  },
);

test('a link needs a target', async () => {
  await expect(buffer(packLayer([{ path: '/l', type: 'link' }]))).rejects.toThrow(/no target/);
});

test('an error of the source is the stream’s', async () => {
  async function* broken(): AsyncGenerator<LayerEntry> {
    yield { path: '/a', type: 'file', content: Buffer.alloc(1_000_000) };
    throw new RangeError('the source broke');
  }
  await expect(buffer(packLayer(broken()))).rejects.toThrow('the source broke');
});
