import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { assay } from '../test/support/cli.ts';

const pool = resolve(import.meta.dirname, '../../shared/data/pool-humaneval');

interface Label {
  instance_id: string;
  model_name_or_path: string;
  visible_pass: boolean;
  hidden_pass: boolean;
}

/** A whole pool of real candidates: verdicts against its labels, and how good the selection was. */
export async function poolBench(): Promise<string[]> {
  if (!existsSync(pool))
    return ['skipped: the pool of real candidates is not beside the project (../shared/data/pool-humaneval)'];
  const dir = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  try {
    const start = performance.now();
    const ran = await assay(['run', pool, '--out', join(dir, 'store'), '--json']);
    const seconds = (performance.now() - start) / 1000;
    if (ran.code !== 0 && ran.code !== 1) throw new Error(ran.stderr);
    return compare(JSON.parse(ran.stdout), readLabels(), seconds);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Decision {
  decisionDigest: string;
  tasks: {
    task: string;
    winner: { agent: string } | null;
    ranking: { agent: string; candidate: string | null; verdicts: { outcome: string }[] }[];
  }[];
}

function compare(decision: Decision, labels: ReadonlyMap<string, Label>, seconds: number): string[] {
  let agreed = 0;
  let selected = 0;
  let solvable = 0;
  let single = 0;
  const differing: string[] = [];
  const distinct = new Set<string>();
  const labelled = [...labels.values()];
  for (const { task, winner, ranking } of decision.tasks) {
    for (const row of ranking) {
      const label = labels.get(`${task} ${modelOf(row.agent)}`);
      if (label === undefined) continue;
      if (row.candidate !== null) distinct.add(`${task} ${row.candidate}`);
      const outcome = row.verdicts[0]?.outcome ?? 'no candidate';
      if ((outcome === 'pass') === label.visible_pass) agreed += 1;
      else
        differing.push(
          `  ${task} ${modelOf(row.agent)}: ${outcome}, labelled ${label.visible_pass ? 'pass' : 'fail'}`,
        );
    }
    const here = labelled.filter((label) => label.instance_id === task);
    solvable += here.some((label) => label.hidden_pass) ? 1 : 0;
    single += here.filter((label) => label.hidden_pass).length / here.length;
    selected +=
      winner !== null && labels.get(`${task} ${modelOf(winner.agent)}`)?.hidden_pass === true ? 1 : 0;
  }
  const tasks = decision.tasks.length;
  const share = (count: number) => (count / tasks).toFixed(3);
  return [
    `${labelled.length} candidates of ${tasks} tasks, ${distinct.size} distinct trees scored, ${seconds.toFixed(0)} s (${(distinct.size / seconds).toFixed(1)} trees per second)`,
    `verdicts agree with the labels in ${agreed} of ${labelled.length}`,
    ...differing,
    `hidden tests: pass@1 ${share(single)}, selected ${share(selected)}, oracle ${share(solvable)}, efficiency ${((selected - single) / (solvable - single)).toFixed(2)}`,
    `decision ${decision.decisionDigest}`,
  ];
}

function modelOf(agent: string): string {
  return agent.replace(/^pool\//, '');
}

function readLabels(): Map<string, Label> {
  const rows = readFileSync(join(pool, 'labels.jsonl'), 'utf8').trimEnd().split('\n');
  return new Map(
    rows.map((row): [string, Label] => {
      const label: Label = JSON.parse(row);
      return [`${label.instance_id} ${label.model_name_or_path}`, label];
    }),
  );
}
