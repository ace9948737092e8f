import { describe, expect, it } from 'vitest';
import { mergeGoMod } from './go-mod.ts';
import { mergeSetupCfg } from './ini.ts';
import { context } from './testing.ts';
import { mergeTsconfig } from './tsconfig.ts';

describe('setup.cfg', () => {
  const merge = (base: string | null, candidate: string | null) => mergeSetupCfg(base, candidate, context);
  const base = '[metadata]\nname = a\n\n[tool:pytest]\naddopts =\n    -q\n\n[flake8]\nmax = 1\n';

  it('is the candidate’s where it left the tests alone', () => {
    expect(merge(base, base.replace('name = a', 'name = b').replace('max = 1', 'max = 2'))).toBe('candidate');
    expect(merge(base, base.replace('\n[flake8]', '\n# about the next\n[flake8]'))).toBe('candidate');
    expect(merge(base, base.replaceAll('\n', '\r\n'))).toBe('candidate');
  });

  it('gets its test sections back', () => {
    const candidate = base.replace('name = a', 'name = b').replace('-q', '-p evil');
    expect(merge(base, candidate)).toEqual({ text: base.replace('name = a', 'name = b') });
    expect(merge(base, '[metadata]\nname = b')).toEqual({
      text: '[metadata]\nname = b\n[tool:pytest]\naddopts =\n    -q\n\n',
    });
    expect(merge(null, '[coverage:run]\nomit = *\n[aliases]\ntest = x\n[DEFAULT]\na = 1\n[x]\n')).toEqual({
      text: '[x]\n',
    });
    expect(merge('[x]\n', null)).toBe('candidate');
  });

  it.each([
    ['an indented header', '[metadata]\nname = b\n [tool:pytest]\naddopts = x\n'],
    ['a header with more behind it', '[metadata]\n[tool:pytest] x\n'],
    ['a header within a header', '[metadata]\n[[tool:pytest]]\n'],
    ['a form feed', '[metadata]\nname = b\f[tool:pytest]\naddopts = x\n'],
    ['a line separator', '[metadata]\nname = b\u2028[tool:pytest]\naddopts = x\n'],
    ['a lone carriage return', '[metadata]\nname = b\r[tool:pytest]\naddopts = x\n'],
    ['a byte order mark', '\ufeff[tool:pytest]\naddopts = x\n'],
  ])('is the base’s as a whole for %s', (_what, candidate) => {
    expect(merge(base, candidate)).toBe('base');
  });
});

describe('tsconfig.json', () => {
  const merge = (base: unknown, candidate: unknown) => {
    const text = (value: unknown) =>
      typeof value === 'string' || value === null ? value : JSON.stringify(value);
    return mergeTsconfig(text(base), text(candidate), context);
  };
  const base = {
    compilerOptions: { target: 'es2022', baseUrl: '.', paths: { '@/*': ['src/*'] } },
    include: ['src'],
  };
  const options = (changes: object) => ({
    ...base,
    compilerOptions: { ...base.compilerOptions, ...changes },
  });

  it.each<[string, unknown]>([
    ['other options', options({ target: 'esnext', strict: true, jsx: 'react', lib: ['dom'] })],
    ['other files', { ...base, include: ['src', 'lib'], references: [{ path: 'x' }] }],
    [
      'a path of its own',
      options({ paths: { '@/*': ['src/*'], '~/*': ['x'], '#x': ['y'], '@app/*': ['z'], 'lib/a': ['b'] } }),
    ],
    ['no paths', options({ paths: undefined })],
    [
      'a tsconfig that it extends',
      { ...base, extends: ['../tsconfig.base', './tsconfig.json', '@tsconfig/node20/tsconfig.json'] },
    ],
    [
      'comments and commas',
      `{ // "paths": {"*": []}\n "compilerOptions": {"baseUrl": ".", /* , */ "types": ["a//b", "/*",],}, }`,
    ],
  ])('is the candidate’s with %s', (_what, candidate) => {
    expect(merge(base, candidate)).toBe('candidate');
  });

  it.each<[string, unknown]>([
    ['code that is loaded', { ...base, 'ts-node': { require: ['./evil.js'] } }],
    ['plugins', options({ plugins: [{ transform: './evil.js' }] })],
    ['another base for names', options({ baseUrl: './evil' })],
    ['an import of JSX', options({ jsxImportSource: 'evil' })],
    ['a package that judges', options({ paths: { vitest: ['./evil'] } })],
    ['a module of such', options({ paths: { 'chai/lib/*': ['./evil'] } })],
    ['a scope of such', options({ paths: { '@vitest/*': ['./evil'] } })],
    ['a beginning of such', options({ paths: { '@vit*': ['./evil'] } })],
    ['any name', options({ paths: { '*': ['./evil/*'] } })],
    ['paths that are none', options({ paths: ['x'] })],
    ['another file to extend', { ...base, extends: './evil.json' }],
    ['a package of its own to extend', { ...base, extends: 'evil/tsconfig.json' }],
    ['an import to extend', { ...base, extends: '#evil' }],
    ['a name twice', '{"compilerOptions": {"baseUrl": "./evil"}, "compilerOptions": {"baseUrl": "."}}'],
    ['a comment that hides a line', '{"compilerOptions": {"baseUrl": "." // \u2028, "plugins": []\n}}'],
    [
      'a string that hides a line',
      `{"compilerOptions": {"baseUrl": "."}, "a": "\u2028, 'plugins': [], 'b': "}`,
    ],
    ['a comment without end', '{ /* '],
  ])('is the base’s as a whole with %s', (_what, candidate) => {
    expect(merge(base, candidate)).toBe('base');
  });

  it('is held to the same where it is new or deleted', () => {
    expect(merge(null, { compilerOptions: { strict: true }, extends: '../tsconfig.json' })).toBe('candidate');
    expect(merge(null, { compilerOptions: { baseUrl: '.' } })).toBe('base');
    expect(merge({ compilerOptions: { strict: true } }, null)).toBe('candidate');
    expect(merge(base, null)).toBe('base');
  });
});

describe('go.mod', () => {
  const merge = (base: string | null, candidate: string | null) => mergeGoMod(base, candidate, context);
  const base = 'module m\n\ngo 1.22\n\nrequire a v1\n\nreplace (\n\tb => ./b // why\n)\n';

  it('is the candidate’s where its replacements are the base’s', () => {
    expect(merge(base, 'module m\n\nreplace b => ./b\n\nrequire (\n\ta v2\n\tc v1\n)\n')).toBe('candidate');
    expect(merge(null, 'module m\n')).toBe('candidate');
  });

  it.each([
    ['another replacement', base.replace('./b', './evil')],
    ['one more', `${base}replace c => ./evil\n`],
    ['one more in a block', `${base}replace(\nc => ./evil\n)\n`],
    ['one less', 'module m\n'],
    ['a block without end', 'module m\nreplace (\n\tb => ./b\n'],
    ['a raw string', `${base}require \`a\` v1\n`],
  ])('is the base’s as a whole with %s', (_what, candidate) => {
    expect(merge(base, candidate)).toBe('base');
  });

  it('is the base’s where a replacement would be deleted with it', () => {
    expect(merge(base, null)).toBe('base');
  });
});
