import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Digest } from '../../../harness/domain/digest.ts';
import { AssayError } from '../../../harness/domain/errors.ts';
import type { DiffEntry, FileMode, TreeEntry } from '../../../harness/store/store.ts';
import { mergeLimits } from './manifests.ts';
import { planProtection } from './protect.ts';

type Files = Readonly<Record<string, string | Buffer | { link: string }>>;

const digestOf = (content: string | Buffer) =>
  Digest.parse(`sha256:${createHash('sha256').update(content).digest('hex')}`);

/** Two trees in memory, and what differs between them as the store says it. */
function trees(base: Files, candidate: Files) {
  const blobs = new Map<string, Buffer>();
  const entriesOf = (files: Files) =>
    Object.entries(files).map(([path, file]): TreeEntry => {
      const isLink = typeof file === 'object' && 'link' in file;
      const content = Buffer.from(isLink ? file.link : file);
      const digest = digestOf(content);
      blobs.set(digest, content);
      const mode: FileMode = isLink ? '120000' : '100644';
      return { path, mode, digest };
    });
  const before = entriesOf(base);
  const after = entriesOf(candidate);
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const changes: DiffEntry[] = [
    ...before
      .filter(({ path }) => !(path in candidate))
      .map(({ path }) => ({ kind: 'deleted' as const, path })),
    ...after
      .filter(({ path, digest, mode }) => old.get(path)?.digest !== digest || old.get(path)?.mode !== mode)
      .map((entry) => ({ kind: 'written' as const, ...entry, isNew: !old.has(entry.path) })),
  ];
  const readBlob = async (digest: Digest) => {
    const content = blobs.get(digest);
    if (content === undefined) throw new Error('no such blob');
    return content;
  };
  return { base: before, changes, readBlob };
}

async function plan(base: Files, changes: Record<string, Files[string] | null>, settings = {}) {
  const candidate = Object.fromEntries(
    Object.entries({ ...base, ...changes }).filter(
      (pair): pair is [string, Files[string]] => pair[1] !== null,
    ),
  );
  const protection = await planProtection({
    ...trees(base, candidate),
    settings: { protect: [], unprotect: [], ...settings },
  });
  const { kept, rewritten, touched } = protection;
  const texts = Object.fromEntries(
    [...rewritten].map(([path, content]) => [path, Buffer.from(content).toString()]),
  );
  return { kept: [...kept].sort(), rewritten: texts, touched };
}

const base: Files = {
  'README.md': 'a',
  'package.json': '{"version": "1", "scripts": {"test": "vitest", "start": "a"}}',
  'src/a.ts': 'a',
  'src/a.test.ts': 'a',
  'tests/a.ts': 'a',
  'tests/deep/b.ts': 'b',
  'vitest.config.ts': 'a',
  'lib/x.ts': 'x',
};
const nothing = { kept: [], rewritten: {}, touched: [] };

