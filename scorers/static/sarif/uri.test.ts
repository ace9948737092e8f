import { describe, expect, it } from 'vitest';
import { ToolFailure } from '../tool.ts';
import { Run } from './schema.ts';
import { pathOf, uriContext, uriOf } from './uri.ts';

const bases = {
  '%SRCROOT%': { uri: 'file:///work/app/' },
  ROOT: {},
  SRC: { uri: 'src/', uriBaseId: 'ROOT' },
  DEEP: { uri: 'deep', uriBaseId: 'SRC' },
  UP: { uri: '../', uriBaseId: 'SRC' },
  PLAIN: { uri: '/work/app/lib' },
  ELSEWHERE: { uri: 'file:///usr/lib/' },
  BELOW: { uri: 'x/', uriBaseId: 'ELSEWHERE' },
  WEB: { uri: 'https://example.com/' },
  WEBBELOW: { uri: 'a/', uriBaseId: 'WEB' },
};
const artifacts = [{ location: { uri: 'a.ts', uriBaseId: 'SRC' } }, { location: { index: 0 } }, {}];
const run = (own: Record<string, unknown> = {}) =>
  Run.parse({ tool: { driver: {} }, originalUriBaseIds: bases, artifacts, ...own });
const context = uriContext(run(), '/work/app');

describe('pathOf', () => {
  it.each([
    [{ uri: 'a.ts' }, 'a.ts'],
    [{ uri: './a/../b//c.ts' }, 'b/c.ts'],
    [{ uri: 'a%20b/%C3%BC%25%23.ts' }, 'a b/ü%#.ts'],
    [{ uri: 'a b/ü.ts' }, 'a b/ü.ts'],
    [{ uri: '100%.ts' }, '100%.ts'],
    [{ uri: '%FF.ts' }, '%FF.ts'],
    [{ uri: 'a#b?c.ts' }, 'a#b?c.ts'],
    [{ uri: 'file:///work/app/a.ts' }, 'a.ts'],
    [{ uri: 'FILE:///work/app/a.ts' }, 'a.ts'],
    [{ uri: 'file://localhost/work/app/a.ts' }, 'a.ts'],
    [{ uri: 'file:/work/app/a.ts' }, 'a.ts'],
    [{ uri: '/work/app/a.ts' }, 'a.ts'],
    [{ uri: 'a.ts', uriBaseId: '%SRCROOT%' }, 'a.ts'],
    [{ uri: 'a.ts', uriBaseId: 'ROOT' }, 'a.ts'],
    [{ uri: 'a.ts', uriBaseId: 'SRC' }, 'src/a.ts'],
    [{ uri: 'a.ts', uriBaseId: 'DEEP' }, 'src/deep/a.ts'],
    [{ uri: '../a.ts', uriBaseId: 'DEEP' }, 'src/a.ts'],
    [{ uri: 'a.ts', uriBaseId: 'UP' }, 'a.ts'],
    [{ uri: 'a.ts', uriBaseId: 'PLAIN' }, 'lib/a.ts'],
    [{ uri: 'a.ts', uriBaseId: 'NOBODY' }, 'a.ts'],
    [{ uri: 'a.ts', uriBaseId: '__proto__' }, 'a.ts'],
    [{ uri: 'file:///work/app/a.ts', uriBaseId: 'ELSEWHERE' }, 'a.ts'],
    [{ index: 0 }, 'src/a.ts'],
    [{ uri: 'b.ts', index: 0 }, 'b.ts'],
  ])('of %o is %s', (location, path) => {
    expect(pathOf(location, context)).toBe(path);
    // The second time, it may be remembered.
    expect(pathOf(location, context)).toBe(path);
  });

  it.each([
    ['the workspace itself', { uri: '.' }],
    ['the workspace itself, absolutely', { uri: 'file:///work/app/' }],
    ['no URI', {}],
    ['nothing', null],
    ['an artifact that refers to another', { index: 1 }],
    ['an artifact without a place', { index: 2 }],
    ['an artifact that is not there', { index: 4_000_000_000 }],
    ['above', { uri: '../b.ts' }],
    ['above, encoded', { uri: '%2e%2e%2fb.ts' }],
    ['above, over a base', { uri: '../../b.ts', uriBaseId: 'SRC' }],
    ['beside, with the same beginning', { uri: '/work/application/a.ts' }],
    ['elsewhere', { uri: 'a.ts', uriBaseId: 'ELSEWHERE' }],
    ['elsewhere, by a chain', { uri: 'a.ts', uriBaseId: 'BELOW' }],
    ['the web', { uri: 'https://example.com/work/app/a.ts' }],
    ['the web, by a base', { uri: 'work/app/a.ts', uriBaseId: 'WEBBELOW' }],
    ['another machine', { uri: 'file://host/work/app/a.ts' }],
    ['another machine, without a scheme', { uri: '//host/work/app/a.ts' }],
    ['a drive', { uri: 'C:/work/app/a.ts' }],
    ['another scheme', { uri: 'file:work/app/a.ts' }],
    ['a NUL', { uri: 'a%00.ts' }],
    ['too long', { uri: 'a/'.repeat(4000) }],
    ['far too long', { uri: '%61'.repeat(100_000) }],
  ])('of %s is none', (_, location) => {
    expect(pathOf(location, context)).toBeNull();
  });

  it('knows the root as a workspace', () => {
    expect(pathOf({ uri: 'file:///a.ts' }, uriContext(run(), '/'))).toBe('a.ts');
  });
});

describe('uriContext', () => {
  it.each([
    ['a circle', { A: { uriBaseId: 'B' }, B: { uriBaseId: 'C' }, C: { uriBaseId: 'A' } }],
    ['a base of its own', { A: { uri: 'a/', uriBaseId: 'A' } }],
    ['a malformed base', { A: 'src/' }],
    ['too many', Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`B${at}`, {}]))],
  ])('refuses %s', (_, originalUriBaseIds) => {
    expect(() => uriContext(run({ originalUriBaseIds }), '/work/app')).toThrow(ToolFailure);
  });

  it('follows a long chain whose path grows beyond all bounds', () => {
    const chain = Array.from({ length: 1000 }, (_, at) => [
      `B${at}`,
      { uri: `${'x'.repeat(100)}/`, ...(at > 0 ? { uriBaseId: `B${at - 1}` } : {}) },
    ]);
    const long = uriContext(run({ originalUriBaseIds: Object.fromEntries(chain) }), '/work/app');
    expect(pathOf({ uri: 'a', uriBaseId: 'B0' }, long)).toBe(`${'x'.repeat(100)}/a`);
    expect(pathOf({ uri: 'a', uriBaseId: 'B999' }, long)).toBeNull();
  });
});

describe('uriOf', () => {
  it.each([
    ['src/a.ts', 'src/a.ts'],
    ['a b/ü#?%.ts', 'a%20b/%C3%BC%23%3F%25.ts'],
    ['c:x/[id].ts', 'c%3Ax/%5Bid%5D.ts'],
    ['a\\b\n\u202E', 'a%5Cb%0A%E2%80%AE'],
    ['\uD800', '%EF%BF%BD'],
  ])('of %j is %s', (path, uri) => {
    expect(uriOf(path)).toBe(uri);
  });
});
