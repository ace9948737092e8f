import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assay } from './support/cli.ts';

const quickstart = resolve(import.meta.dirname, '../suites/quickstart/tasks');
let dir: string;
let task: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-spec-cli-'));
  task = join(dir, 'tasks/iso-duration');
  cpSync(join(quickstart, 'iso-duration'), task, { recursive: true });
  rmSync(join(task, 'spec.yaml'), { force: true });
  writeFileSync(join(dir, 'suite.yaml'), 'name: s\nversion: 1.0.0\ntasks: tasks/*\nagents: []\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('assay spec', () => {
  it('drafts a task, keeps what is there, and lints what it drafted', async () => {
    const missing = await assay(['spec', 'lint', task], { cwd: dir });
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/has no spec\.yaml\nfix: draft one: assay spec init/);

    const drafted = await assay(['spec', 'init', 'tasks/iso-duration'], { cwd: dir });
    expect(drafted.stderr).toBe('');
    expect(drafted.code).toBe(0);
    expect(drafted.stdout).toMatch(
      /^Drafted tasks\/iso-duration\/spec\.yaml: \d+ criteria, \d+ invariants\.\n/,
    );
    const text = readFileSync(join(task, 'spec.yaml'), 'utf8');
    writeFileSync(join(task, 'spec.yaml'), `${text}# mine\n`);
    const again = await assay(['spec', 'init', task], { cwd: dir });
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/is there already\nfix: .*--force/);
    expect(readFileSync(join(task, 'spec.yaml'), 'utf8')).toBe(`${text}# mine\n`);
    const forced = await assay(['spec', 'init', task, '--force', '--json'], { cwd: dir });
    expect(forced.code).toBe(0);
    expect(readFileSync(join(task, 'spec.yaml'), 'utf8')).toBe(text);

    const linted = await assay(['spec', 'lint', '.', '--json'], { cwd: dir });
    expect(linted.code).toBe(0);
    const { specs } = JSON.parse(linted.stdout);
    const fillIns = specs[0].findings.filter(({ rule }: { rule: string }) => rule === 'fill-in');
    expect(fillIns.map(({ line }: { line: number }) => line)).toEqual(
      JSON.parse(forced.stdout).fillIn.map(({ line }: { line: number }) => line),
    );
  });

  it('drafts from an issue and a repository into standard output', async () => {
    const issue = join(dir, 'issue.md');
    writeFileSync(issue, 'Empty texts\n\n- [ ] an empty text gives \u001b[31mzero\u001b[0m\n');
    const drafted = await assay(['spec', 'init', '--from', issue, '--repo', task, '--out', '-'], {
      cwd: dir,
    });
    expect(drafted.code).toBe(0);
    expect(drafted.stdout).toMatch(/^# Drafted by `assay spec init` from issue\.md\.\n/);
    expect(drafted.stdout).not.toContain('\u001b');
    for (const [args, said] of [
      [['spec', 'init'], /nothing to draft from/],
      [['spec', 'init', '--from', 'nowhere.md'], /nowhere\.md does not exist/],
      [['spec', 'init', '--from', issue, '--repo', 'nowhere'], /--repo nowhere cannot be used/],
      [['spec', 'init', '--from', issue, '--repo', issue], /is not a folder/],
      [['spec', 'init', '--from', issue, '--out', 'no/where.yaml'], /its folder does not exist/],
      [['spec', 'init', dir], /has no instruction\.md/],
    ] as const) {
      const refused = await assay(args, { cwd: dir });
      expect(refused.stderr).toMatch(said);
      expect(refused.code).toBe(2);
    }
  });

  it('says 1 for an error, 2 for a spec that cannot be used, and goes on with the others', async () => {
    const bad = join(dir, 'bad.yaml');
    const wrong = join(dir, 'wrong.yaml');
    const head = 'version: 1\nintent: "\\u001b[2J"\ncriteria:\n';
    writeFileSync(
      bad,
      'version: 1\nintent: To see what happens\ncriteria:\n  - { id: a, says: It prints 1, check: { command: { command: "true" } } }\n',
    );
    writeFileSync(wrong, `${head}  - { id: a, says: b, check: { tests: {} } }\n`);
    const linted = await assay(['spec', 'lint', bad], { cwd: dir });
    expect(linted.code).toBe(1);
    expect(linted.stdout).toMatch(
      /✖ bad\.yaml: 1 error, 1 note\n[\s\S]* 4 {2}error {2}a: `true` runs nothing.*\(cannot-fail\)\n +fix: /,
    );
    const both = await assay(['spec', 'lint', wrong, bad], { cwd: dir });
    expect(both.code).toBe(2);
    expect(both.stdout).toMatch(/wrong\.yaml: cannot be used: 2 problems/);
    expect(both.stdout).toMatch(
      /wrong\.yaml:4: criteria\[0\]\.check\.tests: is no kind of check \(fix: did you mean "test"\?\)/,
    );
    expect(both.stdout).toMatch(/bad\.yaml: 1 error/);
    expect(both.stdout).not.toContain('\u001b');
    for (const path of ['nowhere', join(dir, 'tasks')]) {
      const refused = await assay(['spec', 'lint', path], { cwd: dir });
      expect(refused.code).toBe(2);
    }
  });

  it("finds no error in the quickstart's own", async () => {
    const linted = await assay(['spec', 'lint', 'suites/quickstart', '--json']);
    expect(linted.stderr).toBe('');
    expect(linted.code).toBe(0);
    const { specs, without } = JSON.parse(linted.stdout);
    expect(without).toEqual([]);
    expect(specs).toHaveLength(4);
  });
});
