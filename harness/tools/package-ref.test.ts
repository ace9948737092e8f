import { expect, it } from 'vitest';
import { parseRef } from './package-ref.ts';

it('takes exact versions apart', () => {
  expect(parseRef({ npm: '@scope/pkg@1.2.3-rc.1' })).toEqual({
    ecosystem: 'npm',
    package: '@scope/pkg',
    version: '1.2.3-rc.1',
    name: 'npm+@scope+pkg@1.2.3-rc.1',
  });
  expect(parseRef({ pypi: 'Some.Project==1.2' })).toEqual({
    ecosystem: 'pypi',
    package: 'some-project',
    version: '1.2',
    name: 'pypi+some-project@1.2',
  });
});

it.each([
  { npm: 'eslint' },
  { npm: 'eslint@^9.0.0' },
  { npm: 'eslint@latest' },
  { npm: '../evil@1.0.0' },
  { npm: '--prefix@1.0.0' },
  { npm: 'https://host/x.tgz@1.0.0' },
  { npm: `${'a'.repeat(400)}@1.0.0` },
  { pypi: 'ruff' },
  { pypi: 'ruff>=1.0' },
  { pypi: 'ruff==1.*' },
  { pypi: 'ruff[extra]==1.0' },
  { pypi: '../ruff==1.0' },
])('refuses %j', (ref) => {
  expect(() => parseRef(ref)).toThrow('no package with an exact version');
});
