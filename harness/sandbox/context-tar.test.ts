import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { listContext } from './build-context.ts';
import { packContext } from './context-tar.ts';

const dirs: string[] = [];
afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true }))));

async function context(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-context-'));
  dirs.push(dir);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), content);
  }
  return dir;
}

async function paths(dir: string): Promise<string[]> {
  return (await listContext(dir, { honourIgnore: true })).map(({ path }) => path);
}

test('two checkouts of the same files are the same bytes', async () => {
  const [one, two] = [await context({ b: '1', 'a/x': '2' }), await context({ 'a/x': '2', b: '1' })];
  await Promise.all([chmod(join(two, 'b'), 0o600), utimes(join(two, 'b'), 1, 1)]);
  await Promise.all([one, two].map((dir) => symlink('../outside', join(dir, 'link'))));
  const pack = async (dir: string) =>
    buffer(packContext(dir, await listContext(dir, { honourIgnore: true }), 'FROM x'));
  const [first, second] = [await pack(one), await pack(two)];
  expect(first.equals(second)).toBe(true);
  await chmod(join(two, 'b'), 0o755);
  expect(first.equals(await pack(two))).toBe(false);
});

test('order is by bytes, folders before what is in them', async () => {
  expect(await paths(await context({ 'a.b': '', 'a/z': '', B: '', é: '', '.dot': '' }))).toEqual([
    '.dot',
    'B',
    'a',
    'a/z',
    'a.b',
    'é',
  ]);
});

test('.dockerignore is case-sensitive, knows exceptions, and can leave itself out', async () => {
  const files = {
    'node_modules/x/y': '',
    'KEEP.log': '',
    'a.log': '',
    'out/deep/no': '',
    'out/deep/yes': '',
  };
  const dir = await context({
    ...files,
    '.dockerignore': '# c\nnode_modules\n*.log\n!KEEP.log\nout\n!out/deep/yes\n',
  });
  expect(await paths(dir)).toEqual(['.dockerignore', 'KEEP.log', 'out/deep/yes']);
  const none = await context({ a: '', '.dockerignore': '*' });
  expect(await paths(none)).toEqual([]);
});

test('what is no file, folder or link is refused', async () => {
  const dir = await context({});
  await execa('mkfifo', [join(dir, 'pipe')]);
  await expect(listContext(dir, { honourIgnore: true })).rejects.toMatchObject({
    kind: 'input',
    message: /pipe/,
  });
});
