import { describe, expect, it } from 'vitest';
import { isJudged } from './source-files.ts';

describe('what tests look at', () => {
  it.each([
    'src/a.ts',
    'a.py',
    'lib/testing.py',
    'contest/latest.js',
    'src/attest.go',
    'Makefile',
    'requirements.txt',
    'package.json',
    'spec.yaml',
    'templates/page.html',
  ])('is %s', (path) => {
    expect(isJudged(path)).toBe(true);
  });

  it.each([
    'test/a.ts',
    'src/__tests__/a.js',
    'tests/unit/a.py',
    'a.test.ts',
    'src/a.spec.tsx',
    'test_a.py',
    'a_test.go',
    'conftest.py',
    'a.d.ts',
    'README.md',
    'docs/conf.py',
    'CHANGELOG',
    'LICENSE.txt',
    'package-lock.json',
    'pnpm-lock.yaml',
    'poetry.lock',
    'Cargo.lock',
    'go.sum',
    '.gitignore',
    'vendor/a/b.go',
    'node_modules/a/index.js',
  ])('is not %s', (path) => {
    expect(isJudged(path)).toBe(false);
  });
});
