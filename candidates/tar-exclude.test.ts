import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarExclude } from './tar-exclude.ts';

const files = [
  'a.tmp',
  'a.tm',
  'x/a.tmp',
  'x/y/keep',
  'x/y/z/b.o',
  'node_modules/m/i.js',
  'p/node_modules/q',
  '[a]',
  'é.o',
];

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-exclude-'));
  for (const path of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What tar itself keeps of the files. */
function packed(pattern: string): string[] {
  const list = execFileSync(
    'sh',
    ['-c', 'tar -C "$0" --exclude="$1" -cf - . | tar -tf - --quoting-style=literal', root, pattern],
    {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    },
  );
  const found = list.split('\n').map((path) => path.replace(/^\.\//, ''));
  return files.filter((path) => found.includes(path));
}

const isGnu = execFileSync('tar', ['--version'], { encoding: 'utf8' }).includes('GNU tar');

describe.skipIf(!isGnu)('leaves out what tar leaves out', () => {
  it.each([
    '*.tmp',
    'x',
    './x/y',
    'y/z',
    'x/*',
    '*/z',
    'node_modules',
    'node_modules/m',
    'a.t?p',
    '[a]*',
    '\\[a\\]',
    'a.t[!x]p',
    'a.t[^m]p',
    '*.o',
    'é*',
    'nothing',
    'x*keep',
    'x/?',
    '[a-b].tmp',
    '[',
    'a.tmp/more',
  ])('%s', (pattern) => {
    const isExcluded = tarExclude([pattern]);
    expect(files.filter((path) => !isExcluded(path))).toEqual(packed(pattern));
  });
});

it('takes a folder by its name with a slash behind it too', () => {
  expect(['x/a', 'xx/a'].filter(tarExclude(['x/']))).toEqual(['x/a']);
});

it('ends soon whatever the pattern and the path', () => {
  const isExcluded = tarExclude([`${'*a'.repeat(60)}b`]);
  expect(isExcluded('a'.repeat(4000))).toBe(false);
});

it('answers for any pattern', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (pattern, path) => typeof tarExclude([pattern])(path) === 'boolean',
    ),
  );
});
