import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../domain/digest.ts';
import { defaultIngestLimits } from '../domain/limits.ts';
import { maxPatchBytes } from './apply-patch.ts';
import { gitEnv } from './git.ts';
import { openStore } from './git-store.ts';
import type { Store } from './store.ts';
import { contentsOf, file, link, treeOf } from './testing.ts';

let dir: string;
let store: Store;
let base: Digest;
const picture = Buffer.from(Array.from({ length: 600 }, (_, n) => (n * 7) % 256));
const baseMembers = [
  file('a.txt', 'one\ntwo\nthree\n'),
  file('src/b.txt', 'b1\nb2\n'),
  file('crlf.txt', 'one\r\ntwo\r\nthree\r\n'),
  file('run.sh', '#!/bin/sh\n', 0o755),
  file('bytes', Buffer.from('caf\xe9\nx\n', 'latin1')),
  file('no-end', 'last'),
  file('picture', picture),
  link('l', 'a.txt'),
  link('folder', 'src'),
  file('sp ace', 's\n'),
  file('é', 'e\n'),
];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'assay-patch-'));
  store = await openStore(join(dir, 'store'));
  base = await treeOf(store, baseMembers);
});
afterAll(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

const apply = (patch: string | Buffer, limits = defaultIngestLimits) =>
  store.applyPatch(base, Buffer.from(patch), limits);

async function applied(patch: string | Buffer): Promise<Record<string, string>> {
  const result = await apply(patch);
  if (!result.ok) throw new Error(result.reason);
  const contents = await contentsOf(store, result.tree);
  expect(result.files).toBe(Object.keys(contents).length);
  return contents;
}

const edit = (path: string, eol = '\n') =>
  [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    '@@ -1,3 +1,3 @@',
    ' one',
    '-two',
    '+TWO',
    ' three',
    '',
  ].join(eol);
const create = (path: string, mode = '100644', text = 'new') =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${text}\n`;
const createLink = (path: string, target: string) =>
  `${create(path, '120000', target)}\\ No newline at end of file\n`;

describe('patches that apply', () => {
  it.each([
    ['nothing', ''],
    ['blank lines', ' \r\n\n\t\n'],
  ])('%s gives the base', async (_, patch) => {
    expect(await apply(patch)).toMatchObject({ ok: true, tree: base, files: baseMembers.length, ignored: 0 });
  });

  it.each<[string, string | Buffer, Record<string, string | undefined>]>([
    ['an edit', edit('a.txt'), { 'a.txt': 'one\nTWO\nthree\n' }],
    [
      'an edit with index lines',
      edit('a.txt').replace('---', 'index 4cb29ea..1234567 100644\n---'),
      { 'a.txt': 'one\nTWO\nthree\n' },
    ],
    ['without a last line feed', edit('a.txt').trimEnd(), { 'a.txt': 'one\nTWO\nthree\n' }],
    [
      'traditional form',
      edit('a.txt')
        .replace(/^diff.*\n/, '')
        .replace('a/a.txt', 'a/a.txt\t2026-01-01 00:00:00'),
      { 'a.txt': 'one\nTWO\nthree\n' },
    ],
    [
      'traditional form without prefixes',
      edit('a.txt')
        .replace(/^diff.*\n/, '')
        .replaceAll(/[ab]\/a.txt/g, 'a.txt'),
      { 'a.txt': 'one\nTWO\nthree\n' },
    ],
    [
      'a mail before it',
      `From: someone\nSubject: fix\n\n--- not a header\nBinary files may differ\n---\n${edit('a.txt')}-- \n2.39.5\n`,
      { 'a.txt': 'one\nTWO\nthree\n' },
    ],
    [
      'at another line',
      edit('a.txt').replace('@@ -1,3 +1,3 @@', '@@ -9,3 +9,3 @@'),
      { 'a.txt': 'one\nTWO\nthree\n' },
    ],
    ['a new file', create('x/y/z.txt'), { 'x/y/z.txt': 'new\n' }],
    ['a new executable', create('go', '100755'), { 'go*': 'new\n' }],
    [
      'a new empty file',
      'diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n',
      { empty: '' },
    ],
    ['a new link', createLink('src/up', '../a.txt'), { 'src/up@': '../a.txt' }],
    [
      'a deletion',
      'diff --git a/src/b.txt b/src/b.txt\ndeleted file mode 100644\n--- a/src/b.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-b1\n-b2\n',
      { 'src/b.txt': undefined },
    ],
    [
      'a rename',
      'diff --git a/src/b.txt b/new/c.txt\nsimilarity index 100%\nrename from src/b.txt\nrename to new/c.txt\n',
      { 'src/b.txt': undefined, 'new/c.txt': 'b1\nb2\n' },
    ],
    [
      'a rename with an edit',
      'diff --git a/src/b.txt b/c\nsimilarity index 50%\nrename from src/b.txt\nrename to c\n--- a/src/b.txt\n+++ b/c\n@@ -1,2 +1,2 @@\n b1\n-b2\n+B2\n',
      { 'src/b.txt': undefined, c: 'b1\nB2\n' },
    ],
    [
      'a copy',
      'diff --git a/src/b.txt b/c\nsimilarity index 100%\ncopy from src/b.txt\ncopy to c\n',
      { 'src/b.txt': 'b1\nb2\n', c: 'b1\nb2\n' },
    ],
    [
      'a mode',
      'diff --git a/a.txt b/a.txt\nold mode 100644\nnew mode 100755\n',
      { 'a.txt': undefined, 'a.txt*': 'one\ntwo\nthree\n' },
    ],
    [
      'a name with a space',
      'diff --git a/sp ace b/sp ace\nold mode 100644\nnew mode 100755\n',
      { 'sp ace': undefined, 'sp ace*': 's\n' },
    ],
    [
      'a quoted name',
      'diff --git "a/\\303\\251" "b/\\303\\251"\n--- "a/\\303\\251"\n+++ "b/\\303\\251"\n@@ -1 +1 @@\n-e\n+E\n',
      { é: 'E\n' },
    ],
    [
      'a name with a line feed',
      create('x')
        .replace(/a\/x b\/x/, '"a/q\\nr" "b/q\\nr"')
        .replace('b/x', '"b/q\\nr"'),
      { 'q\nr': 'new\n' },
    ],
    [
      'bytes that are not UTF-8',
      Buffer.from('--- a/bytes\n+++ b/bytes\n@@ -1,2 +1,2 @@\n caf\xe9\n-x\n+\xfe\n', 'latin1'),
      { bytes: 'caf\ufffd\n\ufffd\n' },
    ],
    [
      'no line feed at the end',
      '--- a/no-end\n+++ b/no-end\n@@ -1 +1 @@\n-last\n\\ No newline at end of file\n+LAST\n\\ No newline at end of file',
      { 'no-end': 'LAST' },
    ],
    [
      'CR LF in the file',
      edit('crlf.txt').replace(/^([ +-](?:one|two|TWO|three))$/gm, '$1\r'),
      { 'crlf.txt': 'one\r\nTWO\r\nthree\r\n' },
    ],
    ['CR LF in the file and the patch', edit('crlf.txt', '\r\n'), { 'crlf.txt': 'one\r\nTWO\r\nthree\r\n' }],
    [
      'two files, one after the other twice',
      edit('a.txt') + create('n') + edit('a.txt').replace('-two\n+TWO', '-TWO\n+2'),
      { 'a.txt': 'one\n2\nthree\n', n: 'new\n' },
    ],
    [
      'a removed line that looks like a header',
      create('sql', '100644', '-- /etc/passwd') +
        '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,4 @@\n one\n two\n+++ /etc/passwd\n three\n',
      { 'a.txt': 'one\ntwo\n++ /etc/passwd\nthree\n', sql: '-- /etc/passwd\n' },
    ],
    [
      'a link made a folder',
      'diff --git a/folder b/folder\ndeleted file mode 120000\n--- a/folder\n+++ /dev/null\n@@ -1 +0,0 @@\n-src\n\\ No newline at end of file\n' +
        create('folder/x'),
      { 'folder@': undefined, 'folder/x': 'new\n' },
    ],
  ])('%s', async (_, patch, expected) => {
    const before = await contentsOf(store, base);
    const wanted = Object.fromEntries(
      Object.entries({ ...before, ...expected }).filter(([, text]) => text !== undefined),
    );
    expect(await applied(patch)).toEqual(wanted);
  });

  it.each(['sha1', 'sha256'])('binary changes as git writes them in a %s repository', async (format) => {
    const work = await mkdtemp(join(dir, 'work-'));
    const git = (...args: string[]) => execFileSync('git', args, { cwd: work, env: gitEnv() });
    git('init', '-q', `--object-format=${format}`);
    for (const { name, content = '', linkname, type } of baseMembers) {
      const path = join(work, String(name));
      await mkdir(dirname(path), { recursive: true });
      await (type === '2' ? symlink(String(linkname), path) : writeFile(path, content));
    }
    git('add', '-A');
    git('-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'base');
    const changed = Buffer.concat([picture.subarray(0, 300), Buffer.from([0, 1, 2]), picture.subarray(290)]);
    await writeFile(join(work, 'picture'), changed);
    await writeFile(join(work, 'fresh.bin'), Buffer.from([0, 255, 0, 254]));
    await rm(join(work, 'bytes'));
    git('add', '-A');
    const patch = git('diff', '--cached', '--binary', 'HEAD');
    expect(patch.toString('latin1')).toMatch(/delta \d+/);
    for (const bytes of [patch, Buffer.from(patch.toString('latin1').trimEnd(), 'latin1')]) {
      const result = await store.applyPatch(base, bytes, defaultIngestLimits);
      expect(result).toMatchObject({ ok: true });
      const tree = result.ok ? await store.listTree(result.tree) : [];
      const read = async (path: string) =>
        store.readBlob(tree.find((entry) => entry.path === path)?.digest ?? '');
      expect((await read('picture')).equals(changed)).toBe(true);
      expect([...(await read('fresh.bin'))]).toEqual([0, 255, 0, 254]);
      expect(tree.some((entry) => entry.path === 'bytes')).toBe(false);
    }
  });

  it('undoes a diff of its own', async () => {
    const other = await treeOf(
      store,
      [file('a.txt', 'one\n2\nthree\n'), file('n', 'n'), link('l', 'n')],
      base,
    );
    const { text } = await store.diffText(base, other, 1e6);
    const withoutBinary = text
      .toString('latin1')
      .split(/^(?=diff --git)/m)
      .filter((part) => !part.includes('Binary files'));
    const result = await apply(Buffer.from(withoutBinary.join(''), 'latin1'));
    expect(result).toMatchObject({ ok: true });
    if (result.ok)
      expect((await store.diff(result.tree, other)).entries.map((entry) => entry.path)).toEqual(['picture']);
  });
});

/** `GIT binary patch` for a new file, its literal as git encodes it. */
function binaryPatch(path: string, content: Buffer, announced = content.length): string {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
  const packed = deflateSync(content);
  const lines: string[] = [];
  for (let at = 0; at < packed.length; at += 52) {
    const line = packed.subarray(at, at + 52);
    let text = String.fromCharCode(line.length <= 26 ? line.length + 64 : line.length + 70);
    for (let word = 0; word < line.length; word += 4) {
      let value = Buffer.concat([line.subarray(word, word + 4), Buffer.alloc(3)]).readUInt32BE(0);
      let five = '';
      for (let n = 0; n < 5; n += 1) {
        five = digits[value % 85] + five;
        value = Math.floor(value / 85);
      }
      text += five;
    }
    lines.push(text);
  }
  return `diff --git a/${path} b/${path}\nnew file mode 100644\nindex ${'0'.repeat(40)}..${'1'.repeat(40)}\nGIT binary patch\nliteral ${announced}\n${lines.join('\n')}\n\n`;
}

/** Delta that asks git for `bytes` bytes out of nothing much. */
function greedyDelta(bytes: number): Buffer {
  const size = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 128, ...size(Math.floor(value / 128))];
  return Buffer.from([...size(picture.length), ...size(bytes), 1, 0]);
}

describe('patches that are refused', () => {
  const small = { maxFiles: 2, maxBytes: 1000, maxFileBytes: 500, maxPathBytes: 30 };
  it.each<[string, string | Buffer | (() => string | Buffer), RegExp, typeof defaultIngestLimits?]>([
    ['no patch', 'please change line 2\n', /No valid patches/],
    [
      'lines that are not there',
      edit('a.txt').replace('-two', '-zwei'),
      /^the patch does not apply: patch failed: a\.txt:1; a\.txt: patch does not apply$/,
    ],
    ['a file that is not there', edit('none.txt'), /none\.txt: does not exist/],
    ['a file that exists', create('a.txt'), /a\.txt: already exists/],
    ['a cut hunk', '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n', /corrupt patch at line/],
    ['a hunk with wrong counts', edit('a.txt').replace('-1,3 +1,3', '-1,9 +1,9'), /corrupt patch at line/],
    ['CR LF patch on an LF file', edit('a.txt', '\r\n'), /CR LF line ends.*convert the patch to LF/],
    ['CR LF patch that makes a file', create('x').replaceAll('\n', '\r\n'), /CR LF line ends/],
    [
      'binary without data',
      'diff --git a/picture b/picture\nindex 123..456 100644\nBinary files a/picture and b/picture differ\n',
      /"picture": .*git diff --binary/,
    ],
    [
      'binary without data, full index',
      `diff --git a/picture b/picture\nindex ${'1'.repeat(40)}..${'2'.repeat(40)} 100644\nBinary files a/picture and b/picture differ\n`,
      /git diff --binary/,
    ],
    ['binary with a wrong result', binaryPatch('x', Buffer.from('hello')), /incorrect result|does not apply/],
    [
      'binary that announces too much',
      binaryPatch('x', Buffer.from('hello'), 9e12),
      /announces 9000000000000 binary bytes/,
    ],
    [
      'binary delta that asks for too much',
      () =>
        binaryPatch('picture', greedyDelta(2 ** 32))
          .replace('new file mode 100644\n', '')
          .replace('literal', 'delta')
          .replace('0'.repeat(40), pictureId),
      process.platform === 'linux' ? /Out of memory/ : /does not apply/,
    ],
    [
      'damaged binary',
      binaryPatch('x', Buffer.from('hello')).replace(/^([A-Z].{4})....$/m, '$1"\'"\''),
      /corrupt binary patch|does not apply/,
    ],
    ['..', create('../evil'), /"\.\.\/evil": the path climbs out/],
    [
      '.. in a rename',
      'diff --git a/a.txt b/../x\nsimilarity index 100%\nrename from a.txt\nrename to ../x\n',
      /"\.\.\/x": the path climbs out/,
    ],
    [
      'an absolute path',
      '--- /dev/null\n+++ /etc/passwd\n@@ -0,0 +1 @@\n+x\n',
      /"\/etc\/passwd": the path is absolute/,
    ],
    ['an absolute path behind the prefix', create('/etc/passwd'), /the path is absolute/],
    ['.git', create('.git/config'), /invalid path '\.git\/config'/],
    ['.git in a folder', create('src/.git/hooks/x'), /invalid path/],
    ['.GIT', create('.GIT/config'), /invalid path/],
    ['git~1', create('git~1/config'), /invalid path|taken for a \.git/],
    ['.git with an ignorable code point', create('.g\u200cit/x'), /invalid path|taken for a \.git/],
    ['.gitmodules as a link', createLink('.gitmodules', 'a.txt'), /invalid path|may not be a symbolic link/],
    [
      'a link to an absolute path',
      createLink('x', '/etc/passwd'),
      /"x": the symbolic link points to an absolute path/,
    ],
    ['a link out of the workspace', createLink('src/x', '../../x'), /"src\/x": .*points outside/],
    [
      'a link turned outward',
      '--- a/l\n+++ b/l\n@@ -1 +1 @@\n-a.txt\n\\ No newline at end of file\n+../x\n\\ No newline at end of file\n',
      /a\/l|"l": .*points outside|does not apply/,
    ],
    ['a file behind a link of the base', create('folder/x'), /"folder": it is a file and also a folder/],
    [
      'a file behind a new link',
      createLink('d', 'src') + create('d/x'),
      /beyond a symbolic link|file and also a folder|does not apply/,
    ],
    ['a file where a folder is', create('src'), /"src": it is a file and also a folder/],
    ['a folder where a file is', create('a.txt/x'), /"a\.txt": it is a file and also a folder/],
    [
      'a submodule',
      'diff --git a/sub b/sub\nnew file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit 0123456789012345678901234567890123456789\n',
      /"sub": it is a submodule/,
    ],
    [
      'a changed submodule',
      'diff --git a/sub b/sub\nindex 0123456..789abcd 160000\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n-Subproject commit 0123456789012345678901234567890123456789\n+Subproject commit 0123456789012345678901234567890123456788\n',
      /it is a submodule/,
    ],
    ['a set-uid file', create('su', '104755'), /104755 is not the mode/],
    ['a folder as a file', create('dir', '040000'), /040000 is not the mode/],
    ['a device', create('dev', '020644'), /020644 is not the mode/],
    ['a name that is not UTF-8', Buffer.from(create('x\xff'), 'latin1'), /not valid UTF-8/],
    [
      'a quoted name that is not UTF-8',
      'diff --git "a/x\\377" "b/x\\377"\nnew file mode 100644\n',
      /not valid UTF-8/,
    ],
    ['a long path', create(`${'p/'.repeat(20)}x`), /longer than 30 bytes/, small],
    ['a deep path', create(`${'p/'.repeat(120)}x`), /folders deep/],
    ['a large file', create('x', '100644', 'x'.repeat(600)), /"x": it has more than 500 bytes/, small],
    [
      'many bytes',
      ['x', 'y', 'z'].map((n) => create(n, '100644', n.repeat(450))).join(''),
      /more than 1000 bytes|more than 2 files/,
      small,
    ],
    ['many files', ['x', 'y', 'z'].map((n) => create(n)).join(''), /more than 2 files/, small],
    [
      'a file of the base that is too large',
      'diff --git a/picture b/picture\nold mode 100644\nnew mode 100755\n',
      /too large to be patched/,
      small,
    ],
    ['a huge patch', () => Buffer.alloc(maxPatchBytes + 1, 'x'), /67108865 bytes, more than 67108864/],
    ['hostile text', edit('a\x1b[2J\u202eb'), /: a\?\[2J\\u202eb: does not exist/],
    ['a name that speaks of disks', edit('x: No space left on device'), /does not exist/],
  ])('%s', async (_, patch, reason, limits) => {
    const refused = await apply(typeof patch === 'function' ? patch() : patch, limits);
    expect(refused).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('leaves no temporary file behind', async () => {
    await apply(edit('none.txt'));
    const sessions = await readdir(join(dir, 'store', 'tmp'));
    expect(sessions).toHaveLength(1);
    expect(await readdir(join(dir, 'store', 'tmp', sessions[0] ?? ''))).toEqual([]);
  });
});

const pictureId = execFileSync('git', ['hash-object', '--stdin'], {
  input: picture,
  env: gitEnv({ GIT_DIR: '/nonexistent' }),
})
  .toString()
  .trim();
