import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AssayError } from '../domain/errors.ts';
import { defaultIngestLimits } from '../domain/limits.ts';
import { openStore } from './git-store.ts';
import { emptyTree, toDigest } from './object-id.ts';
import type { IngestOptions, Store } from './store.ts';
import {
  contentsOf,
  file,
  inPieces,
  link,
  type Member,
  memberBytes,
  rootMember,
  take,
  tarBytes,
  tarEnd,
  treeOf,
} from './testing.ts';

let dir: string;
let store: Store;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'assay-ingest-'));
  store = await openStore(dir);
});
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const options: IngestOptions = { base: null, limits: defaultIngestLimits, ignore: [] };
const base = () => treeOf(store, [file('a.txt', 'one\n'), file('src/b.txt', 'two\n')]);

describe('ingest of a base', () => {
  it('keeps files, executables and links, and drops empty folders', async () => {
    const tree = await treeOf(store, [
      file('a', 'A'),
      file('run.sh', '#!/bin/sh\n', 0o755),
      { name: 'empty/', type: '5' },
      link('l', 'a'),
      file('deep/er/b', ''),
    ]);
    expect(await contentsOf(store, tree)).toEqual({
      a: 'A',
      'run.sh*': '#!/bin/sh\n',
      'l@': 'a',
      'deep/er/b': '',
    });
  });

  it('takes what a trusted image may hold and a candidate may not', async () => {
    const taken = await take(
      store,
      [
        file('suid', 'x', 0o4755),
        link('escape', '/etc/passwd'),
        { name: 'pipe', type: '6' },
        { name: 'null', type: '3' },
        file(Buffer.from([0x62, 0xff]), 'not UTF-8'),
        file('.git/config', 'secret'),
        file('sub/.GIT/config', 'secret'),
        file('__pycache__/x.pyc', 'compiled'),
        { name: 'hard', type: '1', linkname: 'app/.git/config' },
      ],
      null,
    );
    expect(taken).toMatchObject({ ok: true, files: 3, ignored: 5 });
    if (taken.ok)
      expect(await contentsOf(store, taken.tree)).toEqual({
        'suid*': 'x',
        'escape@': '/etc/passwd',
        '__pycache__/x.pyc': 'compiled',
      });
  });

  it('gives the empty tree for an empty folder', async () => {
    expect(await take(store, [], null)).toEqual({
      ok: true,
      tree: toDigest(emptyTree),
      files: 0,
      bytes: 0,
      ignored: 0,
    });
    expect(await store.listTree(toDigest(emptyTree))).toEqual([]);
    const full = await treeOf(store, [file('a', 'A')], toDigest(emptyTree));
    expect(await take(store, [], full)).toMatchObject({ ok: true, tree: toDigest(emptyTree) });
  });

  it('is the same tree however the archive was cut and ordered', async () => {
    const bytes = tarBytes([rootMember, file('app/b', 'B'), file('app/a', 'A')]);
    const first = await store.ingest(inPieces(bytes, 1), options);
    expect(await store.ingest(inPieces(bytes, 1_000_000), options)).toEqual(first);
    expect(await take(store, [file('a', 'A'), file('b', 'B')], null)).toEqual(first);
  });

  it('spools a large file without changing it', async () => {
    const large = Buffer.alloc(3_000_001, 'large file\n');
    const tree = await treeOf(store, [file('large', large)]);
    const [entry] = await store.listTree(tree);
    expect((await store.readBlob(entry?.digest ?? '')).equals(large)).toBe(true);
    expect(await take(store, [file('large', large), file('n', 'n')], tree)).toMatchObject({
      ok: true,
      files: 2,
    });
  });
});

