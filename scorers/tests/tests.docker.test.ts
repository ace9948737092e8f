import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultIngestLimits, defaultLimits } from '../../harness/domain/limits.ts';
import type { LoadedTask } from '../../harness/domain/task.ts';
import { Verdict } from '../../harness/domain/verdict.ts';
import { loadTask } from '../../harness/plan/load-task.ts';
import { connectDocker } from '../../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../../harness/sandbox/docker-sandbox.ts';
import type { PreparedImage, Sandbox } from '../../harness/sandbox/sandbox.ts';
import { openStore } from '../../harness/store/git-store.ts';
import type { Store } from '../../harness/store/store.ts';
import type { ScoreContext } from '../scorer.ts';
import { type Files, noTools, treeOf } from '../testing.ts';
import { testsKind } from './index.ts';

/** The workspace that the image holds, as a tree. */
const baseFiles: Files = {
  'solution.py': 'def double(n):\n    raise NotImplementedError\n',
  'old.txt': 'old\n',
  "odd dir/it's $(old)": 'old\n',
  'swap/inner.txt': 'x\n',
  data: { link: '../etc' },
};

const dockerfile = 'FROM python:3.11-slim-bookworm\nWORKDIR /app\nCOPY app/ /app/\n';

/** Runs the cases of /tests/cases.py against the candidate and writes CTRF and a reward, both at the end. */
const runCases = `#!/bin/bash
exec python3 /tests/run.py
`;
const runner = `import json, sys
sys.path[:0] = ['/app', '/tests']
import solution
from cases import cases
tests = []
for name, given, want in cases:
    try:
        got = solution.double(given)
        tests.append({'name': name, 'status': 'passed' if got == want else 'failed', 'duration': 0, 'message': repr(got)})
    except Exception as error:
        tests.append({'name': name, 'status': 'failed', 'duration': 0, 'message': repr(error)})
print('ran', len(tests))
passed = sum(test['status'] == 'passed' for test in tests)
summary = {'tests': len(tests), 'passed': passed, 'failed': len(tests) - passed, 'skipped': 0, 'pending': 0, 'other': 0, 'start': 0, 'stop': 0}
json.dump({'reportFormat': 'CTRF', 'specVersion': '0.0.0', 'results': {'tool': {'name': 'cases'}, 'summary': summary, 'tests': tests}}, open('/logs/verifier/ctrf.json', 'w'))
open('/logs/verifier/reward.txt', 'w').write('1' if passed == len(tests) else '0')
`;
const cases = "cases = [('zero', 0, 0), ('two', 1, 2), ('negative', -2, -4)]\n";
const right = 'def double(n):\n    return 2 * n\n';

let folder: string;
let store: Store;
let sandbox: Sandbox;
let task: LoadedTask;
let image: PreparedImage;
let base: string;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-scorer-'));
  cleanUp.unshift(() => rm(folder, { recursive: true, force: true }));
  store = await openStore(join(folder, 'store'));
  cleanUp.unshift(() => store.close());
  sandbox = await openDockerSandbox({
    docker: await connectDocker(),
    runtime: null,
    session: `scorers-test-${process.pid}`,
  });
  cleanUp.unshift(() => sandbox.close());
  const dir = await write('task', {
    'task.toml':
      '[task]\nname = "test/double"\n[verifier]\ntimeout_sec = 60.0\nenv = {FROM_TASK = "yes", TZ = "Asia/Tokyo"}\n' +
      '[environment]\nnetwork_mode = "no-network"\nworkdir = "/app"\ncpus = 1\nmemory_mb = 256\nstorage_mb = 256\n',
    'instruction.md': 'Double.\n',
    'environment/Dockerfile': dockerfile,
    'environment/app/solution.py': 'def double(n):\n    raise NotImplementedError\n',
    'environment/app/old.txt': 'old\n',
    'environment/app/swap/inner.txt': 'x\n',
    "environment/app/odd dir/it's $(old)": 'old\n',
    // On the host a link within the task, in the image one to the system's own folder.
    'environment/app/data': { link: '../etc' },
    'environment/etc/x': '',
    'tests/test.sh': runCases,
    'tests/run.py': runner,
    'tests/cases.py': cases,
  });
  task = await loadTask(dir);
  image = await sandbox.prepare(task, { user: null });
  const read = await sandbox.readImage(image.ref, image.workdir, async (tar) => {
    if (tar === null) throw new Error('the image has no workspace');
    return store.ingest(tar, { base: null, limits: defaultIngestLimits, ignore: [] });
  });
  if (!read.ok) throw new Error(read.reason);
  base = read.tree;
});
afterAll(async () => {
  for (const step of cleanUp) await step();
});

