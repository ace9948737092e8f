import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../harness/store/git-store.ts';
import type { Store } from '../../../harness/store/store.ts';
import type { Files } from '../../testing.ts';
import type { CheckTools } from '../checks/check.ts';
import { SpecFile } from '../schema.ts';
import { type Changes, candidateOf } from '../search/testing.ts';
import { checkDependencies } from './dependencies.ts';

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-dependencies-'));
  store = await openStore(folder);
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** What each part that does not pass says; the parts that pass are left out. */
async function ask(policy: object, base: Files, changes: Changes): Promise<Record<string, string>> {
  const candidate = await candidateOf(store, base, changes);
  const signal = new AbortController().signal;
  const { dependencies } = SpecFile.parse({
    version: 1,
    intent: 'x',
    criteria: [{ id: 'x', says: 'x' }],
    dependencies: policy,
  });
  if (dependencies === undefined) throw new Error('no policy');
  const answers = await checkDependencies(dependencies, {
    context: { store, signal, candidate },
  } as unknown as CheckTools);
  const parts = [
    'add',
    'update',
    'remove',
    ...('licences' in policy ? ['licences'] : []),
    'install_scripts',
    'lock',
  ];
  expect(answers.map(({ id }) => id)).toEqual(parts.map((part) => `dependencies/${part}`));
  for (const { outcome, evidence } of answers) expect(evidence.length).toBe(outcome === 'pass' ? 0 : 1);
  return Object.fromEntries(
    answers.flatMap(({ id, outcome, message }) =>
      outcome === 'pass' ? [] : [[id.slice(13), `${outcome}: ${message}`]],
    ),
  );
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
type Entry = Record<string, unknown>;
const registry = (name: string, version: string) =>
  `https://registry.npmjs.org/${name}/-/${name.slice(name.lastIndexOf('/') + 1)}-${version}.tgz`;
const entry = (name: string, version: string, more: Entry = {}): Record<string, Entry> => ({
  [`node_modules/${name}`]: {
    version,
    resolved: registry(name, version),
    integrity: `sha512-${name}${version}`,
    license: 'MIT',
    ...more,
  },
});
/** A project of npm: its manifest and a lock that agrees with it. */
function npm(dependencies: Record<string, string>, packages: Record<string, Entry>, more: Entry = {}): Files {
  return {
    'package.json': json({ name: 'p', dependencies, ...more }),
    'package-lock.json': json({
      lockfileVersion: 3,
      packages: { '': { name: 'p', dependencies }, ...packages },
    }),
  };
}

const ms = entry('ms', '2.1.3');
const base = npm({ ms: '^2.1.0' }, ms);
const added = npm({ ms: '^2.1.0', zod: '^4.0.0' }, { ...ms, ...entry('zod', '4.1.0') });

describe('dependencies of npm', () => {
  it('passes what changes nothing', async () => {
    expect(await ask({ licences: ['MIT'] }, base, {})).toEqual({});
    expect(
      await ask({}, base, {
        'package.json': json({ name: 'q', dependencies: { ms: '^2.1.0' }, scripts: { test: 'x' } }),
      }),
    ).toEqual({});
    expect(await ask({}, { x: '' }, { x: 'y' })).toEqual({});
  });

  it.each<[string, object, Files, Changes, Record<string, string>]>([
    ['an addition', {}, base, added, { add: 'fail: may not be added: zod in package.json' }],
    ['any addition', { add: 'any', licences: ['MIT'] }, base, added, {}],
    ['an addition by its version', { add: { zod: '^4.1.0' } }, base, added, {}],
    [
      'of another version',
      { add: { zod: '>=4.2' } },
      base,
      added,
      { add: 'fail: may not be added: zod in package.json: 4.1.0 is not within >=4.2' },
    ],
    [
      'of another name',
      { add: { zed: '*' } },
      base,
      added,
      { add: 'fail: may not be added: zod in package.json' },
    ],
    [
      'an alias',
      { add: { zod: '*' } },
      base,
      npm(
        { ms: '^2.1.0', zod: 'npm:evil@4.1.0' },
        { ...ms, ...entry('zod', '4.1.0', { name: 'evil', resolved: registry('evil', '4.1.0') }) },
      ),
      { add: 'fail: may not be added: zod in package.json: npm:evil@4.1.0 is no version of the registry' },
    ],
    [
      'a git repository',
      { add: { zod: '*' } },
      base,
      npm(
        { ms: '^2.1.0', zod: 'github:a/zod' },
        { ...ms, ...entry('zod', '4.1.0', { resolved: 'git+ssh://git@github.com/a/zod.git#0' }) },
      ),
      {
        add: 'fail: may not be added: zod in package.json: github:a/zod is no version of the registry',
        lock: 'fail: zod 4.1.0 in package-lock.json comes from git+ssh://git@github.com/a/zod.git#0',
      },
    ],
    ['a removal', {}, base, npm({}, {}), { remove: 'fail: may not be removed: ms in package.json' }],
    ['an allowed removal', { remove: 'allow' }, base, npm({}, {}), {}],
    [
      'an update',
      {},
      base,
      npm({ ms: '^2.1.0' }, entry('ms', '2.1.4')),
      { update: 'fail: may not be changed: ms in package-lock.json' },
    ],
    ['an allowed update', { update: 'allow' }, base, npm({ ms: '^2.1.4' }, entry('ms', '2.1.4')), {}],
    [
      'another section',
      {},
      base,
      {
        'package.json': json({ devDependencies: { ms: '^2.1.0' } }),
        'package-lock.json': json({
          lockfileVersion: 3,
          packages: { '': { devDependencies: { ms: '^2.1.0' } }, ...ms },
        }),
      },
      { update: 'fail: may not be changed: ms in package.json' },
    ],
    [
      'overrides',
      {},
      base,
      { 'package.json': json({ name: 'p', dependencies: { ms: '^2.1.0' }, overrides: { ms: '2.0.0' } }) },
      { update: 'fail: may not be changed: overrides in package.json' },
    ],
    [
      'a package that nothing asks for',
      {},
      base,
      npm({ ms: '^2.1.0' }, { ...ms, ...entry('evil', '1.0.0') }),
      { add: 'fail: may not be added: evil in package-lock.json' },
    ],
    [
      'packages of an added one',
      { add: { zod: '*' } },
      base,
      npm({ ms: '^2.1.0', zod: '^4.0.0' }, { ...ms, ...entry('zod', '4.1.0'), ...entry('deep', '1.0.0') }),
      {},
    ],
    [
      'files of a package',
      { add: { zod: '*' } },
      base,
      { 'node_modules/@a/b/index.js': 'x' },
      { add: 'fail: may not be added: @a/b (its files)' },
    ],
    [
      'a manifest without its lock',
      { add: 'any' },
      base,
      { 'package.json': added['package.json'] ?? '' },
      {
        install_scripts: 'unknown: zod in package.json stands in no lock',
        lock: 'fail: package-lock.json does not agree with package.json: it has not noted zod, package-lock.json does not agree with package.json: it does not have zod',
      },
    ],
    [
      'a lock without its manifest',
      { add: 'any' },
      base,
      { 'package-lock.json': added['package-lock.json'] ?? '' },
      { lock: 'fail: package-lock.json does not agree with package.json: it has noted dependencies zod' },
    ],
    [
      'a version that is not asked for',
      { update: 'allow' },
      base,
      npm({ ms: '^2.1.0' }, entry('ms', '3.0.0')),
      {
        lock: 'fail: package-lock.json does not agree with package.json: it has ms 3.0.0, which is not ^2.1.0',
      },
    ],
    [
      'another hash',
      { update: 'allow' },
      base,
      npm({ ms: '^2.1.0' }, entry('ms', '2.1.3', { integrity: 'sha512-evil' })),
      { lock: 'fail: package-lock.json has other hashes for ms 2.1.3' },
    ],
    [
      'no hash any more',
      { update: 'allow' },
      base,
      npm({ ms: '^2.1.0' }, entry('ms', '2.1.3', { integrity: undefined })),
      { lock: 'fail: package-lock.json has other hashes for ms 2.1.3' },
    ],
    [
      'a new one without hash',
      { add: 'any' },
      base,
      npm({ ms: '^2.1.0', zod: '4.1.0' }, { ...ms, ...entry('zod', '4.1.0', { integrity: undefined }) }),
      { lock: 'fail: zod 4.1.0 in package-lock.json has no hash' },
    ],
    [
      'another host',
      { add: 'any' },
      base,
      npm(
        { ms: '^2.1.0', zod: '4.1.0' },
        { ...ms, ...entry('zod', '4.1.0', { resolved: 'https://evil.example/zod/-/zod-4.1.0.tgz' }) },
      ),
      { lock: 'fail: zod 4.1.0 in package-lock.json comes from https://evil.example' },
    ],
    [
      'another archive',
      { add: 'any' },
      base,
      npm(
        { ms: '^2.1.0', zod: '4.1.0' },
        { ...ms, ...entry('zod', '4.1.0', { resolved: registry('evil', '1.0.0') }) },
      ),
      {
        lock: 'fail: zod 4.1.0 in package-lock.json is the archive of something else: https://registry.npmjs.org/evil/-/evil-1.0.0.tgz',
      },
    ],
    [
      'the same from elsewhere',
      { update: 'allow' },
      base,
      npm({ ms: '^2.1.0' }, entry('ms', '2.1.3', { resolved: 'http://evil.example/x.tgz' })),
      { lock: 'fail: package-lock.json takes ms 2.1.3 from elsewhere' },
    ],
    [
      'a licence that may not be',
      { add: 'any', licences: ['MIT', 'Apache-2.0'] },
      base,
      npm({ ms: '^2.1.0', zod: '4.1.0' }, { ...ms, ...entry('zod', '4.1.0', { license: 'GPL-3.0-only' }) }),
      { licences: 'fail: zod 4.1.0 in package-lock.json is under GPL-3.0-only' },
    ],
    [
      'one of two licences',
      { add: 'any', licences: ['MIT'] },
      base,
      npm(
        { ms: '^2.1.0', zod: '4.1.0' },
        { ...ms, ...entry('zod', '4.1.0', { license: '(GPL-3.0-only OR MIT)' }) },
      ),
      {},
    ],
    [
      'an unknown licence',
      { add: 'any', licences: ['MIT'] },
      base,
      npm(
        { ms: '^2.1.0', zod: '4.1.0' },
        { ...ms, ...entry('zod', '4.1.0', { license: 'SEE LICENSE IN x' }) },
      ),
      { licences: 'unknown: the licence of zod 4.1.0 in package-lock.json is not known' },
    ],
    [
      'install scripts',
      { add: 'any' },
      base,
      npm({ ms: '^2.1.0', zod: '4.1.0' }, { ...ms, ...entry('zod', '4.1.0', { hasInstallScript: true }) }),
      { install_scripts: 'fail: may not run code when installed: zod 4.1.0 in package-lock.json' },
    ],
    [
      'known install scripts',
      { add: 'any', install_scripts: ['zod'] },
      base,
      npm({ ms: '^2.1.0', zod: '4.1.0' }, { ...ms, ...entry('zod', '4.1.0', { hasInstallScript: true }) }),
      {},
    ],
    [
      'install scripts of its own',
      {},
      base,
      npm({ ms: '^2.1.0' }, ms, { scripts: { postinstall: 'node evil.js' } }),
      { install_scripts: 'fail: may not run code when installed: postinstall of package.json' },
    ],
    [
      'other sources',
      {},
      base,
      { '.npmrc': 'registry=https://evil.example\n' },
      { lock: 'fail: .npmrc changes where packages come from' },
    ],
    [
      'a broken lock',
      {},
      base,
      { 'package-lock.json': '{' },
      Object.fromEntries(
        ['add', 'update', 'remove', 'install_scripts']
          .map((part) => [part, expect.stringMatching(/^unknown: package-lock.json cannot be read/)])
          .concat([['lock', expect.stringMatching(/^fail: package-lock.json cannot be read/)]]),
      ),
    ],
    [
      'a deleted lock',
      {},
      base,
      { 'package-lock.json': null },
      { lock: 'fail: package-lock.json was deleted' },
    ],
    [
      'a base that was broken',
      {},
      { 'package.json': '{' },
      { 'package.json': '{}' },
      Object.fromEntries(
        ['add', 'update', 'remove', 'install_scripts', 'lock'].map((part) => [
          part,
          expect.stringMatching(/^unknown: the base's package.json cannot be read/),
        ]),
      ),
    ],
    [
      'what is not read',
      {},
      { x: '' },
      { Gemfile: 'gem "x"' },
      Object.fromEntries(
        ['add', 'update', 'remove', 'install_scripts', 'lock'].map((part) => [
          part,
          'unknown: Gemfile was changed, which is not read',
        ]),
      ),
    ],
    [
      'a name of JavaScript',
      {},
      base,
      npm({ ms: '^2.1.0', constructor: '1.0.0' }, { ...ms, ...entry('constructor', '1.0.0') }),
      { add: 'fail: may not be added: constructor in package.json' },
    ],
  ])('%s', async (_, policy, from, changes, want) => {
    expect(await ask(policy, from, changes)).toEqual(want);
  });

  it('is answered by one lock, and by packages of the registry', async () => {
    const second = { 'npm-shrinkwrap.json': base['package-lock.json'] ?? '' };
    expect(await ask({}, base, second)).toEqual({
      lock: 'fail: npm-shrinkwrap.json is new beside package-lock.json',
    });
    const linked = npm(
      { ms: '^2.1.0' },
      { 'node_modules/ms': { resolved: 'ms', link: true }, ms: { version: '2.1.3' } },
    );
    expect(await ask({ update: 'allow', remove: 'allow' }, base, linked)).toEqual({
      lock: expect.stringContaining('package-lock.json takes ms from a folder'),
    });
    const first = { 'package-lock.json': null, ...base };
    expect(await ask({}, { 'package.json': base['package.json'] ?? '' }, first)).toEqual({});
  });

  it('names a few of many, and all in the evidence', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`p${index}`, '1.0.0']));
    const packages = Object.entries(many).map(([name, version]) => entry(name, version));
    expect(await ask({}, base, npm({ ms: '^2.1.0', ...many }, Object.assign({}, ms, ...packages)))).toEqual({
      add: 'fail: may not be added: p0 in package.json, p1 in package.json, p2 in package.json and 2997 more',
    });
  });

  it('knows workspaces, whose lock stands further out', async () => {
    const workspace = (spec: string, version: string): Files => ({
      'package.json': json({ workspaces: ['packages/*'] }),
      'packages/a/package.json': json({ name: 'a', dependencies: { ms: spec } }),
      'package-lock.json': json({
        lockfileVersion: 3,
        packages: {
          '': { workspaces: ['packages/*'] },
          'packages/a': { name: 'a', dependencies: { ms: spec } },
          'node_modules/a': { resolved: 'packages/a', link: true },
          ...entry('ms', version),
        },
      }),
    });
    expect(await ask({}, workspace('^2.1.0', '2.1.3'), workspace('^2.1.0', '2.1.3'))).toEqual({});
    expect(await ask({}, workspace('^2.1.0', '2.1.3'), workspace('^2.2.0', '2.2.0'))).toEqual({
      update: 'fail: may not be changed: ms in packages/a/package.json, ms in package-lock.json',
    });
    const stale = { 'packages/a/package.json': json({ name: 'a', dependencies: { ms: '^2.2.0' } }) };
    expect(await ask({ update: 'allow' }, workspace('^2.1.0', '2.1.3'), stale)).toMatchObject({
      lock: expect.stringContaining('it has noted ms as ^2.1.0'),
    });
  });
});

