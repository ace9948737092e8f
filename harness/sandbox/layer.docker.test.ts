import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, outputText, type TestEngine } from './docker-testing.ts';
import { type LayerEntry, packLayer } from './layer.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.sandbox.close());

/** Lays entries into a fresh container and lists paths: `name uid:gid mode type`. */
async function listing(entries: LayerEntry[], ...paths: string[]): Promise<string[]> {
  const user = { uid: 0, gid: 0 };
  const script = `stat -c '%n %u:%g %a %F' ${paths.join(' ')} 2>&1`;
  const request = engine.request(script, { user, workdir: '/', files: packLayer(entries) });
  return outputText((await engine.sandbox.run(request)).stdout)
    .trim()
    .split('\n');
}

test('ids and modes are those of the entries, set-id bits and large ids too', async () => {
  const entries: LayerEntry[] = [
    { path: '/w', type: 'dir', uid: 1000, gid: 1001, mode: 0o751 },
    { path: '/w/f', type: 'file', uid: 7, gid: 8, mode: 0o604 },
    { path: '/w/zero', type: 'file', mode: 0 },
    { path: '/w/suid', type: 'file', mode: 0o4755 },
    { path: '/w/big', type: 'file', uid: 1_000_000, gid: 1_000_001 },
    { path: '/w/l', type: 'link', linkTarget: '/etc/../../etc/passwd', uid: 9, gid: 9 },
  ];
  expect(await listing(entries, '/w', '/w/f', '/w/zero', '/w/suid', '/w/big', '/w/l')).toEqual([
    '/w 1000:1001 751 directory',
    '/w/f 7:8 604 regular empty file',
    '/w/zero 0:0 0 regular empty file',
    '/w/suid 0:0 4755 regular empty file',
    '/w/big 1000000:1000001 644 regular empty file',
    '/w/l 9:9 777 symbolic link',
  ]);
});

test('missing parents are made as root with mode 755', async () => {
  expect(await listing([{ path: '/a/b/c', type: 'file', uid: 5, gid: 5 }], '/a', '/a/b', '/a/b/c')).toEqual([
    '/a 0:0 755 directory',
    '/a/b 0:0 755 directory',
    '/a/b/c 5:5 644 regular empty file',
  ]);
});

test('folders merge: what is there stays, an entry for the folder itself sets owner and mode', async () => {
  const entries: LayerEntry[] = [
    { path: '/etc/added', type: 'file' },
    { path: '/opt', type: 'dir', uid: 4, gid: 4, mode: 0o711 },
  ];
  expect(await listing(entries, '/etc', '/etc/passwd', '/etc/added', '/opt')).toEqual([
    '/etc 0:0 755 directory',
    '/etc/passwd 0:0 644 regular file',
    '/etc/added 0:0 644 regular empty file',
    '/opt 4:4 711 directory',
  ]);
});

test('a thing of another kind in the way is replaced, and a link is not written through by its own path', async () => {
  const entries: LayerEntry[] = [
    { path: '/w/link', type: 'link', linkTarget: '/etc/hostname-of-mine' },
    { path: '/w/link', type: 'file', content: 'x' },
    { path: '/w/file', type: 'file' },
    { path: '/w/file', type: 'dir' },
    { path: '/w/full/inner', type: 'file' },
    { path: '/w/full', type: 'file', content: 'x' },
  ];
  expect(await listing(entries, '/w/link', '/w/file', '/w/full', '/etc/hostname-of-mine')).toEqual([
    '/w/link 0:0 644 regular file',
    '/w/file 0:0 755 directory',
    '/w/full 0:0 644 regular file',
    "stat: cannot statx '/etc/hostname-of-mine': No such file or directory",
  ]);
});

test('a link on the way to an entry is followed, but only inside the container', async () => {
  const entries: LayerEntry[] = [
    { path: '/w/out', type: 'link', linkTarget: '../../../../../opt' },
    { path: '/w/out/through', type: 'file' },
  ];
  expect(await listing(entries, '/opt/through')).toEqual(['/opt/through 0:0 644 regular empty file']);
});
