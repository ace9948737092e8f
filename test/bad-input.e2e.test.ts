import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrialResult } from '../harness/domain/trial.ts';
import { assay, type Finished } from './support/cli.ts';
import { answerPatch, answerTask, prediction, writeTree } from './support/suite.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-bad-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const suite = (rest: string) => `name: bad\nversion: 1.0.0\ntasks: tasks/*\n${rest}`;
const nop = 'agents:\n  - {name: nop, adapter: nop}\n';
const pool = 'agents:\n  - {name: pool, adapter: predictions, file: predictions.jsonl}\n';
const toml = (text: string) => ({ 'tasks/one/task.toml': text });

type Files = Record<string, string | Uint8Array>;

/** What is wrong, the files that differ from a good suite, and what the message must name: file, line, field, fix. */
const refused: [string, Files, RegExp][] = [
  ['no suite.yaml', { 'suite.yaml': '' }, /suite\.yaml/],
  ['YAML that does not parse', { 'suite.yaml': 'name: [1,\nversion: }\n' }, /suite\.yaml:\d+/],
  ['a suite that is a list', { 'suite.yaml': '- a\n- b\n' }, /suite\.yaml:1/],
  ['an unknown field', { 'suite.yaml': suite(`${nop}atempts: 3\n`) }, /suite\.yaml:6: atempts.*attempts/s],
  ['a wrong type', { 'suite.yaml': suite(`${nop}attempts: many\n`) }, /suite\.yaml:6: attempts/],
  ['a number out of range', { 'suite.yaml': suite(`${nop}attempts: 0\n`) }, /suite\.yaml:6: attempts/],
  [
    'a missing field',
    { 'suite.yaml': 'name: bad\nversion: 1.0.0\ntasks: tasks/*\n' },
    /suite\.yaml.*agents/s,
  ],
  [
    'a version that is none',
    { 'suite.yaml': `name: bad\nversion: one\ntasks: tasks/*\n${nop}` },
    /suite\.yaml:2: version/,
  ],
  [
    'a name with a path in it',
    { 'suite.yaml': `name: ../x\nversion: 1.0.0\ntasks: tasks/*\n${nop}` },
    /suite\.yaml:1: name/,
  ],
  [
    'an unknown adapter',
    { 'suite.yaml': suite('agents:\n  - {name: a, adapter: pach}\n') },
    /suite\.yaml:5: agents\[0\]\.adapter.*patch/s,
  ],
  [
    'two agents of one name',
    { 'suite.yaml': suite(`${nop}  - {name: nop, adapter: oracle}\n`) },
    /suite\.yaml:6: agents\[1\]/,
  ],
  [
    'an adapter without its field',
    { 'suite.yaml': suite('agents:\n  - {name: a, adapter: patch}\n') },
    /suite\.yaml:5: agents\[0\].*dir/s,
  ],
  [
    'an unknown field of an adapter',
    { 'suite.yaml': suite('agents:\n  - {name: a, adapter: nop, dri: x}\n') },
    /suite\.yaml:5: agents\[0\]\.dri/,
  ],
  [
    'an empty command',
    { 'suite.yaml': suite('agents:\n  - {name: a, adapter: command, command: []}\n') },
    /suite\.yaml:5: agents\[0\]\.command/,
  ],
  [
    'an unknown scorer',
    { 'suite.yaml': suite(`${nop}scorers: [test]\n`) },
    /suite\.yaml:6: scorers\[0\].*tests/s,
  ],
  [
    'a gate that nothing scores',
    { 'suite.yaml': suite(`${nop}ranking: {gates: [static], order: []}\n`) },
    /suite\.yaml:6: ranking\.gates\[0\]/,
  ],
  [
    'a criterion of an unlisted scorer',
    { 'suite.yaml': suite(`${nop}ranking:\n  order: [{measure: speed.ms, better: lower}]\n`) },
    /suite\.yaml:7: ranking\.order\[0\]\.measure/,
  ],
  [
    'a direction that is none',
    { 'suite.yaml': suite(`${nop}ranking:\n  order: [{measure: tests.passed, better: bigger}]\n`) },
    /suite\.yaml:7: ranking\.order\[0\]\.better.*higher/s,
  ],
  [
    'a glob that matches nothing',
    { 'suite.yaml': `name: bad\nversion: 1.0.0\ntasks: nothing/*\n${nop}` },
    /suite\.yaml:3: tasks/,
  ],
  ['a key written twice', { 'suite.yaml': suite(`${nop}attempts: 1\nattempts: 2\n`) }, /suite\.yaml:7/],
  [
    'a bomb of aliases',
    {
      'suite.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n`,
    },
    /suite\.yaml/,
  ],
  [
    'a suite that is not UTF-8',
    { 'suite.yaml': Buffer.from([0x6e, 0x61, 0xff, 0xfe]) },
    /suite\.yaml.*UTF-8/s,
  ],
  ['TOML that does not parse', toml('schema_version = "1.4"\n[agent\n'), /task\.toml:2/],
  ['a field of the wrong type', toml('[agent]\ntimeout_sec = "long"\n'), /task\.toml:2: agent\.timeout_sec/],
  ['a task name without an organisation', toml('[task]\nname = "one"\n'), /task\.toml:2: task\.name/],
  ['a task of several steps', toml('[[steps]]\nname = "a"\n'), /task\.toml:\d+: steps/],
  ['a task for Windows', toml('[environment]\nos = "windows"\n'), /task\.toml:2: environment\.os/],
  ['a task that wants a GPU', toml('[environment]\ngpus = 1\n'), /task\.toml:2: environment\.gpus/],
  [
    'memory said twice',
    toml('[environment]\nmemory = "2G"\nmemory_mb = 512\n'),
    /task\.toml:\d+: environment\.memory/,
  ],
  [
    'a host variable that is not allowed',
    toml('[verifier.env]\nKEY = "${ASSAY_TEST_SECRET}"\n'),
    /task\.toml:2: verifier\.env\.KEY.*allow_env/s,
  ],
  [
    'allowed hosts without an allow-list',
    toml('[environment]\nallowed_hosts = ["x.org"]\n'),
    /task\.toml:2: environment\.allowed_hosts/,
  ],
  [
    'a compose file',
    { 'tasks/one/environment/docker-compose.yaml': 'services: {}\n' },
    /docker-compose\.yaml/,
  ],
  [
    'predictions that are missing',
    { 'suite.yaml': suite(pool) },
    /suite\.yaml:5: agents\[0\]\.file.*predictions\.jsonl/s,
  ],
  [
    'a prediction that is not JSON',
    { 'suite.yaml': suite(pool), 'predictions.jsonl': `${prediction('one', 'm', '')}{oops\n` },
    /predictions\.jsonl:2/,
  ],
  [
    'a prediction without a model',
    { 'suite.yaml': suite(pool), 'predictions.jsonl': '{"instance_id":"one","model_patch":""}\n' },
    /predictions\.jsonl:1: model_name_or_path/,
  ],
  [
    'a prediction of the wrong type',
    {
      'suite.yaml': suite(pool),
      'predictions.jsonl': '{"instance_id":"one","model_name_or_path":"m","model_patch":7}\n',
    },
    /predictions\.jsonl:1: model_patch/,
  ],
  [
    'a prediction made twice',
    { 'suite.yaml': suite(pool), 'predictions.jsonl': prediction('one', 'm', '').repeat(2) },
    /predictions\.jsonl:2/,
  ],
  [
    'a model name with an escape sequence',
    { 'suite.yaml': suite(pool), 'predictions.jsonl': prediction('one', 'm\u001b[2J', '') },
    /predictions\.jsonl:1: model_name_or_path/,
  ],
  [
    'a patch folder that is missing',
    { 'suite.yaml': suite('agents:\n  - {name: a, adapter: patch, dir: nowhere}\n') },
    /suite\.yaml:5: agents\[0\]\.dir/,
  ],
  [
    'a file of a command that is missing',
    { 'suite.yaml': suite('agents:\n  - {name: a, adapter: command, command: [sh], files: [gone.sh]}\n') },
    /suite\.yaml:5: agents\[0\]\.files\[0\]/,
  ],
];

