import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assay, type Finished } from './support/cli.ts';
import { answerPatch, answerTask, prediction, writeTree } from './support/suite.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-spec-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const contract = `version: 1
intent: The answer is 42, and nothing else changes.
scope:
  allow: [answer.txt]
criteria:
  - id: says-42
    says: The answer is 42.
    check:
      command: { command: [cat, answer.txt], expect: { stdout: "42\\n" } }
  - id: test-says-so
    says: The test of the answer passes.
    check:
      test: { pattern: "*answer is 42" }
invariants:
  - id: keeps
    says: keep.txt is left as it is.
    check:
      command: { command: [cat, keep.txt], expect: { stdout: "keep\\n" } }
controls:
  - { name: elsewhere, patch: spec/elsewhere.patch, breaks: [scope, keeps] }
`;
const elsewhere =
  'diff --git a/keep.txt b/keep.txt\n--- a/keep.txt\n+++ b/keep.txt\n@@ -1 +1 @@\n-keep\n+lost\n';
const scorers = 'scorers: [tests, spec]';

/** A suite of one task; null takes a file away. */
function suite(name: string, files: Record<string, string | null> = {}, scoredBy = scorers): string {
  const folder = join(dir, name);
  const all: Record<string, string | null> = {
    ...answerTask('answer'),
    'tasks/answer/spec.yaml': contract,
    'tasks/answer/spec/elsewhere.patch': elsewhere,
    'suite.yaml': `name: ${name}\nversion: 1.0.0\ntasks: tasks/*\nagents: [{name: pool, adapter: predictions, file: p.jsonl}]\n${scoredBy}\nranking: { gates: [tests, spec] }\n`,
    // Both pass every test; the second one does more than it was asked.
    'p.jsonl':
      prediction('answer', 'modest', answerPatch('42')) + prediction('answer', 'eager', answerPatch('42', 1)),
    ...files,
  };
  const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
  writeTree(folder, Object.fromEntries(kept));
  return folder;
}

const run = (folder: string) => assay(['run', folder, '--out', join(dir, 'store')]);

function reportOf({ stdout }: Finished, file: string): string {
  const [, place = ''] = /Reports: (\S+)\/report\.md/.exec(stdout) ?? [];
  return readFileSync(join(process.cwd(), place, file), 'utf8');
}

describe('a task with a spec', { timeout: 120_000 }, () => {
  it('is not won by whoever passes every test and breaks the spec', async () => {
    const finished = await run(suite('contract'));
    expect(finished.code, finished.stderr).toBe(0);
    expect(finished.stdout).toMatch(/pool\/modest wins/);
    expect(finished.stdout).toMatch(/pool\/eager .*spec: breaks scope/);
    const report = reportOf(finished, 'report.md');
    expect(report).toMatch(/\| `scope` \| .+ \| pass \| \*\*fail\*\* \|/);
    expect(report).toMatch(/`says-42` \| `says-42` \| pass \|/);
    expect(reportOf(finished, 'requirements.csv')).toMatch(/pool\/eager,.+,scope,scope,fail,.+notes\.txt/);
  });

  it('is checked: every requirement refuses some control', async () => {
    const folder = suite('checked');
    const finished = await assay(['check', folder, '--json', '--out', join(dir, 'store')]);
    expect(finished.code, finished.stderr).toBe(0);
    const [task] = JSON.parse(finished.stdout).tasks;
    const proofs = task.requirements.map((each: { id: string; provenBy: string }) => [
      each.id,
      each.provenBy,
    ]);
    expect(Object.fromEntries(proofs)).toEqual({
      scope: 'control elsewhere',
      'says-42': 'the base unchanged',
      'test-says-so': 'the base unchanged',
      keeps: 'control elsewhere',
    });
  });

  it('is not sound while a requirement refuses no control', async () => {
    const folder = suite('unproven', {
      'tasks/answer/spec.yaml': contract.replace(/controls:.*/s, ''),
      'tasks/answer/spec/elsewhere.patch': null,
    });
    const finished = await assay(['check', folder, '--out', join(dir, 'store')]);
    expect(finished.code).toBe(1);
    expect(finished.stdout).toMatch(/unproven: scope/);
  });

  it('does not count where its base breaks an invariant', async () => {
    const folder = suite('wrong', {
      'tasks/answer/spec.yaml': contract.replace('stdout: "keep\\n"', 'stdout: "kept\\n"'),
    });
    const finished = await run(folder);
    expect(finished.code).toBe(1);
    expect(finished.stdout).toMatch(/the task does not count: spec: the base breaks invariant/);
    expect(reportOf(finished, 'report.md')).toContain('**the task does not count**');
  });

  it('is passed by nobody while a criterion has no check, unless the suite says so', async () => {
    const unverified = contract.replace(
      'invariants:',
      '  - id: looks-good\n    says: It looks good.\ninvariants:',
    );
    const strict = await run(suite('unverified', { 'tasks/answer/spec.yaml': unverified }));
    expect(strict.code).toBe(1);
    expect(strict.stdout).toMatch(/no winner/);
    expect(reportOf(strict, 'verdicts.csv')).toMatch(/not conformant: no check for looks-good/);
    const lax = await run(
      suite(
        'allowed',
        { 'tasks/answer/spec.yaml': unverified },
        'scorers: [tests, { name: spec, unverified: allow }]',
      ),
    );
    expect(lax.code, lax.stdout).toBe(0);
    expect(reportOf(lax, 'verdicts.csv')).toMatch(/not conformant/);
  });

  it('must have one where the suite scores by it, and a sound one', async () => {
    const none = { 'tasks/answer/spec.yaml': null, 'tasks/answer/spec/elsewhere.patch': null };
    const missing = await run(suite('missing', none));
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/spec\.yaml.*assay spec init/s);
    const wrong = contract.replace('command: { command: [cat, a', 'comand: { command: [cat, a');
    const bad = await run(suite('bad', { 'tasks/answer/spec.yaml': wrong }));
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/spec\.yaml:\d+: criteria\[0\]\.check.*command/s);
  });

  it.each([
    [
      'bomb',
      'a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c]\n',
    ],
    ['glob', contract.replace('[answer.txt]', '["!(a|b)"]')],
    ['regex', contract.replace('stdout: "42\\n"', 'stdout: { regex: "(" }')],
    ['size', `${contract}# ${'x'.repeat(1024 * 1024)}\n`],
  ])('is refused with file and reason where it holds a wrong %s', async (name, text) => {
    const finished = await run(suite(`hostile-${name}`, { 'tasks/answer/spec.yaml': text }));
    expect(finished.code).toBe(2);
    expect(finished.stderr).toMatch(/spec\.yaml/);
    expect(finished.stderr).not.toMatch(/at .*\.ts:\d+:\d+/);
  });

  it('comes to an answer when a regular expression does not', async () => {
    const folder = suite('catastrophic', {
      'tasks/answer/spec.yaml': contract.replace('stdout: "42\\n"', 'stdout: { regex: "^(a+)+$" }'),
      'p.jsonl': prediction('answer', 'evil', answerPatch(`${'a'.repeat(60)}!`)),
    });
    const finished = await run(folder);
    expect(finished.code).toBe(1);
    expect(reportOf(finished, 'requirements.csv')).toMatch(/says-42,criterion,(fail|unknown)/);
  });
});
