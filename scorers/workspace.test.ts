import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LayerEntry } from '../harness/sandbox/layer.ts';
import { openStore } from '../harness/store/git-store.ts';
import type { Store } from '../harness/store/store.ts';
import { type Files, treeOf } from './testing.ts';
import { planProtection } from './tests/protect/protect.ts';
import { noProtection, type Protection } from './tests/protect/protection.ts';
import { candidateLayer } from './workspace.ts';

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-workspace-'));
  store = await openStore(join(folder, 'store'));
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const user = { uid: 1000, gid: 1001 };

interface LayerOptions {
  workdir?: string;
  protection?: Partial<Protection>;
  laidOver?: string[];
}

async function layerOf(base: Files, candidate: Files, options: LayerOptions = {}) {
  const trees = { base: await treeOf(store, base), tree: await treeOf(store, candidate) };
  const { workdir = '/w', laidOver = [] } = options;
  const protection = { ...noProtection, ...options.protection };
  const layer = await candidateLayer(store, trees, { workdir, user }, protection, laidOver);
  const entries: LayerEntry[] = [];
  for await (const entry of layer.entries) entries.push(entry);
  return { entries, deletions: layer.deletions };
}

/** Builds the base in a folder of its own, lays the layer over it and runs its deletions. */
async function layOver(base: Files, candidate: Files, options: LayerOptions = {}): Promise<string> {
  const workdir = await mkdtemp(join(folder, 'w-'));
  await build(workdir, base);
  const { entries, deletions } = await layerOf(base, candidate, { ...options, workdir });
  for (const entry of entries) await lay(entry);
  const script = join(folder, 'delete.sh');
  await writeFile(script, deletions);
  const { exitCode, stderr } = await execa('sh', [script], { reject: false });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return workdir;
}

const short = (entry: LayerEntry) => `${entry.type} ${entry.path}`;

