import type { Rule } from './rule.ts';

export const javascript: readonly Rule[] = [
  {
    reason: 'tests, and what they are compared with',
    globs: [
      '**/*.{test,tests,spec,specs,e2e,cy,bench,test-d}.{js,jsx,ts,tsx,mjs,cjs,mts,cts}',
      '**/*{-,_}test.{js,jsx,ts,tsx,mjs,cjs,mts,cts}',
      '**/{__tests__,__test__,__mocks__,__snapshots__,__image_snapshots__,__fixtures__}',
      '**/*.snap',
    ],
  },
  {
    reason: 'chooses, prepares or reports tests',
    globs: [
      // vite.config is vitest's as well, and its plugins rewrite tests.
      '**/{vitest,vite,jest,ava,playwright,cypress,nyc,web-test-runner,wdio,stryker}{.,.*.}{config,conf}.*',
      '**/{karma,wdio,protractor,nightwatch}{.,-,.*.}{conf,config}.*',
      '**/vitest.{workspace,projects}.*',
      '**/{jest,vitest}{.,-,_}{setup,preset,environment,resolver,transform,global}*.{js,ts,mjs,cjs,mts,cts,json}',
      '**/{setupTests,setupJest,setupVitest,setup-jest,setup-tests,setup-vitest}.{js,jsx,ts,tsx,mjs,cjs,mts,cts}',
      '**/{cypress.json,testem.js,testem.json,jasmine.json}',
      '**/.{mocharc,nycrc,c8rc,taprc,testcaferc}{,.*}',
    ],
  },
  {
    reason: 'rewrites the code of tests as it is loaded',
    globs: ['**/babel.config.*', '**/.babelrc{,.*}', '**/.swcrc{,.*}', '**/swc.config.*'],
  },
  {
    reason: 'starts the tests: options of node, the shell of scripts, preloads, tasks of a monorepo',
    globs: [
      '**/{.npmrc,.yarnrc,.yarnrc.yml,.yarn,.pnpmfile.cjs,.pnpmfile.mjs,pnpm-workspace.yaml,bunfig.toml}',
      '**/{node.config.json,nx.json,turbo.json,angular.json,.corepack.env}',
    ],
  },
  {
    reason: 'installed packages, among them the assertion library and the runner',
    globs: ['**/node_modules', '**/.pnp', '**/.pnp.*'],
  },
  {
    reason: 'lock files',
    globs: [
      '**/{package-lock.json,npm-shrinkwrap.json,yarn.lock,pnpm-lock.yaml,bun.lock,bun.lockb,deno.lock}',
    ],
  },
];
