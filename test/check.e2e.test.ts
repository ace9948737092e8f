import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assay, startAssay } from './support/cli.ts';
import { answerPatch, answerTask, prediction, writeTree } from './support/suite.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-check-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const passAlways = '#!/bin/bash\necho 1 > /logs/verifier/reward.txt\n';
const failAlways = '#!/bin/bash\necho 0 > /logs/verifier/reward.txt\n';

/** A suite of one task; `files` replace or add to those of the task. */
function suite(name: string, files: Record<string, string | null> = {}, extra = ''): string {
  const folder = join(dir, name);
  const task = { ...answerTask('answer'), ...files };
  const kept = Object.entries(task).filter((entry): entry is [string, string] => entry[1] !== null);
  writeTree(folder, {
    ...Object.fromEntries(kept),
    'suite.yaml': `name: ${name}\nversion: 1.0.0\ntasks: tasks/*\nagents: [{name: pool, adapter: predictions, file: p.jsonl}]\n${extra}`,
    'p.jsonl':
      prediction('answer', 'right', answerPatch('42')) + prediction('answer', 'wrong', answerPatch('41')),
  });
  return folder;
}

interface Checked {
  sound: boolean;
  tasks: {
    gate: { proven: boolean; reason: string };
    killed: number;
    total: number;
    mutantsSkipped: string | null;
    mutants: { id: string; outcome: string; diff: string; words: string }[];
    calibrations: { calibration: { words: string; quarantined: { id: string; failed: number }[] } }[];
  }[];
}