describe('ingest of a candidate', () => {
  it('drops .git at any depth and what ignore rules match, unless the base holds it', async () => {
    const held = await treeOf(store, [
      file('.gitignore', 'dist/\n*.log\n'),
      file('keep.log', 'v1'),
      file('a', 'A'),
    ]);
    const taken = await take(
      store,
      [
        file('.gitignore', 'dist/\n*.log\n'),
        file('keep.log', 'v2'),
        file('a', 'A'),
        file('dist/out.js', 'x'),
        file('other.log', 'x'),
        file('src/__pycache__/m.pyc', 'x'),
        file('notes.tmp', 'x'),
        { name: 'sub/.git/', type: '5' },
        file('sub/.git/config', 'x'),
        file('sub/.git/hooks/post-checkout', 'x', 0o755),
        file('module/.git', 'gitdir: /etc'),
        file('new.txt', 'N'),
      ],
      held,
      { ignore: ['*.tmp'] },
    );
    expect(taken).toMatchObject({ ok: true, files: 4, ignored: 6 });
    if (taken.ok)
      expect(await contentsOf(store, taken.tree)).toEqual({
        '.gitignore': 'dist/\n*.log\n',
        'keep.log': 'v2',
        a: 'A',
        'new.txt': 'N',
      });
  });

  it('lets the suite take back what a rule ignores', async () => {
    const held = await treeOf(store, [file('.gitignore', 'dist/\n')]);
    const members = [file('.gitignore', 'dist/\n'), file('dist/x', 'x')];
    expect(await take(store, members, held, { ignore: ['!dist/'] })).toMatchObject({ files: 2, ignored: 0 });
  });

  it('is the base again when nothing changed', async () => {
    const held = await base();
    const again = await take(store, [file('src/b.txt', 'two\n'), file('a.txt', 'one\n', 0o600)], held);
    expect(again).toEqual({ ok: true, tree: held, files: 2, bytes: 8, ignored: 0 });
  });

  it.each<[string, Member[], Record<string, string>]>([
    [
      'file to folder',
      [file('a.txt/x', 'X'), file('src/b.txt', 'two\n')],
      { 'a.txt/x': 'X', 'src/b.txt': 'two\n' },
    ],
    ['folder to file', [file('a.txt', 'one\n'), file('src', 'S')], { 'a.txt': 'one\n', src: 'S' }],
    ['folder to link', [file('a.txt', 'one\n'), link('src', 'a.txt')], { 'a.txt': 'one\n', 'src@': 'a.txt' }],
    [
      'file to link',
      [link('a.txt', 'src/b.txt'), file('src/b.txt', 'two\n')],
      { 'a.txt@': 'src/b.txt', 'src/b.txt': 'two\n' },
    ],
    [
      'mode only',
      [file('a.txt', 'one\n', 0o755), file('src/b.txt', 'two\n')],
      { 'a.txt*': 'one\n', 'src/b.txt': 'two\n' },
    ],
    [
      'all moved down',
      [file('d/a.txt', 'one\n'), file('d/src/b.txt', 'two\n')],
      { 'd/a.txt': 'one\n', 'd/src/b.txt': 'two\n' },
    ],
  ])('%s', async (_, members, expected) => {
    const tree = await treeOf(store, members, await base());
    expect(await contentsOf(store, tree)).toEqual(expected);
    expect(await treeOf(store, members)).toBe(tree);
  });

  it('resolves hard links inside the workspace', async () => {
    const tree = await treeOf(
      store,
      [
        file('a', 'A', 0o755),
        { name: 'b', type: '1', linkname: 'app/a' },
        link('l', 'a'),
        { name: 'm', type: '1', linkname: 'app/l' },
      ],
      await base(),
    );
    expect(await contentsOf(store, tree)).toEqual({ 'a*': 'A', 'b*': 'A', 'l@': 'a', 'm@': 'a' });
  });

  it('does not refuse what the base holds itself', async () => {
    const members = [link('out', '/etc/passwd'), file('git~1/x', 'x'), file('suid', 's', 0o4755)];
    const held = await treeOf(store, members);
    expect(await take(store, [...members, file('new', 'n')], held)).toMatchObject({ ok: true, files: 4 });
  });

  it('keeps names with line feeds, quotes and other odd text as they are', async () => {
    const names = [
      'a\nb',
      '"q"',
      'back\\slash',
      ' lead',
      'trail ',
      '\t',
      'é\u202e',
      '-rf',
      '*',
      '\x1b[31m',
      'ü'.repeat(100),
    ];
    const tree = await treeOf(
      store,
      names.map((name) => file(name, name)),
      await base(),
    );
    expect(await contentsOf(store, tree)).toEqual(Object.fromEntries(names.map((name) => [name, name])));
  });
});

