import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeComposerJson, mergePackageJson } from './package-json.ts';
import { context } from './testing.ts';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

function merge(base: unknown, candidate: unknown): unknown {
  const merged = mergePackageJson(
    base === null ? null : json(base),
    candidate === null ? null : json(candidate),
    context,
  );
  return typeof merged === 'string' ? merged : JSON.parse(merged.text);
}

const base = {
  name: 'app',
  version: '1.0.0',
  scripts: { build: 'tsc', pretest: 'npm run lint', test: 'vitest run', lint: 'eslint .', start: 'node .' },
  dependencies: { zod: '1' },
  devDependencies: { mocha: '1' },
  jest: { testMatch: ['a'] },
};

describe('package.json', () => {
  it('is the candidate’s where it left the tests alone', () => {
    const changes = {
      version: '2.0.0',
      type: 'module',
      main: 'x.js',
      exports: './x.js',
      imports: { '#lib/*': './src/*' },
      dependencies: { zod: '2', left: '1' },
      scripts: { ...base.scripts, build: 'tsc -b', start: 'node x.js', deploy: 'sh x' },
    };
    expect(merge(base, { ...base, ...changes })).toBe('candidate');
  });

  it('gets its test sections back, the rest being the candidate’s', () => {
    const candidate = {
      ...base,
      version: '2.0.0',
      scripts: { ...base.scripts, test: 'exit 0', 'test:unit': 'true', posttest: 'rm x', start: 'node x.js' },
      jest: { testMatch: [] },
      mocha: { require: './evil.js' },
      babel: { plugins: ['./evil.js'] },
      packageManager: 'npm@1',
      browser: { chai: './evil.js' },
      dependencies: { zod: '2' },
    };
    expect(merge(base, candidate)).toEqual({
      ...base,
      version: '2.0.0',
      scripts: { ...base.scripts, start: 'node x.js' },
      dependencies: { zod: '2' },
    });
  });

  it('gets back what was removed', () => {
    const { jest, scripts, ...rest } = base;
    expect(merge(base, { ...rest, version: '2' })).toEqual({
      ...rest,
      version: '2',
      jest,
      scripts: { test: 'vitest run', pretest: 'npm run lint', lint: 'eslint .' },
    });
  });

  it('is the base’s as a whole where nothing but tests was touched', () => {
    expect(merge(base, { ...base, jest: {} })).toBe('base');
    expect(merge(base, { ...base, scripts: { ...base.scripts, test: 'true' } })).toBe('base');
  });

  it('keeps every script that the tests start on their way', () => {
    const chain = {
      scripts: {
        test: 'npm run build && run-s "part:*" -- x',
        build: 'tsc',
        'part:one': 'a',
        other: 'b',
        part: 'c',
        deep: 'd',
        'postpart:one': 'yarn deep',
      },
    };
    const evil = Object.fromEntries(Object.keys(chain.scripts).map((name) => [name, 'evil']));
    expect(
      merge(chain, { scripts: { ...evil, prebuild: 'evil', 'part:two': 'evil', precommit: 'mine' } }),
    ).toEqual({
      scripts: { ...chain.scripts, other: 'evil', part: 'evil', precommit: 'mine' },
    });
  });

  it.each(['vitest', 'chai', 'mocha'])('may not go by the name of a package that judges: %s', (name) => {
    expect(merge(base, { ...base, name, version: '2', exports: './evil.js' })).toEqual({
      ...base,
      version: '2',
      exports: './evil.js',
    });
  });

  it('may go by another name, and keep the one that it had', () => {
    expect(merge(base, { ...base, name: 'other' })).toBe('candidate');
    expect(merge({ name: 'chai', version: '1' }, { name: 'chai', version: '2' })).toBe('candidate');
  });

  it('keeps imports that are named for tests', () => {
    const own = { imports: { '#test/*': './test/*', '#a': './a.js' } };
    expect(merge(own, { imports: { '#test/*': './evil/*', '#test/x': './evil', '#a': './b.js' } })).toEqual({
      imports: { '#test/*': './test/*', '#a': './b.js' },
    });
  });

  it('is held to the same where it is new, and may be deleted where it says nothing of tests', () => {
    expect(merge(null, { name: 'new', version: '1' })).toBe('candidate');
    expect(merge(null, { name: 'vitest', version: '1', exports: './evil.js' })).toEqual({
      version: '1',
      exports: './evil.js',
    });
    expect(merge(null, { scripts: { test: 'x', build: 'y' }, jest: {} })).toEqual({
      scripts: { build: 'y' },
    });
    expect(merge({ type: 'commonjs', scripts: { build: 'x' } }, null)).toBe('candidate');
    expect(merge({ type: 'commonjs', scripts: { test: 'x' } }, null)).not.toBe('candidate');
  });

  it.each([
    ['a name twice', '{"version": "2", "jest": {"a": 1}, "jest": {"testMatch": ["a"]}}'],
    ['a name twice by an escape', '{"version": "2", "j\\u0065st": {"a": 1}, "jest": {"testMatch": ["a"]}}'],
    ['a name twice further in', '{"scripts": {"test": "a", "test": "b"}}'],
    ['no JSON', '{"version": "2",}'],
    ['comments', '{"version": "2" /* x */}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['nothing', ''],
    ['a byte order mark', '\ufeff{}'],
    ['scripts that are none', '{"scripts": ["test"]}'],
    ['too deep', `{"a": ${'['.repeat(100)}${']'.repeat(100)}}`],
    ['far too deep', `{"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('is the base’s as a whole for %s', (_what, text) => {
    expect(mergePackageJson(json(base), text, context)).toBe('base');
  });

  it('keeps names that are special to JavaScript', () => {
    const text =
      '{"__proto__": {"jest": 1}, "scripts": {"__proto__": "x", "test": "evil"}, "constructor": 1}';
    expect(mergePackageJson('{"scripts": {"test": "x"}}', text, context)).toEqual({
      text: '{"__proto__":{"jest":1},"scripts":{"__proto__":"x","test":"x"},"constructor":1}',
    });
  });

  it.each([
    ['four spaces', '{\n    "a": 1,\n    "jest": 2\n}\n', '{\n    "a": 1\n}\n'],
    ['tabs, no last newline', '{\n\t"a": 1,\n\t"jest": 2\n}', '{\n\t"a": 1\n}'],
    ['Windows line ends', '{\r\n  "a": 1,\r\n  "jest": 2\r\n}\r\n', '{\r\n  "a": 1\r\n}\r\n'],
    ['one line', '{"a": 1, "jest": 2}', '{"a":1}'],
  ])('is written as it was: %s', (_how, candidate, text) => {
    expect(mergePackageJson(null, candidate, context)).toEqual({ text });
  });

  it('never keeps a test section of the candidate’s, whatever the two are', () => {
    const key = fc.constantFrom('jest', 'version', 'type', 'babel', 'x');
    const script = fc.constantFrom('test', 'build', 'pretest', 'x');
    const manifest = fc.record(
      { scripts: fc.dictionary(script, fc.constantFrom('a', 'npm run build'), { noNullPrototype: true }) },
      { requiredKeys: [] },
    );
    const any = fc
      .tuple(fc.dictionary(key, fc.nat(3), { noNullPrototype: true }), manifest)
      .map(([rest, scripts]) => ({ ...rest, ...scripts }) as Record<string, unknown>);
    fc.assert(
      fc.property(any, any, (before, after) => {
        const merged = merge(before, after);
        const laid = (merged === 'candidate' ? after : merged === 'base' ? before : merged) as typeof before;
        for (const name of ['jest', 'babel']) expect(laid[name]).toEqual(before[name]);
        const scriptsOf = (one: typeof before) => (one.scripts ?? {}) as Record<string, string>;
        for (const name of ['test', 'pretest']) expect(scriptsOf(laid)[name]).toBe(scriptsOf(before)[name]);
        if (merged !== 'base')
          for (const name of ['version', 'type', 'x']) expect(laid[name]).toEqual(after[name]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('composer.json', () => {
  it('gets its test scripts back', () => {
    const merged = mergeComposerJson(
      '{"scripts": {"test": "phpunit"}, "require": {}}',
      '{"scripts": {"test": "true", "serve": "x"}, "require": {"a/b": "1"}}',
      context,
    );
    expect(merged).toEqual({ text: '{"scripts":{"test":"phpunit","serve":"x"},"require":{"a/b":"1"}}' });
  });
});
