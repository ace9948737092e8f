import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, placed } from './config.mjs';
import { judge, requireOf } from './judge.mjs';
import { makeReport } from './report.mjs';

const core = '@jest/core';

await judge(async ({ workdir, files, config: configFile, integrity }) => {
  // As its own command does.
  process.env.NODE_ENV ??= 'test';
  const require = requireOf('jest', workdir);
  const jest = createRequire(require.resolve(core));
  const { runCLI } = jest(core);
  const runnerFile = fileURLToPath(new URL('jest-runner.cjs', import.meta.url));
  const runner = jest(runnerFile);
  runner.plan({ worker: join(jest.resolve('jest-runner'), '../testWorker.js'), integrity });

  const config = await jestConfig(configFile, workdir, createRequire(jest.resolve('jest-config')));
  const paths = new Map(files.map((path) => [join(workdir, path), path]));
  const { results } = await runCLI(
    {
      $0: '',
      _: [...paths.keys()],
      runTestsByPath: true,
      passWithNoTests: true,
      rootDir: workdir,
      ci: true,
      watch: false,
      watchAll: false,
      watchman: false,
      cache: false,
      coverage: false,
      bail: 0,
      config: JSON.stringify({ ...config, runner: runnerFile }),
    },
    [workdir],
  );

  const report = makeReport(files);
  for (const [file, path] of paths) {
    const ended = runner.endOf(file);
    if (ended === undefined) throw new Error(`jest did not run ${path}`);
    readFile(report, path, ended);
    if (!integrity) continue;
    for (const found of (ended.found ?? '').split('\n').filter(Boolean))
      report.violation(`${path}: ${found}`);
    if (report.isLoaded(path) && ended.found === undefined)
      report.violation(`${path}: the guard did not see the end of its tests`);
  }
  return report.finish(report.hasFailed() || !results.success ? 1 : 0);
});

/** The task's configuration under ours. */
async function jestConfig(file, workdir, resolve) {
  const theirs = await loadConfig(file, workdir);
  for (const name of ['projects', 'globalSetup', 'globalTeardown', 'runner', 'testRunner', 'testSequencer'])
    if (theirs[name] !== undefined)
      throw new Error(
        `${file}: ${name} cannot be used: it is the harness's own, or does not run in a test file's process`,
      );
  const near = (list) => [list ?? []].flat().map((path) => placed(path, file));
  return {
    // Without a configuration of its own, Babel would look for one in the workspace.
    transform: { '\\.[jt]sx?$': [resolve.resolve('babel-jest'), { configFile: false, babelrc: false }] },
    ...theirs,
    rootDir: workdir,
    roots: [workdir],
    testMatch: ['**/*'],
    testRegex: [],
    testPathIgnorePatterns: [],
    reporters: [],
    testResultsProcessor: null,
    // Output goes straight through instead of being kept.
    verbose: true,
    silent: false,
    notify: false,
    collectCoverage: false,
    forceExit: false,
    workerThreads: false,
    globalSetup: null,
    globalTeardown: null,
    cacheDirectory: mkdtempSync('/tmp/assay-jest-'),
    haste: { ...theirs.haste, forceNodeFilesystemAPI: true },
    setupFiles: near(theirs.setupFiles),
    setupFilesAfterEnv: near(theirs.setupFilesAfterEnv),
  };
}

function readFile(report, path, { result, error }) {
  // What Jest has to say about it comes after what it always says.
  if (result === undefined)
    return report.broken(
      path,
      String(error?.stack || error?.message || error).replace(/^[\s\S]*?\n\s*Details:\s/, ''),
    );
  report.loaded(path);
  for (const { ancestorTitles, title, status, failureMessages, invocations } of result.testResults) {
    const names = [...ancestorTitles, title];
    if (status === 'passed' && invocations > 1)
      report.test(path, names, 'fail', 'it passed only when it was run again');
    else if (status === 'passed') report.test(path, names, 'pass');
    else if (status === 'failed') report.test(path, names, 'fail', failureMessages.join('\n'));
    else report.test(path, names, 'skipped');
  }
  const { testExecError } = result;
  if (testExecError)
    report.test(path, ['unhandled error'], 'error', testExecError.stack ?? testExecError.message);
}