async function write(name: string, files: Record<string, string | { link: string }>): Promise<string> {
  const dir = join(folder, name);
  for (const [path, content] of Object.entries(files)) {
    const place = join(dir, path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof content === 'string') await writeFile(place, content);
    else await symlink(content.link, place);
  }
  return dir;
}

let count = 0;

/** Scores a candidate: the base with some files changed; null deletes one. Other tests may be given than the task's. */
async function score(
  changes: Record<string, Files[string] | null>,
  tests?: string | Record<string, string | { link: string }>,
  over: Partial<ScoreContext> & { options?: object; env?: Record<string, string> } = {},
): Promise<Verdict> {
  const files: Files = { ...baseFiles };
  for (const [path, file] of Object.entries(changes)) {
    if (file === null) delete files[path];
    else files[path] = file;
  }
  let dir = task.dir;
  if (tests !== undefined) {
    const given = typeof tests === 'string' ? { 'test.sh': tests } : tests;
    const inTests = Object.fromEntries(
      Object.entries(given).map(([path, content]) => [`tests/${path}`, content]),
    );
    dir = await write(`tests-${count++}`, inTests);
  }
  const { options, env, ...rest } = over;
  const tree = await treeOf(store, files, base);
  const { stat } = await store.diff(base, tree);
  const verifier = { ...task.spec.verifier, env: { ...task.spec.verifier.env, ...env } };
  const verdict = await testsKind.open(testsKind.schema.parse({ name: 'tests', ...options })).score({
    task: { dir, spec: { ...task.spec, verifier } },
    image,
    workspace: image,
    toolbox: noTools,
    needed: new Map(),
    candidate: { base, tree, diff: stat, artifacts: null, state: null },
    calibration: null,
    sandbox,
    store,
    limits: { ...defaultLimits, memoryMb: 256, storageMb: 256, tmpMb: 64, pids: 64 },
    labels: { unit: 'score', task: 'double' },
    signal: new AbortController().signal,
    ...rest,
  });
  return Verdict.parse(verdict);
}

async function evidence(verdict: Verdict, name: string): Promise<string> {
  const found = verdict.evidence.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`no ${name} in ${verdict.evidence.map((each) => each.name).join(', ')}`);
  return (await store.readBlob(found.digest)).toString();
}

/** A test script that passes only if every command of it does. */
const passIf = (...commands: string[]) =>
  `#!/bin/bash\nset -ux\n${commands.map((command) => `{ ${command}; } || exit 1\n`).join('')}echo 1 > /logs/verifier/reward.txt\n`;