/** A manifest and its lock, without and with a dependency, in each other ecosystem and format. */
const pnpm = (zod: boolean): Files => ({
  'package.json': json({ dependencies: zod ? { zod: '^4.0.0' } : {} }),
  'pnpm-lock.yaml': `lockfileVersion: '9.0'

importers:

  .:
${zod ? '    dependencies:\n      zod:\n        specifier: ^4.0.0\n        version: 4.1.0\n' : '    {}\n'}
packages:
${zod ? '\n  zod@4.1.0:\n    resolution: {integrity: sha512-x}\n' : '  {}\n'}`,
});
const yarn = (zod: boolean): Files => ({
  'package.json': json({ dependencies: zod ? { zod: '^4.0.0' } : {} }),
  'yarn.lock': `# yarn lockfile v1\n\n${zod ? `zod@^4.0.0:\n  version "4.1.0"\n  resolved "${registry('zod', '4.1.0')}#${'0'.repeat(40)}"\n  integrity sha512-x\n` : ''}`,
});
const berry = (zod: boolean): Files => ({
  'package.json': json({ dependencies: zod ? { zod: '^4.0.0' } : {} }),
  'yarn.lock': `__metadata:\n  version: 8\n${zod ? '\n"zod@npm:^4.0.0":\n  version: 4.1.0\n  resolution: "zod@npm:4.1.0"\n  checksum: 10c0/x\n  languageName: node\n  linkType: hard\n' : ''}`,
});
const uv = (zod: boolean): Files => ({
  'pyproject.toml': `[project]\nname = "p"\ndependencies = [${zod ? '"Zod[x] >=4, <5; python_version > \'3\'"' : ''}]\n`,
  'uv.lock': `version = 1\n\n[[package]]\nname = "p"\nversion = "0"\nsource = { virtual = "." }\n${zod ? '\n[[package]]\nname = "zod"\nversion = "4.1.0"\nsource = { registry = "https://pypi.org/simple" }\nwheels = [{ url = "https://files.pythonhosted.org/packages/zod-4.1.0-py3-none-any.whl", hash = "sha256:x" }]\n' : ''}`,
});
const poetry = (zod: boolean): Files => ({
  'pyproject.toml': `[tool.poetry.dependencies]\npython = "^3.9"\n${zod ? 'zod = "^4.0"\n' : ''}`,
  'poetry.lock': `${zod ? '[[package]]\nname = "zod"\nversion = "4.1.0"\nfiles = [{file = "zod-4.1.0-py3-none-any.whl", hash = "sha256:x"}]\n' : ''}[metadata]\ncontent-hash = "${zod}"\n`,
});
const pipenv = (zod: boolean): Files => ({
  Pipfile: `[packages]\n${zod ? 'zod = ">=4"\n' : ''}`,
  'Pipfile.lock': json({
    _meta: { hash: zod },
    default: zod ? { zod: { version: '==4.1.0', hashes: ['sha256:x'] } } : {},
    develop: {},
  }),
});
const cargo = (zod: boolean): Files => ({
  'Cargo.toml': `[package]\nname = "p"\n[dependencies]\n${zod ? 'zod = "4"\n' : ''}`,
  'Cargo.lock': `version = 4\n\n[[package]]\nname = "p"\nversion = "0.1.0"\n${zod ? '\n[[package]]\nname = "zod"\nversion = "4.1.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "x"\n' : ''}`,
});
const go = (zod: boolean): Files => ({
  'go.mod': `module p\n\ngo 1.22\n${zod ? '\nrequire (\n\texample.com/zod v4.1.0\n\texample.com/other v1.0.0 // indirect\n)\n' : ''}`,
  'go.sum': zod ? 'example.com/zod v4.1.0 h1:x=\nexample.com/zod v4.1.0/go.mod h1:y=\n' : '',
});