describe('candidateLayer', () => {
  it('sends what was written, as the workspace user, new folders before what they hold', async () => {
    const { entries, deletions } = await layerOf(
      { 'a.txt': 'a', 'src/b.txt': 'b', same: 'x' },
      {
        'a.txt': 'A',
        'src/b.txt': 'b',
        same: 'x',
        'src/new/deep/c.sh': { program: 'c' },
        'src/l': { link: 'b.txt' },
      },
    );
    expect(entries).toEqual([
      { path: '/w/a.txt', type: 'file', mode: 0o644, content: Buffer.from('A'), ...user },
      { path: '/w/src/l', type: 'link', linkTarget: 'b.txt', ...user },
      { path: '/w/src/new', type: 'dir', mode: 0o755, ...user },
      { path: '/w/src/new/deep', type: 'dir', mode: 0o755, ...user },
      { path: '/w/src/new/deep/c.sh', type: 'file', mode: 0o755, content: Buffer.from('c'), ...user },
    ]);
    expect(deletions).not.toContain('/w/');
  });

  it('sends a change of the mode alone', async () => {
    const { entries } = await layerOf({ a: 'x' }, { a: { program: 'x' } });
    expect(entries).toMatchObject([{ path: '/w/a', mode: 0o755 }]);
  });

  it('is empty for the base itself', async () => {
    const { entries, deletions } = await layerOf({ a: 'x', 'd/b': 'y' }, { a: 'x', 'd/b': 'y' });
    expect(entries).toEqual([]);
    expect(deletions).not.toContain('/w/');
  });

  it('deletes files, then the folders that they leave empty, deepest first', async () => {
    const { deletions } = await layerOf(
      { a: '', 'd/e/f': '', 'd/e/g': '', 'h/i': '', 'h/j': '' },
      { 'h/i': '' },
    );
    const lines = deletions.split('\n').filter((line) => line.includes('/w/'));
    expect(lines).toEqual([
      "gone '/w/a' '/w/d/e/f' '/w/d/e/g' '/w/h/j' || exit 1",
      "rmdir -- '/w/d/e' '/w/d' 2>/dev/null || :",
    ]);
  });

  it.each<[string, Files, Files, string[]]>([
    [
      'a folder in place of a link',
      { data: { link: 'etc' } },
      { 'data/x': '1' },
      ['dir /w/data', 'file /w/data/x'],
    ],
    [
      'a folder in place of a file',
      { d: 'f' },
      { 'd/e/x': '1' },
      ['dir /w/d', 'dir /w/d/e', 'file /w/d/e/x'],
    ],
    ['a file in place of a folder', { 'd/e/x': '1', 'd/y': '2' }, { d: 'f' }, ['file /w/d']],
    ['a link in place of a folder', { 'd/x': '1' }, { d: { link: 'etc' } }, ['link /w/d']],
    ['a link in place of a file', { d: '1' }, { d: { link: 'etc' } }, ['link /w/d']],
    ['a file in place of a link', { d: { link: 'etc' } }, { d: '1' }, ['file /w/d']],
  ])('replaces rather than deletes: %s', async (_what, base, candidate, sent) => {
    const { entries, deletions } = await layerOf(base, candidate);
    expect(entries.map(short)).toEqual(sent);
    // To delete by name would go through what stands there now.
    expect(deletions).not.toContain('/w/');
  });

  it('does what it says for any two trees and any names', async () => {
    const name = fc.constantFrom(
      'a',
      'b',
      'ü',
      "it's",
      'two\nlines',
      ' ',
      '-rf',
      '$(id)',
      '`x`',
      '"',
      '\\',
      '*',
      '~',
      '#',
      ';',
    );
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const file = fc.oneof(
      fc.constantFrom('x', 'y', ''),
      fc.constant({ program: 'x' }),
      fc.constantFrom('a', 'b', 'ü').map((link) => ({ link })),
    );
    const files = fc.array(fc.tuple(path, file), { maxLength: 12 }).map(consistent);
    await fc.assert(
      fc.asyncProperty(files, files, async (base, candidate) => {
        const workdir = await layOver(base, candidate);
        expect(await read(workdir)).toEqual(candidate);
        await rm(workdir, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });

  it('ends with 1 where a file cannot be deleted', async () => {
    const workdir = await mkdtemp(join(folder, 'w-'));
    const { deletions } = await layerOf({ a: 'x', b: 'y' }, { b: 'y' }, { workdir });
    // What stands there is a folder that is not empty: not to be removed with `rm`, not even by root.
    await build(workdir, { 'a/x': '1' });
    const { exitCode } = await execa('sh', ['-c', deletions], { reject: false });
    expect(exitCode).toBe(1);
  });

  it('keeps every line of the script short', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`${'d'.repeat(60)}/${index}`, 'x']),
    );
    const { deletions } = await layerOf(many, {});
    expect(Math.max(...deletions.split('\n').map((line) => line.length))).toBeLessThan(40_000);
    expect(deletions.match(/^gone '/gm)?.length).toBeGreaterThan(5);
  });
});

describe('candidateLayer with a protection', () => {
  const base: Files = { 'src/a': 'a', 'tests/a': 'a', 'tests/deep/b': 'b', 'package.json': '{}' };

  it('neither writes nor deletes what is kept, nor its folder', async () => {
    const candidate: Files = { 'src/a': 'b', 'tests/a': 'evil', 'tests/new/c': 'c', 'package.json': '{}' };
    const kept = new Set(['tests/a', 'tests/deep/b', 'tests/new/c']);
    const { entries, deletions } = await layerOf(base, candidate, { protection: { kept } });
    expect(entries.map(short)).toEqual(['file /w/src/a']);
    expect(deletions).not.toContain('/w/');
  });

  it('writes what is rewritten with its new content, as the candidate’s', async () => {
    const candidate: Files = { ...base, 'package.json': { program: '{"evil":1}' } };
    const rewritten = new Map([['package.json', Buffer.from('{"good":1}')]]);
    const { entries } = await layerOf(base, candidate, { protection: { rewritten } });
    expect(entries).toEqual([
      { path: '/w/package.json', type: 'file', mode: 0o755, content: Buffer.from('{"good":1}'), ...user },
    ]);
  });

  it('brings about the candidate with the base’s protected files, for any two trees', async () => {
    const name = fc.constantFrom('a', 'b', 'tests', 'conftest.py', 'package.json', 'x.test.ts');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const text = fc.constantFrom(
      '',
      '{}',
      '{"jest":1,"a":1}',
      '{"jest":2,"a":1}',
      '{"jest":1,"a":2}',
      '{"a":3}',
    );
    const file = fc.oneof(
      { weight: 4, arbitrary: text },
      { weight: 1, arbitrary: fc.constant({ link: 'a' }) },
    );
    const files = fc.array(fc.tuple(path, file), { maxLength: 12 }).map(consistent);
    await fc.assert(
      fc.asyncProperty(files, files, async (before, candidate) => {
        const trees = { base: await treeOf(store, before), tree: await treeOf(store, candidate) };
        const protection = await planProtection({
          base: await store.listTree(trees.base),
          changes: (await store.diff(trees.base, trees.tree)).entries,
          settings: { protect: [], unprotect: [] },
          readBlob: (digest) => store.readBlob(digest),
        });
        const workdir = await layOver(before, candidate, { protection });
        const { kept, rewritten } = protection;
        const stays = Object.entries(before).filter(([each]) => kept.has(each));
        const own = Object.entries(candidate).filter(([each]) => !kept.has(each));
        const merged = [...rewritten].map(([each, content]) => [each, Buffer.from(content).toString()]);
        expect(await read(workdir)).toEqual(Object.fromEntries([...own, ...stays, ...merged]));
        const tests = (of: Files) =>
          Object.entries(of).filter(([each]) => /tests|conftest|x\.test/.test(each));
        expect(tests(await read(workdir))).toEqual(expect.arrayContaining(tests(before)));
        expect(tests(await read(workdir)).length).toBe(tests(before).length);
        await rm(workdir, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });
});

describe('candidateLayer under something else', () => {
  it.each<[string, string[], string]>([
    ['a file in the place of a deleted one', ['src/a'], 'src/b'],
    ['a folder in the place of a deleted file', ['src/a/x'], 'src/b'],
    ['a file in the place of a folder of deleted ones', ['src'], ''],
  ])('leaves to it what it lays: %s', async (_what, laidOver, deleted) => {
    const base: Files = { 'src/a': 'a', 'src/b': 'b', top: 'x' };
    const { deletions } = await layerOf(base, { top: 'x' }, { laidOver });
    const gone = deletions.split('\n').filter((line) => line.includes('/w/'));
    expect(gone).toEqual(deleted === '' ? [] : [`gone '/w/${deleted}' || exit 1`]);
  });
});

/** Leaves out what cannot be beside what came before: a file where a folder is needed, or the other way. */
function consistent(pairs: [string, Files[string]][]): Files {
  const files: Files = {};
  const clash = (a: string, b: string) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
  for (const [path, file] of pairs)
    if (!Object.keys(files).some((other) => clash(path, other))) files[path] = file;
  return files;
}

async function build(root: string, files: Files): Promise<void> {
  for (const [path, file] of Object.entries(files)) {
    const place = join(root, path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof file === 'string') await writeFile(place, file);
    else if ('program' in file) await writeFile(place, file.program, { mode: 0o755 });
    else await symlink(file.link, place);
  }
}

/** What the engine does with one entry: folders merge, anything else in the way is replaced; links above are followed. */
async function lay(entry: LayerEntry): Promise<void> {
  const there = await lstat(entry.path).catch(() => null);
  if (there !== null && !(there.isDirectory() && entry.type === 'dir'))
    await rm(entry.path, { recursive: true });
  if (entry.type === 'dir') await mkdir(entry.path, { recursive: true });
  else if (entry.type === 'link') await symlink(String(entry.linkTarget), entry.path);
  else await writeFile(entry.path, entry.content ?? '', { mode: entry.mode });
}

async function read(root: string, at = ''): Promise<Files> {
  const files: Files = {};
  for (const name of await readdir(join(root, at))) {
    const path = at === '' ? name : `${at}/${name}`;
    const place = join(root, path);
    const stat = await lstat(place);
    if (stat.isSymbolicLink()) files[path] = { link: await readlink(place) };
    else if (stat.isDirectory()) {
      const inside = await read(root, path);
      Object.assign(files, Object.keys(inside).length > 0 ? inside : { [`${path}/`]: 'an empty folder' });
    } else {
      const text = await readFile(place, 'utf8');
      files[path] = stat.mode & 0o100 ? { program: text } : text;
    }
  }
  return files;
}