function expectRefusal(ended: Finished, names: RegExp): void {
  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stderr).toMatch(names);
  expect(ended.stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(ended.stdout).toBe('');
}

describe('a suite that is not right ends in exit code 2 and names the place', () => {
  it.concurrent.each(refused)('%s', async (name, files, names) => {
    const place = join(dir, name.replaceAll(/\W+/g, '-'));
    writeTree(place, { ...answerTask('one'), 'suite.yaml': suite(nop), ...files });
    if (name === 'no suite.yaml') rmSync(join(place, 'suite.yaml'));
    const ended = await assay(['run', place, '--out', join(place, 'store')], {
      env: { ASSAY_TEST_SECRET: 'do not print me' },
    });
    expectRefusal(ended, names);
    expect(ended.stderr).not.toContain('do not print me');
    expect(existsSync(join(place, 'store/runs'))).toBe(false);
  });

  it.each([
    ['missing instruction.md', 'tasks/one/instruction.md', /instruction\.md/],
    ['missing tests/test.sh', 'tasks/one/tests/test.sh', /test\.sh/],
    ['missing environment/', 'tasks/one/environment', /environment/],
  ])('%s', async (name, gone, names) => {
    const place = join(dir, name.replaceAll(/\W+/g, '-'));
    writeTree(place, { ...answerTask('one'), 'suite.yaml': suite(nop) });
    rmSync(join(place, gone), { recursive: true });
    expectRefusal(await assay(['run', place, '--out', join(place, 'store')]), names);
  });

  it('a task folder with a link out of it', async () => {
    const place = join(dir, 'link-out');
    writeTree(place, { ...answerTask('one'), 'suite.yaml': suite(nop) });
    symlinkSync('/etc/hostname', join(place, 'tasks/one/tests/outside'));
    expectRefusal(await assay(['run', place, '--out', join(place, 'store')]), /tests\/outside/);
  });

  it.each([
    [['run'], /suite/],
    [['run', 'no-such-folder'], /no-such-folder/],
    [['run', '.', '--attempts', 'x'], /attempts/],
    [['run', '.', '--concurrency', '0'], /concurrency/],
    [['run', '--resume', 'nothing'], /nothing/],
    [['run', '.', '--bogus'], /bogus/],
    [['run', resolve(import.meta.dirname, '../suites/quickstart'), '--out', '/dev/null'], /--out/],
    [['report', 'nothing'], /nothing/],
    [['rum'], /rum/],
  ])('bad usage: assay %j', async (args, names) => {
    const ended = await assay(args, { cwd: dir });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(names);
    expect(ended.stderr).not.toMatch(/^\s+at .*:\d+/m);
  });
});