describe('the tests scorer, in real containers', () => {
  it('starts from the image that the base was read from', async () => {
    expect(await treeOf(store, baseFiles, base)).toBe(base);
  });

  it('passes a right candidate', async () => {
    const verdict = await score({ 'solution.py': right });
    expect(verdict).toMatchObject({
      scorer: 'tests',
      version: '2',
      outcome: 'pass',
      reason: '3 of 3 tests passed',
      score: 1,
      measures: { passed: 3, failed: 0, skipped: 0, total: 3, reward: 1 },
      checks: ['negative', 'two', 'zero'].map((id) => ({ id, outcome: 'pass' })),
      checksTotal: 3,
    });
    expect(verdict.evidence.map((each) => each.name)).toEqual([
      'checks.json',
      'stdout.txt',
      'ctrf.json',
      'reward.txt',
    ]);
    expect(await evidence(verdict, 'stdout.txt')).toBe('ran 3\n');
    expect(JSON.parse(await evidence(verdict, 'checks.json'))).toEqual(verdict.checks);
  });

  it('comes to the same verdict twice', async () => {
    const changes = { 'solution.py': 'def double(n):\n    return n\n', 'old.txt': null };
    expect(await score(changes)).toEqual(await score(changes));
  });

  it('fails a wrong candidate, and the base itself', async () => {
    expect(await score({ 'solution.py': 'def double(n):\n    return n * n\n' })).toMatchObject({
      outcome: 'fail',
      reason: '2 of 3 tests failed: negative, two',
      score: 0,
      measures: { passed: 1, failed: 2, total: 3, reward: 0 },
      checks: [
        { id: 'negative', outcome: 'fail', message: '4' },
        { id: 'two', outcome: 'fail' },
        { id: 'zero' },
      ],
    });
    expect(await score({})).toMatchObject({
      outcome: 'fail',
      reason: '3 of 3 tests failed: negative, two, zero',
    });
  });

  it('deletes what the candidate deleted, whatever it is called, and the folders it leaves empty', async () => {
    const gone = ['test ! -e old.txt', 'test ! -e "odd dir"', 'test -f swap/inner.txt'];
    expect(await score({ 'old.txt': null, "odd dir/it's $(old)": null }, passIf(...gone))).toMatchObject({
      outcome: 'pass',
    });
    expect(await score({}, passIf(...gone))).toMatchObject({ outcome: 'error' });
  });

  it('replaces a folder by a file, and a link by a folder without following it', async () => {
    const verdict = await score(
      { 'swap/inner.txt': null, swap: 'a file now', data: null, 'data/passwd': 'mine', 'data/new/x': 'y' },
      passIf(
        'test "$(cat swap)" = "a file now"',
        'test -d data && test ! -L data && test "$(cat data/passwd)" = mine && test -f data/new/x',
        'grep -q ^root: /etc/passwd && test ! -e /etc/new',
        'touch data/new/z',
      ),
    );
    expect(verdict).toMatchObject({ outcome: 'pass' });
  });

  it('lays links and programs as they are, owned by the user', async () => {
    const verdict = await score(
      { 'bin/run': { program: '#!/bin/sh\necho ran\n' }, 'bin/link': { link: 'run' } },
      passIf(
        'test "$(bin/link)" = ran',
        'test -L bin/link',
        'test -O bin',
        'test -O bin/run',
        'test ! -x solution.py',
      ),
    );
    expect(verdict).toMatchObject({ outcome: 'pass' });
  });

  it('keeps tests and scripts out of reach, and runs them without privileges', async () => {
    const verdict = await score(
      {},
      {
        'test.sh': passIf(
          'test "$(id -u)" != 0',
          'for path in /tests /tests/test.sh /tests/deep/a.txt /opt/assay /opt/assay/run.sh /opt/assay/delete.sh; do test "$(stat -c %u:%g $path)" = 0:0 && test ! -w $path || exit 1; done',
          'test -z "$(ls -A /logs/verifier)" && test -w /logs/verifier && test ! -w /logs',
          '! grep -q assay-word /opt/assay/delete.sh',
          'test "$PWD" = /app',
          '/tests/deep/tool.sh && test "$(cat /tests/deep/link)" = a',
          'test ! -x /tests/deep/a.txt',
          'grep -q "CapEff:.0000000000000000" /proc/self/status',
        ),
        'deep/a.txt': 'a',
        'deep/tool.sh': '#!/bin/sh\nexit 0\n',
        'deep/link': { link: '../deep/a.txt' },
      },
    );
    // `tool.sh` is not executable on the host, so it is none in the container.
    expect(verdict.outcome).toBe('error');
    expect(await evidence(verdict, 'stderr.txt')).toContain('/tests/deep/tool.sh: Permission denied');
    await chmod(join(folder, `tests-${count - 1}`, 'tests/deep/tool.sh'), 0o755);
    const dir = join(folder, `tests-${count - 1}`);
    expect(await score({}, undefined, { task: { ...task, dir } })).toMatchObject({ outcome: 'pass' });
  });

  it('freezes the environment; a task may say otherwise', async () => {
    const verdict = await score(
      {},
      passIf(
        'test "$LANG $LC_ALL $PYTHONHASHSEED $PYTHONDONTWRITEBYTECODE $CI $TERM" = "C.UTF-8 C.UTF-8 0 1 1 dumb"',
        'test "$FROM_TASK $TZ" = "yes Asia/Tokyo"',
      ),
    );
    expect(verdict).toMatchObject({ outcome: 'pass' });
  });

  it('runs a script without a first line, as Harbor does, with bash', async () => {
    const script = '[[ -n $BASH_VERSION ]] && echo 1 > /logs/verifier/reward.txt\n';
    expect(await score({}, script)).toMatchObject({ outcome: 'pass' });
  });

  it('has no network', async () => {
    const verdict = await score(
      {},
      {
        'test.sh': '#!/bin/bash\npython3 /tests/net.py && echo 1 > /logs/verifier/reward.txt\n',
        'net.py': `import socket
names = [name for _, name in socket.if_nameindex()]
assert names == ['lo'], names
for address in [('1.1.1.1', 53), ('172.17.0.1', 80), ('169.254.169.254', 80)]:
    try:
        socket.create_connection(address, timeout=2)
    except OSError:
        continue
    raise SystemExit(f'reached {address}')
try:
    socket.gethostbyname('example.com')
except OSError:
    raise SystemExit(0)
raise SystemExit('resolved')
`,
      },
    );
    expect(verdict).toMatchObject({ outcome: 'pass' });
  });
});

