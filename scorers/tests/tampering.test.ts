import { expect, it } from 'vitest';
import { maxChanges, tamperedWith } from './tampering.ts';

const added = (path: string) => ({ path, kind: 'added' as const });
const none: ReadonlySet<string> = new Set();

it.each([
  'node_modules/vitest/dist/index.js',
  'packages/a/node_modules/@vitest/expect/index.js',
  'node_modules/chai',
  'node_modules/.bin/vitest',
  'node_modules/.pnpm/chai@6/node_modules/chai/index.js',
  '.venv/lib/python3.11/site-packages/pytest.py',
  'conftest.py',
  'tests/deep/conftest.py',
  'sitecustomize.py',
  'x.pth',
  'tests/pytest.ini',
  'pyproject.toml',
  'vitest.config.ts',
  'jest.config.cjs',
  'babel.config.js',
  '.babelrc',
  'src/package.json',
])('refuses a change of %s', (path) => {
  expect(tamperedWith([added('/app'), added(`/app/${path}`)], '/app', none)).toBe(
    `${path} was changed while the tests ran`,
  );
});

it.each([
  'node_modules',
  'node_modules/.cache/x/y.js',
  'node_modules/.vite/vitest/results.json',
  'node_modules/.package-lock.json',
  'src/__pycache__/x.pyc',
  'tests/output/log.txt',
  'coverage/index.html',
  'src/index.ts',
])('lets %s change', (path) => {
  expect(tamperedWith([added(`/app/${path}`)], '/app', none)).toBeNull();
});

it('looks at the workspace only, and not at what was laid there', () => {
  const changes = [
    added('/opt/assay/conftest.py'),
    added('/application/conftest.py'),
    added('/app/conftest.py'),
  ];
  expect(tamperedWith(changes, '/app', new Set(['conftest.py']))).toBeNull();
});

it('believes no run that has changed more than is looked at', () => {
  expect(tamperedWith(null, '/app', none)).toBe(
    `more than ${maxChanges} files were changed while the tests ran`,
  );
});