const header = (path: string) => `diff --git a/${path} b/${path}\n`;
const added = (path: string, mode: string, line: string) =>
  `${header(path)}new file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n\\ No newline at end of file\n`;

/** A delivered patch, and what the reason must say; null where it is a candidate like any other. */
const patches: [string, string | null, RegExp | null][] = [
  ['right', answerPatch('42'), null],
  ['nothing', '', null],
  ['null', null, null],
  [
    'binary without data',
    `${header('x.bin')}new file mode 100644\nindex 0000000..1234567\nBinary files /dev/null and b/x.bin differ\n`,
    /x\.bin|binary/i,
  ],
  ['CRLF', answerPatch('42').replaceAll('\n', '\r\n'), /CR LF/],
  ['does not apply', answerPatch('42').replace('-0', '-7'), /answer\.txt/],
  ['of a file that is not there', answerPatch('42').replaceAll('answer.txt', 'other.txt'), /other\.txt/],
  ['no patch at all', 'hello, this is not a patch\n', /patch/i],
  ['cut short', answerPatch('42', 50).slice(0, -40), /corrupt|patch|line/i],
  ['out of the workspace', added('../escape.txt', '100644', 'x'), /\.\.\/escape\.txt/],
  [
    'to an absolute path',
    added('x', '100644', 'x').replaceAll('b/x', '/etc/x').replaceAll('a/x', '/etc/x'),
    /etc\/x/,
  ],
  ['into .git', added('.git/hooks/pre-commit', '100755', 'x'), /\.git/],
  ['into .GIT', added('.GIT/config', '100644', 'x'), /\.GIT/],
  ['a link out of the workspace', added('link', '120000', '/etc/passwd'), /link/],
  ['a link that climbs out', added('a/link', '120000', '../../etc/passwd'), /link/],
  [
    'a submodule',
    `${header('sub')}new file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit 1234567890123456789012345678901234567890\n`,
    /sub/,
  ],
  ['a huge line', answerPatch('4'.repeat(2_000_000)), null],
];

