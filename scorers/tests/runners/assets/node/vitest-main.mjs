import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadConfig, placed } from './config.mjs';
import { judge, requireOf } from './judge.mjs';
import { makeReport } from './report.mjs';

await judge(async ({ workdir, files, config: configFile, integrity }) => {
  const require = requireOf('vitest', workdir);
  const { version } = require('vitest/package.json');
  if (Number.parseInt(version, 10) < 3) throw new Error(`vitest ${version} is too old: 3 or newer is needed`);
  const { createVitest } = await import(pathToFileURL(require.resolve('vitest/node')).href);
  const { options, overrides } = await vitestConfig(configFile, workdir, integrity);
  const vitest = await createVitest('test', options, overrides);

  const runnerUrl = runnerUrlOf(require);
  const report = makeReport(files);
  for (const path of files) {
    report.begin(path);
    const mark = randomBytes(16).toString('hex');
    if (integrity) vitest.provide('assay', { mark, runnerUrl });
    const specification = vitest.getRootProject().createSpecification(join(workdir, path));
    const { unhandledErrors } = await vitest.runTestSpecifications([specification]);
    const [file, ...others] = vitest.state
      .getFiles()
      .filter(({ filepath }) => filepath === join(workdir, path));
    if (others.length > 0) throw new Error(`vitest ran ${path} more than once`);
    if (file === undefined) {
      report.broken(path, messageOf(unhandledErrors) || 'its process ended before its tests did');
      continue;
    }
    const seen = integrity ? seenBy(file, mark) : null;
    readTests(report, path, file, seen);
    for (const error of unhandledErrors) report.test(path, ['unhandled error'], 'error', messageOf([error]));
    if (seen !== null) for (const found of seen.found) report.violation(`${path}: ${found}`);
    else if (integrity && report.isLoaded(path) && file.tasks.length > 0)
      report.violation(`${path}: the guard did not see the end of its tests`);
  }
  return report.finish(report.hasFailed() ? 1 : 0);
});

/** Vitest's own options and those of Vite below it: the task's configuration under ours. */
async function vitestConfig(file, workdir, integrity) {
  const { test: theirs = {}, ...vite } = await loadConfig(file, workdir, { command: 'serve', mode: 'test' });
  for (const name of ['projects', 'workspace', 'globalSetup', 'browser', 'runner'])
    if (theirs[name] !== undefined && theirs[name]?.enabled !== false)
      throw new Error(
        `${file}: test.${name} cannot be used: it is the harness's own, or does not run in the test file's process`,
      );
  const { deps, ...server } = theirs.server ?? {};
  const options = {
    root: workdir,
    dir: workdir,
    config: false,
    watch: false,
    run: true,
    ui: false,
    open: false,
    api: false,
    // A process of its own for every file, one after the other.
    pool: 'forks',
    isolate: true,
    fileParallelism: false,
    maxWorkers: 1,
    minWorkers: 1,
    reporters: [{}],
    disableConsoleIntercept: true,
    silent: false,
    retry: 0,
    bail: 0,
    passWithNoTests: true,
    allowOnly: false,
    update: false,
    updateSnapshot: 'none',
    coverage: { enabled: false },
    typecheck: { enabled: false },
    browser: { enabled: false },
    cache: false,
    fsModuleCache: false,
    sequence: { ...theirs.sequence, hooks: 'stack', shuffle: false },
    globals: theirs.globals ?? true,
    execArgv: [...(theirs.execArgv ?? []), ...hiddenFromSignals()],
    setupFiles: [theirs.setupFiles ?? []].flat().map((path) => placed(path, file)),
    // Ours are loaded by Node itself, and never transformed.
    server: { ...server, deps: { ...deps, external: [/^\/opt\/assay\//, ...[deps?.external ?? []].flat()] } },
    ...(integrity ? { runner: fileURLToPath(new URL('vitest-runner.mjs', import.meta.url)) } : {}),
  };
  const overrides = {
    ...vite,
    configFile: false,
    envDir: false,
    publicDir: false,
    cacheDir: mkdtempSync('/tmp/assay-vitest-'),
    root: workdir,
    clearScreen: false,
    // Without one, Vite would look for a configuration of PostCSS in the workspace.
    css: { ...vite.css, postcss: vite.css?.postcss ?? {} },
    server: { ...vite.server, watch: null },
    test: { ...theirs, setupFiles: [] },
  };
  return { options, overrides };
}

/** Where the class that runs tests in their own process is exported. */
function runnerUrlOf(require) {
  const { exports } = require('vitest/package.json');
  let entry = exports['./runners'] ?? exports['.'];
  while (typeof entry !== 'string') entry = entry.import ?? entry.default;
  return pathToFileURL(join(require.resolve('vitest/package.json'), '..', entry)).href;
}

/** Where Node can be told, the signal that opens its inspector is off from the start. */
function hiddenFromSignals() {
  return process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? ['--disable-sigusr1'] : [];
}

/** What the guard in the file's process saw; null where nothing bears the mark that only it knows. */
function seenBy(file, mark) {
  const { assay } = file.meta;
  if (assay?.mark !== mark) return null;
  const lines = (text) => text.split('\n').filter(Boolean);
  return { found: lines(assay.found), passed: new Set(lines(assay.passed)) };
}

function readTests(report, path, file, seen) {
  const errors = file.result?.errors ?? [];
  // Without tests, errors of the file are those of loading it.
  if (file.result === undefined || (file.tasks.length === 0 && errors.length > 0))
    return report.broken(path, messageOf(errors) || 'its process ended before its tests did');
  report.loaded(path);
  if (errors.length > 0) report.test(path, ['hooks of the file'], 'error', messageOf(errors));
  for (const task of file.tasks) readTask(report, path, task, [], seen);
}

function readTask(report, path, task, groups, seen) {
  const names = [...groups, task.name];
  const { state, errors = [], retryCount = 0 } = task.result ?? {};
  if (task.type === 'suite') {
    if (errors.length > 0) report.test(path, names, 'error', messageOf(errors));
    for (const each of task.tasks) readTask(report, path, each, names, seen);
  } else if (task.mode === 'skip' || task.mode === 'todo' || state === 'skip' || state === 'todo')
    report.test(path, names, 'skipped', task.result?.note);
  else if (state === 'pass' && retryCount > 0)
    report.test(path, names, 'fail', 'it passed only when it was run again');
  else if (state === 'pass' || state === 'fail') {
    report.test(path, names, state, messageOf(errors));
    if (state === 'pass' && seen !== null && !seen.passed.has(task.id))
      report.violation(`${path}: the result of the test ${task.name} was changed on its way`);
  } else report.test(path, names, 'error', 'it did not end');
}

function messageOf(errors) {
  return errors.map((error) => `${error?.name ?? 'Error'}: ${error?.message ?? error}`).join('\n');
}
