import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import contain from './contain.cjs';
import { hideProcess } from './hide.mjs';
import { takeWord, writeReport } from './word.mjs';

/**
 * The life of a reporting process: takes the run's word before anything else can, closes itself to the processes that
 * it will start, lets `run` make the report, signs it and ends. Ends with 1 and no report where anything is odd.
 * `run` gets what the harness wrote for it: `{workdir, files, config, integrity, library?}`.
 */
export async function judge(run) {
  try {
    const word = takeWord();
    hideProcess();
    const report = await run(JSON.parse(readFileSync(process.argv[2], 'utf8')));
    report.violations.push(...contain.changedPackages());
    writeReport(word, report);
  } catch (error) {
    process.stderr.write(`assay: the tests were not run to their end: ${error?.stack ?? error}\n`);
    process.exit(1);
  }
  // A framework may leave behind what would keep the process alive.
  process.exit(0);
}

/**
 * `require` as a file of the package sees it: the image's own, in the workspace or installed globally. Looked up from
 * within `node_modules`: from beside it, a package.json of the workspace that claims the package's name would win.
 */
export function requireOf(name, workdir) {
  const globally = ['/usr/local/lib', '/usr/lib', `${process.execPath}/../../lib`];
  for (const folder of [workdir, ...globally]) {
    try {
      return createRequire(createRequire(`${folder}/node_modules/_`).resolve(`${name}/package.json`));
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(`${name} is installed neither in ${workdir} nor globally`);
}