describe('planProtection', () => {
  it('leaves an honest candidate alone', async () => {
    const changes = {
      'README.md': 'b',
      'src/a.ts': 'b',
      'src/new/testing/b.ts': 'b',
      'lib/x.ts': null,
      'lib/spec-parser.ts': 'x',
      'package.json':
        '{"version": "2", "scripts": {"test": "vitest", "start": "b"}, "dependencies": {"a": "1"}}',
      'tsconfig.json': '{"compilerOptions": {"strict": true}}',
      'go.mod': 'module m\n',
    };
    expect(await plan(base, changes)).toEqual(nothing);
  });

  it('puts back what was changed, added and deleted, and says so in order', async () => {
    const changes = {
      'vitest.config.ts': 'evil',
      'tests/a.ts': null,
      'src/a.test.ts': 'evil',
      'conftest.py': 'evil',
      'node_modules/chai/index.js': 'evil',
      'src/a.ts': 'b',
      'packages/a/package.json': '{"name": "vitest", "exports": "./evil.js"}',
      'package.json': '{"version": "2", "scripts": {"test": "true", "start": "b"}}',
    };
    const put = [
      'conftest.py',
      'node_modules/chai/index.js',
      'src/a.test.ts',
      'tests/a.ts',
      'vitest.config.ts',
    ];
    expect(await plan(base, changes)).toEqual({
      kept: put,
      rewritten: {
        'package.json': '{"version":"2","scripts":{"test":"vitest","start":"b"}}',
        'packages/a/package.json': '{"exports":"./evil.js"}',
      },
      touched: [...put.slice(0, 2), 'package.json', 'packages/a/package.json', ...put.slice(2)],
    });
  });

  it('lets a renamed test stay and judges its new place by its own name', async () => {
    expect(await plan(base, { 'src/a.test.ts': null, 'src/b.ts': 'a' })).toMatchObject({
      kept: ['src/a.test.ts'],
    });
    expect(await plan(base, { 'src/a.test.ts': null, 'src/b.test.ts': 'a' })).toMatchObject({
      kept: ['src/a.test.ts', 'src/b.test.ts'],
    });
  });

  it.each<[string, Record<string, Files[string] | null>, string[]]>([
    [
      'a link in place of a folder of tests',
      { 'tests/a.ts': null, 'tests/deep/b.ts': null, tests: { link: 'src' } },
      ['tests', 'tests/a.ts', 'tests/deep/b.ts'],
    ],
    [
      'a file in place of a folder that holds a test',
      { 'src/a.ts': null, 'src/a.test.ts': null, src: 'x' },
      ['src', 'src/a.test.ts'],
    ],
    [
      'a link in place of a folder that holds a test',
      { 'src/a.ts': null, 'src/a.test.ts': null, src: { link: 'lib' } },
      ['src', 'src/a.test.ts'],
    ],
    [
      'a folder in place of a configuration',
      { 'vitest.config.ts': null, 'vitest.config.ts/a/index.ts': 'x' },
      ['vitest.config.ts', 'vitest.config.ts/a/index.ts'],
    ],
    [
      'a link in place of a configuration',
      { 'vitest.config.ts': { link: 'src/a.ts' } },
      ['vitest.config.ts'],
    ],
    ['a link where no tests were', { 'packages/tests': { link: '../src' } }, ['packages/tests']],
    ['a link in place of a manifest', { 'package.json': { link: 'src/a.ts' } }, ['package.json']],
    [
      'a folder in place of a manifest',
      { 'package.json': null, 'package.json/index.js': 'x' },
      ['package.json', 'package.json/index.js'],
    ],
  ])('lets nothing stand in for it: %s', async (_what, changes, kept) => {
    expect(await plan(base, changes)).toEqual({ kept, rewritten: {}, touched: kept });
  });

  it('lets exempted paths through, but not over what stays', async () => {
    const settings = { unprotect: ['tests/**', 'package.json', 'vitest.config.ts/**'] };
    expect(
      await plan(base, { 'tests/a.ts': 'b', 'package.json': '{}', 'vitest.config.ts': 'c' }, settings),
    ).toEqual(nothing);
    const over = { 'src/a.ts': null, 'src/a.test.ts': null, src: { link: 'lib' } };
    expect(await plan(base, over, { unprotect: ['src'] })).toEqual(nothing);
    expect(
      await plan(
        { ...base, 'src/deep/b.test.ts': 'b' },
        { ...over, 'src/deep/b.test.ts': null },
        { unprotect: ['src/a*'] },
      ),
    ).toMatchObject({
      kept: ['src', 'src/deep/b.test.ts'],
    });
  });

  it('puts a manifest back as a whole where the task protects it', async () => {
    const changes = { 'package.json': '{"version": "2", "scripts": {"test": "vitest", "start": "a"}}' };
    expect(await plan(base, changes, { protect: ['package.json'] })).toMatchObject({
      kept: ['package.json'],
    });
  });

  it.each([
    ['no UTF-8', Buffer.from('7b22ff223a317d', 'hex')],
    ['no JSON', '{'],
    ['too large', `{"version": "${'x'.repeat(mergeLimits.fileBytes)}"}`],
  ])('puts a manifest back as a whole that is %s', async (_what, content) => {
    expect(await plan(base, { 'package.json': content })).toMatchObject({ kept: ['package.json'] });
  });

  it('lets a manifest go that says nothing of tests, and keeps one that does', async () => {
    const manifests = {
      'a/package.json': '{"type": "module"}',
      'b/package.json': '{"jest": {}}',
      'c/setup.cfg': '[tool:pytest]\n',
    };
    const gone = { 'a/package.json': null, 'b/package.json': null, 'c/setup.cfg': null };
    expect(await plan(manifests, gone)).toMatchObject({
      kept: ['b/package.json', 'c/setup.cfg'],
      rewritten: {},
    });
  });

  it('merges a bounded number of manifests and puts the others back', async () => {
    const many = Object.fromEntries(
      Array.from({ length: mergeLimits.files + 5 }, (_, index) => [
        `p${String(index).padStart(5, '0')}/package.json`,
        '{"version": "1"}',
      ]),
    );
    expect((await plan({}, many)).kept).toEqual(Object.keys(many).slice(mergeLimits.files));
    const large = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [`p${index}/package.json`, `{"a": "${'x'.repeat(200_000)}"}`]),
    );
    expect((await plan({}, large)).kept).toEqual(Object.keys(large).slice(6));
  });

  it('takes the names of what the base has installed', async () => {
    const installed = { 'node_modules/left/package.json': '{}', 'a/node_modules/@s/right/index.js': '' };
    const named = (name: string) => ({ 'b/package.json': `{"name": "${name}", "version": "1"}` });
    expect(await plan(installed, named('left'))).toMatchObject({
      rewritten: { 'b/package.json': `{"version":"1"}` },
    });
    expect(await plan(installed, named('@s/right'))).toMatchObject({
      rewritten: { 'b/package.json': `{"version":"1"}` },
    });
    expect(await plan(installed, named('middle'))).toEqual(nothing);
  });

  it('refuses a glob that it cannot read', async () => {
    const refused = plan(base, { 'src/a.ts': 'b' }, { unprotect: ['!src'] });
    await expect(refused).rejects.toThrow(AssayError);
  });

  it('copes with as many files as a candidate may have', async () => {
    const many = Array.from(
      { length: 200_000 },
      (_, index) => `d${index % 1000}/e${index % 7}/f${index}.test.ts`,
    );
    const digest = digestOf('');
    const changes = many.map(
      (path, index): DiffEntry =>
        index % 2 === 0
          ? { kind: 'deleted', path }
          : { kind: 'written', path, mode: '100644', digest, isNew: true },
    );
    const { kept } = await planProtection({
      base: changes
        .filter(({ kind }) => kind === 'deleted')
        .map(({ path }) => ({ path, mode: '100644', digest })),
      changes,
      settings: { protect: [], unprotect: [] },
      readBlob: () => Promise.reject(new Error('nothing is to be read')),
    });
    expect(kept.size).toBe(200_000);
  });
});