describe('the tests scorer fails closed', () => {
  it.each<[string, string, RegExp]>([
    ['nothing written', '#!/bin/bash\necho so long\n', /^no result: .*exit code 0; last line: so long/],
    ['nothing written, exit code 3', '#!/bin/bash\nexit 3\n', /^no result: .*exit code 3/],
    ['a script that cannot run', '#!/no/such/interpreter\n', /^no result: .*exit code 12[67]/],
    [
      'an empty reward',
      '#!/bin/bash\n: > /logs/verifier/reward.txt\n',
      /^broken reward: reward.txt is empty/,
    ],
    ['a reward that is no number', '#!/bin/bash\necho true > /logs/verifier/reward.txt\n', /^broken reward/],
    [
      'a broken reward.json beside reward.txt',
      '#!/bin/bash\ncd /logs/verifier; echo 1 > reward.txt; echo "{" > reward.json\n',
      /^broken reward: reward.json/,
    ],
    [
      'a truncated report',
      '#!/bin/bash\ncd /logs/verifier; echo 1 > reward.txt; echo \'<testsuite><testcase name="a"/>\' > junit.xml\n',
      /^broken report: junit.xml: it is not well-formed/,
    ],
    [
      'a report without a test',
      "#!/bin/bash\ncd /logs/verifier; echo 1 > reward.txt; echo '<testsuites/>' > junit.xml\n",
      /^no test executed/,
    ],
    [
      'a report that only skips',
      '#!/bin/bash\ncd /logs/verifier; printf "1..1\\nok 1 # SKIP\\n" > a.tap\n',
      /^no test executed: all 1 were skipped/,
    ],
    [
      'reward 1 with a failed test',
      '#!/bin/bash\ncd /logs/verifier; echo 1 > reward.txt; printf "1..1\\nnot ok 1 - a\\n" > a.tap\n',
      /^reward and report disagree/,
    ],
    [
      'a report that all passed with exit code 1',
      '#!/bin/bash\ncd /logs/verifier; printf "1..1\\nok 1 - a\\n" > a.tap; exit 1\n',
      /^results disagree with the exit code/,
    ],
    [
      'a symbolic link as report',
      "#!/bin/bash\ncd /logs/verifier; printf '1..1\\nok 1\\n' > real; ln -s real a.tap\n",
      /^broken report: a.tap: it is a symbolic link/,
    ],
    [
      'a hard link as report',
      "#!/bin/bash\ncd /logs/verifier; printf '1..1\\nok 1\\n' > 0.tap; ln 0.tap a.tap\n",
      /^broken report: a.tap: it is a hard link/,
    ],
    [
      'a symbolic link as reward',
      '#!/bin/bash\ncd /logs/verifier; echo 1 > real; ln -s real reward.txt\n',
      /^broken reward: reward.txt: it is a symbolic link/,
    ],
    [
      'a pipe as report',
      '#!/bin/bash\ncd /logs/verifier; mkfifo ctrf.json; echo 1 > reward.txt\n',
      /^broken report: ctrf.json: it is a fifo/,
    ],
    [
      'a log folder with too much in it',
      '#!/bin/bash\ncd /logs/verifier; echo 1 > reward.txt; for i in {1..21000}; do : > $i; done\n',
      /^broken report: the log folder holds more than/,
    ],
    [
      'a report that is too large',
      '#!/bin/bash\ncd /logs/verifier; echo 1 > reward.txt; head -c 20000000 /dev/zero > a.tap\n',
      /^broken report: a.tap: it is too large/,
    ],
    [
      'more memory than allowed',
      '#!/bin/bash\necho 1 > /logs/verifier/reward.txt\nexec python3 -c "x = bytearray(1 << 30)"\n',
      /^the tests used more memory than they may/,
    ],
  ])('%s is an error', async (_what, script, reason) => {
    const verdict = await score({ 'solution.py': right }, script);
    expect(verdict).toMatchObject({ outcome: 'error', score: null, measures: {} });
    expect(verdict.reason).toMatch(reason);
  });

  it('an early exit of the candidate is an error', async () => {
    for (const early of ['import os\nos._exit(0)\n', 'import sys\nsys.exit(0)\n']) {
      const verdict = await score({ 'solution.py': `${early}${right}` });
      expect(verdict).toMatchObject({ outcome: 'error', reason: expect.stringMatching(/^no result/) });
    }
  });

  it('a timeout is an error, whatever was written before', async () => {
    const script = '#!/bin/bash\necho 1 > /logs/verifier/reward.txt\nsleep 60\n';
    expect(await score({}, script, { options: { timeout_sec: 1 } })).toMatchObject({
      outcome: 'error',
      reason: 'the tests did not end within 1 second',
      measures: {},
    });
  });

  it('a deletion that is not possible is an error, and the tests are not run', async () => {
    const stranger = { ...image, user: { uid: 12345, gid: 12345 } };
    const verdict = await score({ 'old.txt': null }, passIf('true'), { image: stranger });
    expect(verdict).toMatchObject({
      outcome: 'error',
      reason: 'the tests were not started: a file that the candidate deleted cannot be deleted',
    });
    expect(await evidence(verdict, 'stderr.txt')).not.toMatch(/[0-9a-f]{32}/);
  });

  it('cannot be told by the tests that they were not started', async () => {
    // Everything that is left of the word, anywhere a process of the tests can look.
    const verdict = await score(
      {},
      `#!/bin/bash
for place in /proc/*/environ /proc/*/cmdline /opt/assay/* /logs/verifier/.[a-z]*; do
  tr '\\0' '\\n' < "$place" 2>/dev/null | grep -aoE '[0-9a-f]{32}' | while read -r word; do echo "$word x" >&2; done
done
exit 97
`,
    );
    expect(verdict.reason).toMatch(/^no result: .*exit code 97/);
  });

  it('does not let the workspace stand in for commands that undo the deletions', async () => {
    const fake = { program: '#!/bin/sh\necho 1 > /logs/verifier/reward.txt\nexit 0\n' };
    const verdict = await score(
      { 'old.txt': null, 'bin/rm': fake, 'bin/ls': fake, 'bin/sh': fake, 'bin/chmod': fake },
      '#!/bin/bash\n[ ! -e old.txt ] && [ ! -e /logs/verifier/reward.txt ] && echo 0.5 > /logs/verifier/reward.txt\n',
      { env: { PATH: '/app/bin:/usr/local/bin:/usr/bin:/bin' } },
    );
    expect(verdict).toMatchObject({ outcome: 'fail', reason: 'reward 0.5, below 1' });
  });

  it('bounds output and keeps its head and tail', async () => {
    const verdict = await score(
      {},
      '#!/bin/bash\necho first; head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last\necho 1 > /logs/verifier/reward.txt\n',
    );
    expect(verdict.outcome).toBe('pass');
    const output = await evidence(verdict, 'stdout.txt');
    expect(output.length).toBeLessThan(1_000_000);
    expect(output).toMatch(/^first\nx*\n… \d+ bytes left out …\nx*\nlast\n$/);
    expect(verdict.evidence.find((each) => each.name === 'stdout.txt')?.truncated).toBe(true);
  });

  it('bounds hostile names', async () => {
    const name = `${'\\u001b[2J\\u202e'.repeat(200)}`;
    const report = `{"results": {"tests": [{"name": "${name}", "status": "failed", "message": "${name}"}]}}`;
    const verdict = await score(
      {},
      { 'test.sh': '#!/bin/bash\ncp /tests/r.json "/logs/verifier/\u0007..ctrf.json"\n', 'r.json': report },
    );
    expect(verdict.outcome).toBe('fail');
    expect(verdict.reason).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(verdict.checks[0]?.id.length).toBeLessThanOrEqual(300);
    expect(verdict.evidence.map((each) => each.name)).toEqual(['checks.json', '0-_..ctrf.json']);
  });

  it('a task whose tests cannot be laid out is an error', async () => {
    expect(await score({}, { 'run.sh': '' })).toMatchObject({
      outcome: 'error',
      reason: 'the tests were not started: the task has no tests/test.sh',
    });
    for (const link of ['/etc/passwd', '../../store', 'nowhere'])
      expect(await score({}, { 'test.sh': '', 'deep/link': { link } })).toMatchObject({
        outcome: 'error',
        reason: expect.stringMatching(/tests\/deep\/link is a symbolic link that leads/),
      });
    const overlapping = { ...image, workdir: '/opt' };
    expect(await score({}, undefined, { image: overlapping })).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('overlaps /opt/assay'),
    });
  });

  it('throws the reason of an abort, and gives no verdict', async () => {
    const controller = new AbortController();
    const scoring = score({}, '#!/bin/bash\nsleep 60\n', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 500);
    await expect(scoring).rejects.toThrow('enough');
  });
});
