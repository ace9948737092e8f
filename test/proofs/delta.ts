/**
 * Runs every case of `test/delta-corpus/` through the real tools, in containers, and prints how often the delta is right:
 * precision (of what it says, how much is so) and recall (of what is so, how much it says) of new, fixed and unchanged
 * findings. Ends with 1 where it disagrees with a mark and the case does not say so, and where such a gap is closed.
 *
 *     node test/proofs/delta.ts [--tool eslint]…
 */
import { parseArgs } from 'node:util';
import { type Case, readCorpus } from '../delta-corpus/corpus.ts';
import { type Judgement, kinds, sumOf, type Tallies, type Tally } from '../delta-corpus/judge.ts';
import { problemsOf } from '../delta-corpus/known.ts';
import { openCorpusRunner } from '../delta-corpus/run.ts';

const { values } = parseArgs({ options: { tool: { type: 'string', multiple: true } } });

const corpus = readCorpus();
const tools = [...new Set(corpus.map(({ tool }) => tool))];
const wanted = values.tool ?? tools;
for (const tool of wanted) if (!tools.includes(tool)) throw new Error(`the corpus has no cases of ${tool}`);

const results = new Map<Case, Judgement>();
const runner = await openCorpusRunner();
try {
  for (const tool of wanted) {
    const cases = corpus.filter((each) => each.tool === tool);
    const start = performance.now();
    for (const [one, judgement] of await runner.run(tool, cases)) results.set(one, judgement);
    console.log(`${tool}: ${cases.length} cases in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
} finally {
  await runner.close();
}

console.log(`\n${row('', kinds)}`);
console.log(row('tool', ['precision', 'recall', 'precision', 'recall', 'precision', 'recall']));
for (const tool of wanted) console.log(tallyRow(tool, (one) => one.tool === tool));
console.log(tallyRow('all', () => true));

const gaps = [...results.keys()].filter(({ gap }) => gap !== null);
console.log(`\n${results.size} cases, ${gaps.length} known gaps`);
for (const { tool, name, gap } of gaps) console.log(`  ${tool}/${name}: ${gap?.why}`);
const problems = [...results].flatMap(([one, judgement]) => problemsOf(one, judgement));
for (const problem of problems) console.log(`  not as expected: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

function tallyRow(name: string, isPart: (one: Case) => boolean): string {
  const tallies = sumOf(
    [...results].filter(([one]) => isPart(one)).map(([, judgement]) => judgement.tallies),
  );
  return row(
    name,
    kinds.flatMap((kind) => [precision(tallies, kind), recall(tallies, kind)]),
  );
}

function precision(tallies: Tallies, kind: keyof Tallies): string {
  const { right, wrong } = tallies[kind];
  return share(right, right + wrong);
}

function recall(tallies: Tallies, kind: keyof Tallies): string {
  const { right, missed }: Tally = tallies[kind];
  return share(right, right + missed);
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}% ${part}/${whole}`;
}

function row(name: string, cells: readonly string[]): string {
  const width = cells.length === kinds.length ? 32 : 16;
  return `${name.padEnd(14)}${cells.map((cell) => cell.padEnd(width)).join('')}`.trimEnd();
}
