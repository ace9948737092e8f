import { describe, expect, it } from 'vitest';
import type { TreeEntry } from '../../../harness/store/store.ts';
import { basePaths } from './base-paths.ts';
import { protectedPaths } from './protected-paths.ts';

const none = { protect: [], unprotect: [] };

function standing(path: string, { base = [] as string[], settings = {} } = {}): string {
  const entries = base.map(
    (each): TreeEntry => ({ path: each, mode: '100644', digest: 'sha256:00' as never }),
  );
  return protectedPaths(basePaths(entries), { ...none, ...settings })(path);
}

describe('protected paths', () => {
  it.each(
    `src/a.test.ts src/a.spec.jsx a.test.mjs x/.b.test.cts src/__tests__/helper.js __mocks__/chai.js a/__snapshots__/x
     a.snap test/helper.js tests/x spec/support/x.rb e2e/login.ts cypress/e2e/x.js tests_integration/x.js test-data/x
     test.js vitest.config.ts sub/vitest.config.mts vitest.workspace.ts vitest.config.unit.ts vite.config.js jest.config.json
     jest.setup.ts jest-setup.js jest.config.base.cjs config/jest.config.js src/setupTests.ts .mocharc.yml .mocharc karma.conf.js
     playwright.config.ts cypress.config.js cypress.json ava.config.js .nycrc.json .c8rc.json .taprc babel.config.js .babelrc
     .babelrc.json .swcrc .npmrc .yarnrc.yml .yarn/releases/yarn.cjs .pnp.cjs .pnpmfile.cjs pnpm-workspace.yaml bunfig.toml
     node_modules/chai/index.js packages/a/node_modules/.bin/vitest node_modules package-lock.json yarn.lock pnpm-lock.yaml bun.lockb
     test_a.py pkg/test_a.py pkg/a_test.py pkg/tests/data/x.json pkg/tests.py conftest.py pkg/conftest.py pytest.ini .pytest.ini
     pytest.toml tox.ini noxfile.py .coveragerc sitecustomize.py src/usercustomize.py sitecustomize/__init__.py evil.pth
     pkg/__pycache__/a.cpython-311.pyc a.pyc a.pyo .venv/bin/pytest venv/bin/pytest lib/python3/site-packages/x.py
     foo.egg-info/entry_points.txt src/foo.dist-info/RECORD poetry.lock uv.lock Pipfile.lock requirements-dev.txt dev-requirements.txt
     requirements/test.txt requirements.test.txt pytest.py _pytest/__init__.py src/pytest.py unittest/mock.py
     a_test.go pkg/testdata/x vendor/github.com/x/y.go go.work src/tests.rs tests/it.rs Cargo.lock .cargo/config.toml rust-toolchain
     app/src/test/java/A.java src/main/java/FooTest.java gradlew gradle/wrapper/gradle-wrapper.jar .mvn/jvm.config
     src/main/resources/META-INF/services/org.junit.platform.launcher.TestExecutionListener
     .rspec Gemfile.lock lib/a_spec.rb phpunit.xml phpunit.xml.dist composer.lock
     .gitattributes .gitmodules .githooks/pre-commit .husky/pre-commit .gitconfig .bashrc .profile .bash_profile .zshenv .inputrc
     .env .envrc .env.local .env.test .env.production.local .direnv/x .tool-versions .node-version .nvmrc .python-version
     .local/bin/pytest src/test-utils.ts src/test_helpers/a.ts`
      .trim()
      .split(/\s+/),
  )('%s belongs to the judging', (path) => expect(standing(path)).toBe('protected'));

  it.each(
    `README.md src/index.ts src/testing/harness.ts src/testing.py lib/spec-parser.ts lib/spec.ts src/spec/parser.ts lib/test/client.ts
     django/test/client.py numpy/testing/utils.py src/contest.ts src/latest.ts src/protest.py src/attests/a.ts src/tester.go
     package.json tsconfig.json pyproject.toml setup.cfg setup.py requirements.txt go.mod go.sum Cargo.toml build.rs pom.xml Makefile
     .gitignore .github/workflows/ci.yml .eslintrc.json .env.example src/env.ts .environment/x docs/testing.md docs/tests.md
     src/config/index.ts config/app.config.js webpack.config.js src/vite-plugin.ts src/snapshot.ts src/mocks/handlers.ts
     src/conftest.ts src/node_modules.ts integrations/pytest.py src/vendor/lib.js src/mise/index.ts src/venv/create.py
     src/lock.ts deps.lock src/e2e.ts src/babel/index.ts src/jest/run.ts src/profile .vscode/settings.json src/Latest.java
     src/a.test.md test.md testing/x.py contests/a.py`
      .trim()
      .split(/\s+/),
  )('%s is the candidate’s', (path) => expect(standing(path)).toBe('free'));

  it('takes a package’s test folder by the manifest of the base beside it', () => {
    const base = ['packages/a/package.json', 'packages/a/test/x.js', 'django/test/client.py'];
    expect(standing('packages/a/test/helper.js', { base })).toBe('protected');
    expect(standing('packages/a/spec', { base })).toBe('protected');
    expect(standing('packages/b/test/helper.js', { base })).toBe('free');
    expect(standing('packages/a/lib/test/helper.js', { base })).toBe('free');
    expect(standing('django/test/client.py', { base })).toBe('free');
  });

  it('lets a base that is such a framework itself be changed', () => {
    expect(standing('src/_pytest/python.py', { base: ['src/_pytest/main.py'] })).toBe('free');
    expect(standing('pluggy.py', { base: ['pluggy.py'] })).toBe('free');
    expect(standing('pluggy/hooks.py', { base: ['pluggy.py'] })).toBe('protected');
  });

  it('covers what stands at or below a protected path, whatever the candidate made of it', () => {
    expect(standing('jest.config.js/index.js')).toBe('protected');
    expect(standing('src/__tests__')).toBe('protected');
    expect(standing('conftest.py/a/b/c')).toBe('protected');
  });

  it('matches names exactly, as the container’s file system does', () => {
    expect(standing('Conftest.py')).toBe('free');
    expect(standing('conftest.py ')).toBe('free');
    expect(standing('con\u200dftest.py')).toBe('free');
  });

  it('is extended by a task and exempted from, the exception winning', () => {
    const settings = {
      protect: ['Makefile', 'fixtures/'],
      unprotect: ['src/**/*.test.ts', 'tests/own', 'fixtures/mine'],
    };
    expect(standing('Makefile', { settings })).toBe('protected');
    expect(standing('sub/Makefile', { settings })).toBe('free');
    expect(standing('fixtures/a/b', { settings })).toBe('protected');
    expect(standing('fixtures/mine/b', { settings })).toBe('exempt');
    expect(standing('src/a/b.test.ts', { settings })).toBe('exempt');
    expect(standing('lib/b.test.ts', { settings })).toBe('protected');
    expect(standing('tests/own/x', { settings })).toBe('exempt');
    expect(standing('tests/other', { settings })).toBe('protected');
    expect(standing('anything/tests/x', { settings: { unprotect: ['**'] } })).toBe('exempt');
  });

  it('answers the same in any order', () => {
    const paths = ['a/tests/x', 'b/c', 'a/b', 'a/tests', 'tests/a/b', 'test/x', 'a/tests/x/y', 'b'];
    const once = protectedPaths(basePaths([]), none);
    const shuffled = [...paths, ...paths.toReversed()];
    expect(shuffled.map(once)).toEqual(shuffled.map((path) => standing(path)));
  });

  it('refuses a glob that it cannot read', () => {
    expect(() => protectedPaths(basePaths([]), { protect: ['!x'], unprotect: [] })).toThrow('"!x"');
  });
});