describe.each<[string, (zod: boolean) => Files, string, string, string | undefined]>([
  ['pnpm', pnpm, 'zod', 'pnpm-lock.yaml', 'unknown: whether'],
  ['Yarn 1', yarn, 'zod', 'yarn.lock', 'unknown: whether'],
  ['Yarn Berry', berry, 'zod', 'yarn.lock', 'unknown: whether'],
  ['uv', uv, 'zod', 'uv.lock', undefined],
  ['Poetry', poetry, 'zod', 'poetry.lock', undefined],
  ['Pipenv', pipenv, 'zod', 'Pipfile.lock', 'unknown: whether'],
  ['Cargo', cargo, 'zod', 'Cargo.lock', 'unknown: whether'],
  ['Go', go, 'example.com/zod', 'go.sum', undefined],
])('dependencies of %s', (_, files, name, lock, scripts) => {
  const withScripts = scripts === undefined ? {} : { install_scripts: expect.stringContaining(scripts) };

  it('are refused, allowed by their versions, and removed', async () => {
    expect(await ask({}, files(true), {})).toEqual({});
    expect(await ask({}, files(false), files(true))).toEqual({
      add: expect.stringContaining(`may not be added: ${name} in `),
      ...withScripts,
    });
    expect(await ask({ add: { [name]: '>=4.1' } }, files(false), files(true))).toEqual(withScripts);
    expect(await ask({ add: { [name]: '>=5' } }, files(false), files(true))).toEqual({
      add: expect.stringContaining('4.1.0 is not within >=5'),
      ...withScripts,
    });
    expect(await ask({}, files(true), files(false))).toEqual({ remove: expect.stringContaining(name) });
    expect(await ask({ add: 'any', licences: ['MIT'] }, files(false), files(true))).toMatchObject({
      licences: expect.stringMatching(/^unknown: the licence of/),
    });
  });

  it('agree with their lock', async () => {
    const stale = { ...files(true), [lock]: files(false)[lock] ?? '' };
    expect(await ask({ add: 'any', install_scripts: 'allow' }, files(false), stale)).toEqual({
      lock: expect.stringMatching(/^fail: .* does not (agree|have)/),
    });
    const forged = {
      [lock]: String(files(true)[lock]).replace(/(sha512-|sha256:|10c0\/|h1:|checksum = ")x/g, '$1evil'),
    };
    expect(await ask({}, files(true), forged)).toEqual({
      lock: `fail: ${lock} has other hashes for ${name} 4.1.0`,
    });
    expect(await ask({}, files(true), { [lock]: '\u0000{{{' })).toMatchObject({
      add: expect.stringMatching(/^unknown/),
      lock: expect.stringMatching(/^fail: .* cannot be read/),
    });
  });
});

describe('other manifests of Python', () => {
  it.each<[string, string, string, Record<string, string>, object]>([
    [
      'requirements.txt',
      'a==1\n',
      'a==1\nb>=2,<3 # why\n',
      {
        add: 'fail: may not be added: b in requirements.txt',
        install_scripts: 'unknown: b in requirements.txt stands in no lock',
      },
      {},
    ],
    [
      'requirements.txt',
      'a==1\n',
      'a==1\nB_c == 2.1\n',
      {},
      { add: { 'b-c': '~=2.0' }, install_scripts: 'allow' },
    ],
    [
      'requirements/dev.txt',
      'a==1\n',
      'a==1\n-e git+https://evil.example/b#egg=b\n',
      { add: 'fail: may not be added: git+https://evil.example/b#egg=b in requirements/dev.txt' },
      { install_scripts: 'allow' },
    ],
    [
      'requirements.txt',
      'a==1\n',
      'a==1\n--extra-index-url https://evil.example\n',
      {
        lock: 'fail: requirements.txt changes where packages come from: --extra-index-url https://evil.example',
      },
      {},
    ],
    [
      'requirements.txt',
      'a==1 --hash=sha256:x\n',
      'a==1 \\\n  --hash=sha256:y\n',
      { lock: 'fail: requirements.txt has other hashes for a ;==1;' },
      {},
    ],
    [
      'requirements.txt',
      'a==1\n',
      'a==2\n',
      { update: 'fail: may not be changed: a in requirements.txt' },
      {},
    ],
    [
      'setup.cfg',
      '[options]\ninstall_requires =\n  a\n',
      '[options]\ninstall_requires =\n  a\n  b>1\n',
      { add: 'fail: may not be added: b in setup.cfg' },
      { install_scripts: 'allow' },
    ],
    [
      'pyproject.toml',
      '[build-system]\nrequires = []\n',
      '[build-system]\nrequires = []\nbuild-backend = "evil"\n',
      { update: 'fail: may not be changed: build-system.build-backend in pyproject.toml' },
      {},
    ],
    [
      'pyproject.toml',
      '[project]\nname = "a"\n',
      '[dependency-groups]\ntest = ["b @ https://evil.example/b.whl"]\n',
      {
        add: 'fail: may not be added: b in pyproject.toml: https://evil.example/b.whl is no version of the registry'
          .replace('https://evil', ';https://evil')
          .replace('.whl is', '.whl; is'),
      },
      { add: { b: '*' }, install_scripts: 'allow' },
    ],
  ])('%s: %j → %j', async (path, before, after, want, policy) => {
    expect(await ask(policy, { [path]: before }, { [path]: after })).toEqual(want);
  });

  it('run code where there is only a source distribution', async () => {
    const sdist = String(uv(true)['uv.lock'])
      .replace('wheels = [{', 'sdist = {')
      .replace('}]', '}')
      .replace('-py3-none-any.whl', '.tar.gz');
    expect(await ask({ add: 'any' }, uv(false), { ...uv(true), 'uv.lock': sdist })).toEqual({
      install_scripts: 'fail: may not run code when installed: zod 4.1.0 in uv.lock',
    });
  });
});

describe('whatever a candidate writes into a manifest or lock', () => {
  const formats: Record<string, Files> = {
    npm: added,
    pnpm: pnpm(true),
    yarn: yarn(true),
    berry: berry(true),
    uv: uv(true),
    poetry: poetry(true),
    pipenv: pipenv(true),
    cargo: cargo(true),
    go: go(true),
  };

  it('ends in answers, and is never taken for nothing where a lock was changed to something else', async () => {
    const edit = fc.record({
      at: fc.nat(),
      cut: fc.nat(20),
      text: fc.oneof(fc.string(), fc.constantFrom('{', '[', '"', '__proto__', '\n', '&a', '*a', '\u0000')),
    });
    const which = fc.constantFrom(...Object.keys(formats));
    await fc.assert(
      fc.asyncProperty(which, fc.nat(1), edit, async (format, index, { at, cut, text }) => {
        const from = formats[format] ?? {};
        const path = Object.keys(from)[index] ?? '';
        const whole = String(from[path]);
        const place = at % (whole.length + 1);
        const changed = whole.slice(0, place) + text + whole.slice(place + cut);
        const parts = await ask({ install_scripts: 'allow' }, from, { [path]: changed });
        for (const part of Object.values(parts)) expect(part).toMatch(/^(fail|unknown): ./);
      }),
      { numRuns: 30 },
    );
  });
});
