import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../harness/domain/digest.ts';
import { AssayError } from '../../harness/domain/errors.ts';
import type { TreeEntry } from '../../harness/store/store.ts';
import { hiddenTests } from './hidden-tests.ts';
import { overlayEntries, testOverlay } from './overlay.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-overlay-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Files = Record<string, string | Buffer | { link: string } | { program: string }>;

/** A task's folder that holds these files under `tests/`. */
async function taskOf(files: Files): Promise<string> {
  const dir = await mkdtemp(join(folder, 'task-'));
  for (const [path, file] of Object.entries(files)) {
    const place = join(dir, 'tests', path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof file === 'string' || Buffer.isBuffer(file)) await writeFile(place, file);
    else if ('link' in file) await symlink(file.link, place);
    else await writeFile(place, file.program).then(() => chmod(place, 0o755));
  }
  return dir;
}

interface Given {
  overlay?: string | null;
  files?: string[];
  base?: Record<string, string | Buffer | { link: string }>;
}

async function overlayOf(files: Files, { overlay = 'hidden', files: globs = [], base = {} }: Given = {}) {
  const blobs = new Map<string, Buffer>();
  const entries = Object.entries(base).map(([path, file]): TreeEntry => {
    const isLink = typeof file === 'object' && 'link' in file;
    const content = Buffer.from(isLink ? file.link : file);
    blobs.set(sha256(path), content);
    return { path, mode: isLink ? '120000' : '100644', digest: sha256(path) };
  });
  return testOverlay({
    taskDir: await taskOf(files),
    overlay,
    files: globs,
    defaultFiles: ['**/*.test.ts'],
    base: entries,
    readBlob: async (digest) => blobs.get(digest) ?? Buffer.alloc(0),
  });
}

describe('testOverlay', () => {
  it('tells the tests of the overlay from what lies beside them, in order', async () => {
    const overlay = await overlayOf({
      'test.sh': 'not of the overlay',
      'hidden/src/b.test.ts': 'b',
      'hidden/src/a.test.ts': 'a',
      'hidden/.hidden/c.test.ts': 'c',
      'hidden/src/data.json': '{}',
      'hidden/run': { program: 'x' },
      'hidden/node_modules/x/d.test.ts': 'd',
      'hidden/data.bin': Buffer.from([0xff, 0]),
    });
    expect(overlay).toEqual({
      tests: [
        { path: '.hidden/c.test.ts', text: 'c' },
        { path: 'src/a.test.ts', text: 'a' },
        { path: 'src/b.test.ts', text: 'b' },
      ],
      others: [
        { path: 'data.bin', content: Buffer.from([0xff, 0]), mode: 0o644 },
        { path: 'node_modules/x/d.test.ts', content: Buffer.from('d'), mode: 0o644 },
        { path: 'run', content: Buffer.from('x'), mode: 0o755 },
        { path: 'src/data.json', content: Buffer.from('{}'), mode: 0o644 },
      ],
    });
  });

  it('runs tests of the base only where the task names them and the overlay does not hold them', async () => {
    const hidden = { 'hidden/a.test.ts': 'hidden', 'hidden/d/x.test.ts/data': 'folder', 'hidden/e': 'file' };
    const base = {
      'a.test.ts': 'base',
      'b.test.ts': 'base',
      'c.spec.ts': 'base',
      'd/x.test.ts': 'under a folder',
      'e/y.test.ts': 'under a file',
      'node_modules/z.test.ts': 'foreign',
    };
    expect((await overlayOf(hidden, { base })).tests).toEqual([{ path: 'a.test.ts', text: 'hidden' }]);
    expect((await overlayOf(hidden, { base, files: ['**/*.test.ts'] })).tests).toEqual([
      { path: 'a.test.ts', text: 'hidden' },
      { path: 'b.test.ts', text: 'base' },
    ]);
    expect(await overlayOf({}, { base, overlay: null, files: ['*.{spec,x}.ts'] })).toEqual({
      tests: [{ path: 'c.spec.ts', text: 'base' }],
      others: [],
    });
  });

  it('keeps links that stay within the overlay; a test behind one is a file of its own', async () => {
    const overlay = await overlayOf({
      'hidden/deep/a.test.ts': 'a',
      'hidden/b.test.ts': { link: 'deep/a.test.ts' },
      'hidden/deep/up': { link: '../deep' },
      'hidden/data': { link: './deep/a.test.ts' },
    });
    expect(overlay).toEqual({
      tests: [
        { path: 'b.test.ts', text: 'a' },
        { path: 'deep/a.test.ts', text: 'a' },
      ],
      others: [
        { path: 'data', linkTarget: 'deep/a.test.ts' },
        { path: 'deep/up', linkTarget: '.' },
      ],
    });
  });

  it.each<[string, Files, Given, string]>([
    ['no test', { 'hidden/a.txt': 'a' }, {}, 'no test file is named by "**/*.test.ts"'],
    ['no such test', { 'hidden/a.test.ts': 'a' }, { files: ['x/*'] }, 'no test file is named by "x/*"'],
    ['no folder', { 'a.test.ts': 'a' }, {}, 'the task has no folder tests/hidden/'],
    ['no tests', {}, {}, 'the task has no tests/ folder'],
    [
      'a link out',
      { 'x.test.ts': 'x', 'hidden/a.test.ts': { link: '../x.test.ts' } },
      {},
      'leads out of tests/hidden/',
    ],
    ['a link to nothing', { 'hidden/a.test.ts': { link: 'b' } }, {}, 'leads nowhere'],
    ['an overlay elsewhere', { x: 'x', hidden: { link: '../..' } }, {}, 'leads out of tests/'],
    [
      'a test in no UTF-8',
      { 'hidden/a.test.ts': Buffer.from([0xff]) },
      {},
      'tests/hidden/a.test.ts is not UTF-8',
    ],
    [
      'a linked test of the base',
      { 'hidden/x': 'x' },
      { base: { 'a.test.ts': { link: 'b' } }, files: ['*.test.ts'] },
      'a.test.ts of the workspace is a symbolic link',
    ],
    ['a glob', { 'hidden/x': 'x' }, { files: ['!x'] }, '"!x"'],
  ])('says what is wrong with the task: %s', async (_what, files, given, message) => {
    const refused = overlayOf(files, given);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ kind: 'input' });
    await expect(refused).rejects.toBeInstanceOf(AssayError);
  });
});

