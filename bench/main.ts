/**
 * What we measure, each as a ratio against a floor taken in the same run.
 *
 *     npm run bench                 all of it
 *     npm run bench -- overhead     one of it: overhead, journal, ingest, micro, pool, static
 */
import { parseArgs } from 'node:util';
import { ingestBench } from './ingest.ts';
import { journalBench } from './journal.ts';
import { microBench } from './micro.ts';
import { overheadBench } from './overhead.ts';
import { poolBench } from './pool.ts';
import { staticBench } from './static.ts';

const benches = {
  micro: microBench,
  ingest: ingestBench,
  journal: journalBench,
  overhead: overheadBench,
  pool: poolBench,
  static: staticBench,
};

const { positionals } = parseArgs({ allowPositionals: true });
const wanted = positionals.length > 0 ? positionals : Object.keys(benches);
for (const name of wanted) {
  const bench = Object.entries(benches).find(([known]) => known === name)?.[1];
  if (bench === undefined) {
    console.error(`there is no bench ${JSON.stringify(name)}; use ${Object.keys(benches).join(', ')}`);
    process.exitCode = 2;
    break;
  }
  console.log(`\n## ${name}\n`);
  for (const line of await bench()) console.log(line);
}