async function check(folder: string, ...args: string[]): Promise<{ code: number | null; report: Checked }> {
  const { code, stdout, stderr } = await assay([
    'check',
    folder,
    '--out',
    join(dir, 'store'),
    '--json',
    ...args,
  ]);
  expect(stdout, stderr).toMatch(/^\{/);
  return { code, report: JSON.parse(stdout) };
}

/** Files that make a solution of real code, whose tests leave a boundary open. */
const program = (tests: string): Record<string, string | null> => ({
  'tasks/answer/environment/Dockerfile':
    'FROM python:3.11-slim-bookworm\nWORKDIR /app\nCOPY grade.py /app/\n',
  'tasks/answer/environment/answer.txt': null,
  'tasks/answer/environment/keep.txt': null,
  'tasks/answer/environment/grade.py': 'def grade(points):\n    raise NotImplementedError\n',
  'tasks/answer/solution/solve.sh': '#!/bin/bash\ncp /solution/grade.py /app/grade.py\n',
  'tasks/answer/solution/grade.py':
    'def grade(points):\n    if points >= 50:\n        return "pass"\n    return "fail"\n',
  'tasks/answer/tests/run.py': `import sys
sys.path.insert(0, "/app")
from grade import grade
ok = ${tests}
open("/logs/verifier/reward.txt", "w").write("1" if ok else "0")
`,
});

describe('assay check', () => {
  it('proves a gate by base, solution and mutants', async () => {
    const { code, report } = await check(
      suite('sound', program('[grade(n) for n in (0, 49, 50, 51)] == ["fail", "fail", "pass", "pass"]')),
    );
    const [task] = report.tasks;
    expect(task?.mutants.filter(({ outcome }) => outcome !== 'killed')).toEqual([]);
    expect([code, report.sound, task?.gate.proven]).toEqual([0, true, true]);
    expect(task?.killed).toBe(task?.total);
    expect(task?.total).toBeGreaterThanOrEqual(5);
  });

  it('shows the mutants that live as diffs, until the task names them as equivalent', async () => {
    const folder = suite('open', program('[grade(n) for n in (0, 49, 51)] == ["fail", "fail", "pass"]'));
    const { code, report } = await check(folder);
    const alive = report.tasks[0]?.mutants.filter(({ outcome }) => outcome === 'survived') ?? [];
    expect(code).toBe(1);
    expect(report.tasks[0]?.gate.proven).toBe(true);
    expect(alive.map(({ diff }) => diff).join('\n')).toContain('+    if points > 50:');
    const text = await assay(['check', folder, '--out', join(dir, 'store')]);
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('+    if points > 50:');

    const toml = join(folder, 'tasks/answer/task.toml');
    const named = alive
      .map(
        ({ id }) =>
          `\n[[metadata.assay.equivalent_mutants]]\nid = ${JSON.stringify(id)}\nreason = "no grade of 50 is given"\n`,
      )
      .join('');
    writeFileSync(toml, (await readFile(toml, 'utf8')) + named);
    const again = await check(folder);
    expect([again.code, again.report.sound]).toEqual([0, true]);
    expect(again.report.tasks[0]?.mutants.filter(({ outcome }) => outcome === 'equivalent')).toHaveLength(
      alive.length,
    );
  });

  it.each([
    [
      'passes everything',
      { 'tasks/answer/tests/test.sh': passAlways },
      'the base unchanged passes every gate',
    ],
    [
      'passes nothing',
      { 'tasks/answer/tests/test.sh': failAlways },
      /^the reference solution does not pass tests: fail/,
    ],
    [
      'has no solution',
      { 'tasks/answer/solution/solve.sh': null },
      /^no reference solution: the task has no solution/,
    ],
  ] as [string, Record<string, string | null>, string | RegExp][])(
    'refuses a gate that %s, and a run marks it or selects nobody',
    async (what, files, reason) => {
      const folder = suite(`unproven-${what.replaceAll(' ', '-')}`, files);
      const { code, report } = await check(folder);
      expect([code, report.sound, report.tasks[0]?.gate.proven]).toEqual([1, false, false]);
      expect(report.tasks[0]?.gate.reason).toMatch(reason);
      expect(report.tasks[0]?.mutantsSkipped).toMatch(/not proven/);

      const store = join(dir, 'store');
      const marked = await assay(['run', folder, '--out', store, '--json']);
      const decision = JSON.parse(marked.stdout);
      expect(decision.tasks[0].gate).toMatchObject({ proven: false });
      for (const format of ['md', 'json', 'trials', 'verdicts', 'junit']) {
        const rendered = await assay(['report', decision.run, '--out', store, '--format', format]);
        expect(rendered.stdout, format).toMatch(
          /not proven|"proven": false|,false(,|\n)|name="gate.proven" value="false"/,
        );
      }
      const strict = await assay(['run', folder, '--out', store, '--json', '--require-proven']);
      expect(strict.code).toBe(1);
      expect(JSON.parse(strict.stdout).tasks[0].winner).toBeNull();
    },
  );

  it('quarantines a test that fails now and then, by name and with its share', async () => {
    // Which runs fail depends on nothing of the candidate: the last digit of a nanosecond clock.
    const flaky = program('grade(0) == "fail"');
    const run = `import json, sys, time
sys.path.insert(0, "/app")
from grade import grade
def works():
    try:
        return grade(50) == "pass" and grade(49) == "fail"
    except NotImplementedError:
        return False
checks = {"grades": works(), "weather": time.time_ns() // 1000 % 2 == 0}
tests = [{"name": name, "status": "passed" if ok else "failed", "duration": 0} for name, ok in checks.items()]
json.dump({"results": {"tests": tests}}, open("/logs/verifier/ctrf.json", "w"))
sys.exit(0 if all(checks.values()) else 1)
`;
    const folder = suite(
      'flaky',
      { ...flaky, 'tasks/answer/tests/run.py': run },
      'scorers: [{name: tests, repeat: 12}]\n',
    );
    const { report } = await check(folder, '--mutants', '0');
    const calibration = report.tasks[0]?.calibrations[0]?.calibration;
    expect(calibration?.quarantined.map(({ id }) => id)).toEqual(['weather']);
    expect(calibration?.quarantined[0]?.failed).toBeGreaterThan(0);
    expect(calibration?.quarantined[0]?.failed).toBeLessThan(1);
    expect(report.tasks[0]?.gate).toMatchObject({ proven: true });
  });

  it('goes on where it was stopped', async () => {
    const folder = suite('stopped', program('[grade(n) for n in (0, 49, 50)] == ["fail", "fail", "pass"]'));
    const store = join(dir, 'stopped-store');
    const started = startAssay(['check', folder, '--out', store, '--concurrency', '1']);
    await started.says(/image ready|\d of \d+ mutants|note:/).catch(() => undefined);
    started.kill('SIGINT');
    const { code, stderr } = await started.done;
    if (code === 130) expect(stderr).toContain('the same command goes on where it was');
    const again = await assay(['check', folder, '--out', store, '--json']);
    expect(again.code).toBe(0);
    const third = await assay(['check', folder, '--out', store, '--json']);
    const without = (text: string) => text.replaceAll(/"wallSec": [\d.]+/g, '');
    expect(without(third.stdout)).toBe(without(again.stdout));
  });

  it('says what is wrong with its usage', async () => {
    const folder = suite('usage');
    for (const [args, message] of [
      [['check'], /missing required argument/],
      [['check', join(dir, 'nowhere')], /does not exist|cannot be used/],
      [['check', folder, '--mutants', '-1'], /whole number/],
      [['check', folder, '--task', 'nothing'], /matches no task/],
    ] as [string[], RegExp][]) {
      const { code, stderr } = await assay(args);
      expect([code, stderr], stderr).toEqual([2, expect.stringMatching(message)]);
    }
  });
});