describe('a candidate that is not right is a failed candidate with a reason', () => {
  let ended: Finished;
  let rows: { agent: string; candidate: string | null; rank: number | null }[];
  let report: { trials: { agent: string; result: TrialResult }[] };
  beforeAll(async () => {
    const place = join(dir, 'patches');
    writeTree(place, {
      ...answerTask('one'),
      'suite.yaml': suite(pool),
      'predictions.jsonl': patches.map(([model, patch]) => prediction('one', model, patch)).join(''),
    });
    ended = await assay(['run', place, '--out', join(place, 'store'), '--json']);
    rows = JSON.parse(ended.stdout).tasks[0].ranking;
    report = JSON.parse(
      (await assay(['report', 'latest', '--format', 'json', '--out', join(place, 'store')])).stdout,
    );
  }, 120_000);

  it('and the run goes on to its end', () => {
    expect(ended.code, ended.stderr).toBe(0);
    expect(rows).toHaveLength(patches.length);
    expect(rows[0]?.agent).toBe('pool/right');
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/^\s+at .*:\d+/m);
  });

  it.each(patches)('%s', (model, _, reason) => {
    const row = rows.find((candidate) => candidate.agent === `pool/${model}`);
    const trial = report.trials.find((candidate) => candidate.agent === `pool/${model}`);
    if (reason === null) {
      expect(row?.candidate).toMatch(/^sha256:/);
      return;
    }
    expect(row).toMatchObject({ candidate: null, rank: null });
    expect(trial?.result.outcome).toBe('failed');
    expect(trial?.result.reason).toMatch(reason);
  });
});

/** What an agent leaves in its workspace, and what the reason must say. */
const workspaces: [string, string, RegExp | null][] = [
  ['git', 'mkdir -p .git/hooks && echo evil > .git/hooks/pre-commit && echo 42 > answer.txt', null],
  ['nested-git', 'mkdir -p sub/.git && echo x > sub/.git/config && echo 42 > answer.txt', null],
  ['link', 'ln -s /etc/passwd stolen', /stolen/],
  ['fifo', 'mkfifo pipe', /pipe/],
  ['setuid', 'cp /bin/ls tool && chmod u+s tool', /tool/],
  ['not-utf8', 'touch "$(printf \'bad\\377name\')"', /UTF-8/],
  ['hard-link', 'ln keep.txt second.txt && echo 42 > answer.txt', null],
  [
    'deep',
    'p=x; for i in $(seq 1 400); do p=$p/xxxxxxxxxx; done; mkdir -p $p && echo 1 > $p/f',
    /long|deep|path/i,
  ],
];

describe('a workspace that is not right is a failed candidate with a reason', () => {
  let report: { trials: { agent: string; result: TrialResult }[] };
  let code: number | null;
  beforeAll(async () => {
    const place = join(dir, 'workspaces');
    const agents = workspaces.map(([name, script]) => ({
      name,
      adapter: 'command',
      command: ['bash', '-c', script],
    }));
    writeTree(place, { ...answerTask('one'), 'suite.yaml': suite(`agents: ${JSON.stringify(agents)}\n`) });
    const ran = await assay(['run', place, '--out', join(place, 'store'), '--json']);
    code = ran.code;
    report = JSON.parse(
      (await assay(['report', 'latest', '--format', 'json', '--out', join(place, 'store')])).stdout,
    );
  }, 180_000);

  it('and the run goes on to its end', () => expect(code).toBe(0));

  it.each(workspaces)('%s', (name, _, reason) => {
    const trial = report.trials.find((candidate) => candidate.agent === name);
    if (reason === null) {
      expect(trial?.result).toMatchObject({ outcome: 'delivered', candidate: { tree: expect.any(String) } });
      return;
    }
    expect(trial?.result).toMatchObject({ outcome: 'failed', candidate: null });
    expect(trial?.result.reason).toMatch(reason);
  });
});