describe('overlayEntries', () => {
  it('lays root’s files, every folder on the way before them, sticky', () => {
    const root = { uid: 0, gid: 0 };
    const dir = (path: string, mode = 0o1777) => ({ path, type: 'dir', mode, ...root });
    const entries = overlayEntries(
      [
        { path: 'src/deep/b.test.ts', text: 'é' },
        { path: 'a.test.ts', text: 'a' },
      ],
      [
        { path: 'src/run', content: Buffer.from('x'), mode: 0o755 },
        { path: 'lib/l', linkTarget: '../src' },
      ],
      '/app',
    );
    expect(entries).toEqual([
      dir('/app'),
      dir('/app/lib'),
      dir('/app/src'),
      dir('/app/src/deep'),
      { path: '/app/a.test.ts', type: 'file', mode: 0o644, content: Buffer.from('a'), ...root },
      { path: '/app/lib/l', type: 'link', linkTarget: '../src', ...root },
      { path: '/app/src/deep/b.test.ts', type: 'file', mode: 0o644, content: Buffer.from('é'), ...root },
      { path: '/app/src/run', type: 'file', mode: 0o755, content: Buffer.from('x'), ...root },
    ]);
  });

  it.each([
    ['/app', []],
    ['/srv/app/src', ['/srv 755', '/srv/app 755']],
    ['/home/me/app', ['/home 755', '/home/me 1777']],
  ])('lets nobody rename %s', (workdir, above) => {
    const entries = overlayEntries([{ path: 'a', text: '' }], [], workdir);
    const shown = entries.map(({ path, mode }) => `${path} ${mode?.toString(8)}`);
    expect(shown).toEqual([...above, `${workdir} 1777`, `${workdir}/a 644`]);
  });
});

describe('hiddenTests', () => {
  async function laid(files: Files, without?: string | null): Promise<string[]> {
    const dir = await taskOf(files);
    const { entries } = await hiddenTests(dir, without === undefined ? {} : { without });
    const paths: string[] = [];
    for await (const entry of entries) paths.push(entry.path);
    return paths;
  }
  const files: Files = {
    'test.sh': 'x',
    'hidden/a.test.ts': 'a',
    'hidden-not/b': 'b',
    'vitest.config.ts': 'c',
  };

  it('leaves one folder out', async () => {
    const rest = [
      '/tests',
      '/tests/hidden-not',
      '/tests/hidden-not/b',
      '/tests/test.sh',
      '/tests/vitest.config.ts',
    ];
    expect(await laid(files, 'hidden')).toEqual(rest);
    expect(await laid(files, './hidden/')).toEqual(rest);
    expect(await laid(files, null)).toHaveLength(rest.length + 2);
    expect(await laid(files, '.')).toEqual(['/tests']);
  });

  it('misses test.sh only where that starts the tests', async () => {
    expect(await laid({ x: 'x' }, null)).toEqual(['/tests', '/tests/x']);
    await expect(laid({ x: 'x' })).rejects.toThrow('the task has no tests/test.sh');
    expect(await laid({}, null)).toEqual(['/tests']);
    await expect(laid({})).rejects.toThrow('the task has no tests/ folder');
  });
});
