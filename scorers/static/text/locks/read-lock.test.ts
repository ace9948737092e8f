import { describe, expect, it } from 'vitest';
import { readLock } from './read-lock.ts';
import { Unreadable } from './unreadable.ts';

const short = (path: string, text: string) =>
  readLock(path, text)?.map(({ ecosystem, name, version }) => `${ecosystem} ${name} ${version}`);

const toml = (...lines: string[]) => `${lines.join('\n')}\n`;

it.each([
  [
    'poetry.lock',
    toml(
      '# generated',
      '[[package]]',
      'name = "Foo.Bar"',
      'version = "1.2"',
      'files = [',
      '    {file = "x", hash = "y"},',
      ']',
      '',
      '[package.dependencies]',
      'name = "1"',
      '',
      '[[package]]',
      "name = 'b'",
      "version = '2' # c",
      '',
      '[metadata]',
      'name = "no"',
      'version = "3"',
    ),
    ['pypi Foo.Bar 1.2', 'pypi b 2'],
  ],
  ['poetry.lock', toml('package = []', '', '[metadata]'), []],
  [
    'uv.lock',
    toml(
      'version = 1',
      '[[package]]',
      'name = "own"',
      'source = { virtual = "." }',
      'dependencies = [',
      '    { name = "a" },',
      ']',
    ),
    [],
  ],
  [
    'Cargo.lock',
    toml(
      'version = 4',
      '',
      '[[package]]',
      'name = "a"',
      'version = "1.0.0"',
      'dependencies = [',
      ' "b",',
      ']',
    ),
    ['cargo a 1.0.0'],
  ],
  [
    'pnpm-lock.yaml',
    toml(
      "lockfileVersion: '9.0'",
      '',
      'importers:',
      '  .:',
      '    dependencies:',
      '      a: 1',
      '',
      'packages:',
      '',
      "  '@s/a@1.0.0':",
      '    resolution: {integrity: x}',
      '',
      '  b@2.0.0(c@3.0.0):',
      '    engines: {node: 1}',
      '',
      '  d@file:../d: {}',
      '',
      'snapshots:',
      '  e@1.0.0: {}',
    ),
    ['npm @s/a 1.0.0', 'npm b 2.0.0', 'npm d file:../d'],
  ],
  [
    'pnpm-lock.yaml',
    toml(
      'lockfileVersion: 5.4',
      'packages:',
      '  /@s/a/1.0.0:',
      '    dev: true',
      '  /b/2.0.0_c@1.0.0:',
      '    dev: true',
    ),
    ['npm @s/a 1.0.0', 'npm b 2.0.0'],
  ],
  [
    'yarn.lock',
    toml(
      '__metadata:',
      '  version: 8',
      '',
      '"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0":',
      '  version: 1.2.3',
      '  resolution: "@s/a@npm:1.2.3"',
      '  checksum: x',
      '',
      '"own@workspace:.":',
      '  version: 0.0.0-use.local',
      '  resolution: "own@workspace:."',
      '',
      '"b@patch:b@npm%3A1.0.0#./x.patch":',
      '  version: 1.0.0',
      '  resolution: "b@patch:b@npm%3A1.0.0#./x.patch::version=1.0.0&hash=y"',
      '',
      '"c@npm:d@^1":',
      '  version: 1.0.0',
      '  resolution: "d@npm:1.0.0"',
    ),
    ['npm @s/a 1.2.3', 'npm b 1.0.0', 'npm d 1.0.0'],
  ],
  [
    'requirements.txt',
    '--hash=x\na==1.0 \\\n  --hash=sha256:x\nb===2\nc==1.*\nd>=1\n-e .\n',
    ['pypi a 1.0', 'pypi b 2'],
  ],
])('reads %s', (path, text, expected) => {
  expect(short(path, text)).toEqual(expected);
});

it.each(['src/a.py', 'package.json.txt', 'node_modules/a/package-lock.json'])('has no lock in %s', (path) => {
  expect(readLock(path, '{}')).toBeNull();
});

describe('what could hide a package', () => {
  it.each([
    ['poetry.lock', 'package = [{name = "a", version = "1"}]\n'],
    ['poetry.lock', '"package" = []\n'],
    ['poetry.lock', '[["package"]]\nname = "a"\n'],
    ['poetry.lock', '[[ package ]]\nname = "a"\n'],
    ['poetry.lock', '  [[package]]\nname = "a"\n'],
    ['poetry.lock', '[[package]]\n"name" = "a"\nversion = "1"\n'],
    ['poetry.lock', '[[package]]\nname = "a"\n  "version" = "1"\n'],
    ['poetry.lock', '[[package]]\nname = "a"\nversion = "\\u0031"\n'],
    ['poetry.lock', '[[package]]\nname = "a"\nversion = "1"\n ["x"]\nname = "b"\n'],
    ['poetry.lock', 'x = 1\n  package = [{name = "a"}]\n'],
    ['poetry.lock', '[[package]]\nname = "\\u0061"\nversion = "1"\n'],
    ['poetry.lock', 'x = """\n'],
    ['Cargo.lock', '<<<<<<< HEAD\n[[package]]\n'],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\npackages: {a@1.0.0: {}}\n"],
    ['pnpm-lock.yaml', 'lockfileVersion: \'9.0\'\n"packages":\n  a@1.0.0: {}\n'],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\npackages:\n  ? a@1.0.0\n"],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\npackages:\n  &x a@1.0.0: {}\n"],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\npackages:\n {a@1.0.0: {}}\n"],
    ['yarn.lock', '__metadata:\n  version: 8\n"a@npm:1":\n  version: 1.0.0\n'],
    ['yarn.lock', '__metadata:\n  version: 8\n{"a@npm:1": {resolution: "a@npm:1.0.0"}}\n'],
  ])('is unreadable, in %s: %j', (path, text) => {
    expect(() => readLock(path, text)).toThrow(Unreadable);
  });
});

it.each([
  ['poetry.lock', '[[package]]\n'],
  ['poetry.lock', `x = ${'['.repeat(500_000)}`],
  ['poetry.lock', `name${' '.repeat(500_000)}`],
  ['pnpm-lock.yaml', `packages:\n  ${'a'.repeat(500_000)}`],
  ['pnpm-lock.yaml', '&a [*a, '.repeat(60_000)],
  ['yarn.lock', `__metadata:\n  resolution: "${'@'.repeat(500_000)}`],
  ['yarn.lock', `__metadata:\n${'x:\n  resolution: "a@patch:'.repeat(20_000)}`],
  ['requirements.txt', 'a==1 '.repeat(100_000)],
  ['go.sum', 'a b c\n'.repeat(100_000)],
])('comes to an end on much of what is no %s', (path, text) => {
  try {
    expect(Array.isArray(readLock(path, text))).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(Unreadable);
  }
});
