import { go, jvm, rust } from './rules/compiled.ts';
import { javascript } from './rules/javascript.ts';
import { general, others } from './rules/others.ts';
import { python } from './rules/python.ts';
import type { Rule } from './rules/rule.ts';

/**
 * All of them hold for every task: a workspace may be of several kinds, and a candidate could add another.
 *
 * Left to the candidate on purpose, since an honest change of the program may need them: tsconfig.json (only what loads
 * code or redirects an import is looked at, see manifests/), deno.json, requirements.txt, setup.py, go.sum, build.rs,
 * pom.xml, build.gradle, Makefile, CMakeLists.txt, Rakefile, .gitignore. Dependencies take no effect without an
 * installation, and none happens before scoring. A task that trusts one of these names it under `protect`.
 */
export const rules: readonly Rule[] = [javascript, python, go, rust, jvm, others, general].flat();

/** Names that count in the workspace itself and beside a manifest only; elsewhere they may be those of sources. */
export const packageRules: readonly Rule[] = [
  {
    reason: 'tests, and the scripts that start them',
    globs: [
      '{test,Tests,spec,specs,e2e,cypress,t}',
      '{test,tests}{-,_}*',
      '{unit,integration,functional,acceptance,system,e2e,browser}{-,_}{test,tests,spec,specs}',
      '{test,tests}.{js,mjs,cjs,ts,mts,cts,py,sh,rb,php}',
      '{run,}{-,_,}{test,tests}{,.py,.sh}',
    ],
  },
  { reason: 'installed packages', globs: ['venv', 'vendor'] },
];

/** Files that make the folder that they stand in a package. */
export const packageFiles: ReadonlySet<string> = new Set([
  'package.json',
  'deno.json',
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'Cargo.toml',
  'go.mod',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'Gemfile',
  'composer.json',
  'mix.exs',
  'pubspec.yaml',
]);

/** Folders in which Python looks for modules, beside the workspace itself and each package. */
export const importRoots: ReadonlySet<string> = new Set(['src', 'lib', 'python']);

/**
 * Modules that judge, or that load those that do. A file of such a name where Python looks first would be loaded in
 * their place; a package of such a name would be resolved to itself.
 */
export const judgingModules = {
  python: [
    ...['pytest', '_pytest', 'unittest', 'doctest', 'pluggy', 'iniconfig', 'nose', 'nose2'],
    ...['hypothesis', 'coverage', 'xdist'],
  ],
  javascript: [
    ...[
      'vitest',
      'jest',
      'mocha',
      'chai',
      'ava',
      'tap',
      'tape',
      'uvu',
      'expect',
      'assert',
      'sinon',
      'should',
    ],
    ...['jasmine', 'qunit', 'cypress', 'playwright', 'jsdom', 'happy-dom', 'supertest', 'fast-check'],
    ...['babel-jest', 'ts-jest', 'ts-node', 'tsx', 'vite', 'vite-node', 'test', 'node:test', 'node:assert'],
    ...['@jest/globals', '@vitest/expect', '@playwright/test', '@testing-library/dom'],
  ],
};
