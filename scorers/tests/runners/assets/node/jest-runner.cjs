'use strict';
const { fork } = require('node:child_process');
const { randomBytes } = require('node:crypto');

// Loaded by Jest in the reporting process: runs every test file in a process of its own, one after the other.
let planned;
const ends = new Map();

class Runner {
  constructor(globalConfig, context) {
    this.globalConfig = globalConfig;
    this.context = context;
  }

  async runTests(tests, watcher, onStart, onResult, onFailure) {
    for (const test of tests) {
      if (watcher.isInterrupted()) return;
      await onStart(test);
      const end = await this.runFile(test);
      ends.set(test.path, end);
      if (end.result === undefined) await onFailure(test, end.error);
      else await onResult(test, end.result);
    }
  }

  /** `{result}` of Jest or `{error}`, and what the guard `found`, where it saw the end. */
  runFile({ path, context: { config, moduleMap } }) {
    const mark = randomBytes(16).toString('hex');
    const child = fork(`${__dirname}/jest-child.cjs`, [], {
      execArgv: flags,
      env: { ...process.env, JEST_WORKER_ID: '1' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return new Promise((resolve) => {
      let end;
      child.on('message', (message) => {
        // Anything else was sent by code that does not know the mark.
        if (message?.mark !== mark || end !== undefined) return;
        end = message;
        child.kill('SIGKILL');
      });
      child.on('error', (error) => resolve({ error }));
      child.on('exit', (code, signal) => {
        resolve(
          end ?? {
            error: {
              message: `its process ended with ${signal ?? `exit code ${code}`} before its tests did`,
            },
          },
        );
      });
      child.send({
        mark,
        ...planned,
        setup: { serializableResolvers: [{ config, serializableModuleMap: moduleMap.toJSON() }] },
        job: {
          config,
          context: { ...this.context, changedFiles: undefined },
          globalConfig: this.globalConfig,
          path,
        },
      });
    });
  }
}

/** Native modules; and where Node can be told, no word of them, and no signal that opens the inspector. */
const flags = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  '--disable-sigusr1',
].filter((flag) => process.allowedNodeEnvironmentFlags.has(flag.split('=')[0]));

module.exports = Runner;
/** `worker` is the file of jest-runner that runs one test file. */
Runner.plan = (plan) => {
  planned = plan;
};
/** How a file ended; undefined where it was not run. */
Runner.endOf = (path) => ends.get(path);