const small = { maxFiles: 3, maxBytes: 1000, maxFileBytes: 400, maxPathBytes: 40 };
const limited: Partial<IngestOptions> = { limits: small };

describe('refusals', () => {
  it.each<[string, Member[], RegExp, Partial<IngestOptions>?]>([
    ['..', [file('../evil', 'x')], /"\.\.\/evil": the path climbs out/],
    ['.. in the middle', [file('src/../../evil', 'x')], /climbs out/],
    ['. component', [file('src/./x', 'x')], /empty or "\." component/],
    ['double slash', [file('src//x', 'x')], /the path is absolute|empty or/],
    ['.GIT', [file('.GIT/config', 'x')], /"\.GIT\/config": the name would be taken for a \.git folder/],
    ['.git with a dot behind', [file('.git./config', 'x')], /taken for a \.git/],
    ['.git with a space behind', [file('sub/.git /config', 'x')], /taken for a \.git/],
    ['git~1', [file('git~1', 'x')], /taken for a \.git/],
    [
      '.git with an ignorable code point',
      [file('.g\u200cit/config', 'x')],
      /".g\\u200cit\/config": .*taken for a \.git/,
    ],
    ['.git with an alternate stream', [file('.git::$INDEX_ALLOCATION/x', 'x')], /taken for a \.git/],
    ['backslash .git', [file('a\\.git\\config', 'x')], /taken for a \.git/],
    ['.gitmodules as a link', [link('.gitmodules', 'a.txt')], /\.gitmodules may not be/],
    ['name that is not UTF-8', [file(Buffer.from([0x61, 0xff]), 'x')], /not valid UTF-8/],
    [
      'pax name that is not UTF-8',
      [{ name: 'x', pax: { path: Buffer.from('app/\xff', 'latin1') } }],
      /not valid UTF-8/,
    ],
    ['NUL in a pax name', [{ name: 'x', pax: { path: 'app/a\0b' } }], /"a\\u0000b": the name holds a NUL/],
    ['device', [{ name: 'dev', type: '3' }], /"dev": it is a device/],
    ['block device', [{ name: 'dev', type: '4' }], /it is a device/],
    ['named pipe', [{ name: 'pipe', type: '6' }], /it is a named pipe/],
    ['unknown type', [{ name: 'what', type: 'Z' }], /no file, folder or link/],
    ['set-uid', [file('su', 'x', 0o4755)], /set-uid or set-gid/],
    ['set-gid', [file('sg', 'x', 0o2755)], /set-uid or set-gid/],
    ['hard link outside', [{ name: 'h', type: '1', linkname: '/etc/shadow' }], /the path is absolute/],
    ['hard link to a neighbour', [{ name: 'h', type: '1', linkname: 'other/file' }], /outside the workspace/],
    ['hard link to nothing', [{ name: 'h', type: '1', linkname: 'app/none' }], /"h": it is a hard link/],
    [
      'hard link into .git',
      [file('.git/x', 'x'), { name: 'h', type: '1', linkname: 'app/.git/x' }],
      /hard link/,
    ],
    ['absolute link', [link('l', '/etc/passwd')], /"l": the symbolic link points to an absolute path/],
    ['link that climbs out', [link('src/l', '../../x')], /points outside/],
    ['link that climbs out behind a name', [link('l', 'src/../../x')], /points outside/],
    [
      'link that climbs out behind a link',
      [link('d', 'src/deep'), link('l', 'd/../x')],
      /"l": .*points outside/,
    ],
    ['link without a target', [{ name: 'l', type: '2' }], /target of the symbolic link/],
    [
      'link with content',
      [{ name: 'l', type: '2', linkname: 'a.txt', size: 8 ** 11 - 1 }],
      /content to a link/,
    ],
    ['GNU sparse', [{ name: 's', pax: { 'GNU.sparse.major': '1' } }], /sparse/],
    ['old GNU sparse', [{ name: 's', type: 'S' }], /no file, folder or link/],
    ['twice', [file('x', '1'), file('x', '2')], /"x": the archive holds this path twice/],
    ['file and folder', [file('x', '1'), file('x/y', '2')], /"x": it is a file and also a folder/],
    ['outside the root entry', [{ name: 'x', pax: { path: 'other/x' } }], /outside the workspace/],
    ['absolute', [{ name: 'x', pax: { path: '/etc/passwd' } }], /"\/etc\/passwd": the path is absolute/],
    ['huge by announcement', [{ name: 'big', size: 8 ** 11 - 1 }], /"big": 8589934591 bytes are more than/],
    [
      'huge in .git by announcement',
      [{ name: '.git/big', size: 8 ** 11 - 1, pax: { size: '99999999999' } }],
      /ignored files hold/,
    ],
    ['file over the limit', [file('big', Buffer.alloc(401))], /401 bytes are more than 400/, limited],
    [
      'bytes over the limit',
      [file('a', Buffer.alloc(390)), file('b', Buffer.alloc(390)), file('c', Buffer.alloc(390))],
      /"c": with it the files hold more than 1000/,
      limited,
    ],
    [
      'hard links over the limit',
      [
        file('a', Buffer.alloc(390)),
        { name: 'b', type: '1', linkname: 'app/a' },
        { name: 'c', type: '1', linkname: 'app/a' },
      ],
      /"c": with it the files/,
      limited,
    ],
    ['too many files', ['a', 'b', 'c', 'd'].map((name) => file(name)), /more than 3 files/, limited],
    [
      'too many folders',
      Array.from({ length: 40 }, (_, n) => ({ name: `d${n}/`, type: '5' })),
      /files and folders/,
      limited,
    ],
    ['path too long', [file('p'.repeat(41))], /longer than 40 bytes/, limited],
    ['name too long', [file('n'.repeat(256))], /a name is longer than 255 bytes/],
    ['too deep', [file(`${'d/'.repeat(120)}f`)], /folders deep/],
    ['hostile name', [link('\x1b[2J"\n\u202e', '/x')], /^"\\u001b\[2J\\"\\u000a\\u202e": the symbolic/],
  ])('%s', async (_, members, reason, extra = {}) => {
    const refused = await take(store, members, await base(), extra);
    expect(refused).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  const whole = tarBytes([rootMember, file('app/a', 'x'.repeat(2000))]);
  it.each<[string, Buffer, RegExp]>([
    ['nothing at all', Buffer.alloc(0), /broken/],
    ['only the end', tarEnd, /empty/],
    ['no tar', Buffer.from('#!/bin/sh\n'.repeat(200)), /broken/],
    ['a file at the root', tarBytes([file('app', 'x')]), /not a folder/],
    ['cut inside a file', whole.subarray(0, 1500), /broken: Unexpected end/],
    [
      'cut at a border',
      Buffer.concat([memberBytes(rootMember), memberBytes(file('app/a', 'x'))]),
      /unexpected end/,
    ],
    ['cut inside the end', whole.subarray(0, -512), /unexpected end/],
    ['cut inside a block', whole.subarray(0, -600), /unexpected end/i],
    [
      'a damaged header',
      Buffer.concat([whole.subarray(0, 600), Buffer.from('!'), whole.subarray(601)]),
      /broken/,
    ],
  ])('an archive that is %s', async (_, bytes, reason) => {
    const refused = await store.ingest(inPieces(bytes), { ...options, base: await base() });
    expect(refused).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  /** A stream that gives these bytes and then waits for ever. */
  function stalled(...members: Member[]): Readable {
    const stream = new Readable({ read: () => undefined });
    stream.push(Buffer.concat(members.map(memberBytes)));
    return stream;
  }

  it('lets go of the stream at the first refusal', async () => {
    const stream = stalled(rootMember, file('app/../x', 'x'));
    expect(await store.ingest(stream, { ...options, base: await base() })).toMatchObject({ ok: false });
    expect(stream.destroyed).toBe(true);
  });

  it.each([
    ['between files', [rootMember]],
    ['inside a file', [rootMember, { name: 'app/a', content: 'x'.repeat(512), size: 5000 }]],
    ['inside a large file', [rootMember, { name: 'app/a', content: 'x'.repeat(512), size: 5_000_000 }]],
  ])(
    'says infrastructure when the stream breaks %s, and does not blame the candidate',
    async (_, members) => {
      const stream = stalled(...members);
      const taken = store.ingest(stream, { ...options, base: await base() });
      setTimeout(() => stream.destroy(new Error('socket hang up')), 50);
      await expect(taken).rejects.toThrow(AssayError);
      await expect(taken).rejects.toMatchObject({ kind: 'infrastructure', message: /socket hang up/ });
    },
  );
});

describe('properties', () => {
  const name = fc.constantFrom(
    'a',
    'b',
    'c d',
    'é',
    '"q"',
    'x\ny',
    'z\\w',
    'src',
    '.hidden',
    'L'.repeat(120),
  );
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
  const content = fc.oneof(
    fc.string(),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );
  const entry = fc.record({ mode: fc.constantFrom(0o644, 0o755), content, isLink: fc.boolean() });
  const tree = fc.array(fc.tuple(path, entry), { maxLength: 12 }).map(withoutClashes);

  type Files = Map<string, { mode: number; content: string; isLink: boolean }>;
  function withoutClashes(files: [string, { mode: number; content: string; isLink: boolean }][]): Files {
    const kept: Files = new Map();
    for (const [at, what] of files) {
      const clash = [...kept.keys()].some(
        (other) => other === at || other.startsWith(`${at}/`) || at.startsWith(`${other}/`),
      );
      if (!clash) kept.set(at, what);
    }
    return kept;
  }
  function members(files: Files): Member[] {
    return [...files].map(([at, { mode, content: text, isLink }]) =>
      isLink ? link(at, 'a') : file(at, text, mode),
    );
  }
  function expected(files: Files): Record<string, string> {
    return Object.fromEntries(
      [...files].map(([at, { mode, content: text, isLink }]) =>
        isLink ? [`${at}@`, 'a'] : [at + (mode === 0o755 ? '*' : ''), text],
      ),
    );
  }

  it('what goes in is what is listed', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        expect(await contentsOf(store, await treeOf(store, members(files)))).toEqual(expected(files));
      }),
      { numRuns: 40 },
    );
  });

  it('the diff leads from the base to the candidate, and so does ingest on top of the base', async () => {
    await fc.assert(
      fc.asyncProperty(tree, tree, async (before, after) => {
        const [from, to] = [await treeOf(store, members(before)), await treeOf(store, members(after))];
        expect(await treeOf(store, members(after), from)).toBe(to);
        const state = new Map((await store.listTree(from)).map((e) => [e.path, `${e.mode} ${e.digest}`]));
        const { entries, stat } = await store.diff(from, to);
        for (const change of entries) {
          if (change.kind === 'deleted') expect(state.delete(change.path)).toBe(true);
          else {
            expect(state.has(change.path)).toBe(!change.isNew);
            state.set(change.path, `${change.mode} ${change.digest}`);
          }
        }
        const wanted = (await store.listTree(to)).map((e) => [e.path, `${e.mode} ${e.digest}`]);
        expect(Object.fromEntries(state)).toEqual(Object.fromEntries(wanted));
        expect(stat.lines).toBe(stat.added + stat.deleted);
        expect(stat.files).toBeLessThanOrEqual(entries.length);
      }),
      { numRuns: 40 },
    );
  });
});

it('takes 5,000 files', async () => {
  const members = Array.from({ length: 5000 }, (_, n) =>
    file(`d${n % 70}/f${n}.txt`, `file ${n}\n`.repeat(n % 40)),
  );
  const tree = await treeOf(store, members);
  expect(await store.listTree(tree)).toHaveLength(5000);
  const changed = members.with(77, file('d7/f77.txt', 'changed\n')).toSpliced(4000, 1);
  const next = await treeOf(store, changed, tree);
  expect((await store.diff(tree, next)).entries.map(({ kind, path }) => [kind, path])).toEqual([
    ['deleted', 'd10/f4000.txt'],
    ['written', 'd7/f77.txt'],
  ]);
});
