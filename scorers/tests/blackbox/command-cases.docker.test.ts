import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CasesBench, type MeasureOptions, openCasesBench } from './testing.ts';

let bench: CasesBench;
beforeAll(async () => {
  bench = await openCasesBench('commands', {
    'sum.sh': '#!/bin/sh\nexit 1\n',
    'data/base.txt': 'base\n',
  });
});
afterEach(async () => {
  expect(await bench.containers()).toEqual([]);
});
afterAll(() => bench.close());

const program = (text: string) => ({ program: `#!/bin/sh\n${text}\n` });

/** The words of each case for one program. */
async function run(text: string, cases: string | object, more: Partial<MeasureOptions> = {}) {
  return bench.measure({ ...more, cases, files: { 'sum.sh': program(text), ...more.files } });
}

describe('a program run by command', () => {
  it('passes where it does what the cases say, and fails where it does not', async () => {
    const cases = `
defaults: { command: [./sum.sh], env: { OF_SUITE: "1" } }
cases:
  - { name: from arguments, args: ["2", "3"], expect: { stdout: "5\\n" } }
  - { name: from stdin, args: ["-"], stdin: "4 5", expect: { stdout: { text: "9", trim: true } } }
  - { name: refuses text, args: [x, "1"], expect: { exit_code: 2, stdout: "", stderr: { contains: [number] } } }
  - name: from a file
    command: ./sum.sh - < numbers.txt > result.txt
    files: { numbers.txt: "1 2" }
    expect: { files: { result.txt: "3\\n", numbers.txt: "1 2", other.txt: { absent: true } } }
`;
    const right = `if [ "$1" = - ]; then read -r a b; else a=$1 b=$2; fi
case $a$b in *[!0-9]*) echo 'not a number' >&2; exit 2;; esac
echo $((a + b))`;
    const good = await run(right, cases);
    expect(good).toMatchObject({
      end: 'exited',
      exitCode: 0,
      setupFailure: null,
      reward: null,
      forged: null,
    });
    expect(good.words).toEqual({
      'from arguments': 'pass',
      'from stdin': 'pass',
      'refuses text': 'pass',
      'from a file': 'pass',
    });
    expect(good.evidence).toEqual([]);

    const wrong = await run('echo 5', cases);
    expect(wrong.words).toEqual({
      'from arguments': 'pass',
      'from stdin': 'fail: stdout: expected "9", found "5"',
      'refuses text':
        'fail: exit code: expected 2, found 0; stdout: expected "", found "5"; stderr: expected it to contain "number", found ""',
      'from a file': 'fail: result.txt: expected "3", found "5"',
    });
    expect(await wrong.kept('failed-cases.txt')).toContain('--- stdout (2 bytes)\n5\n');
  });

  it('gets exactly what a case gives: words, variables, bytes, folder, files', async () => {
    const measured = await bench.measure({
      cases: {
        defaults: { env: { A: 'one', B: `it's $(b) "quoted"\n` } },
        cases: [
          {
            name: 'a list is no shell',
            command: ['echo', 'a  b', '$HOME', "'", '\\', '-n\n'],
            expect: { stdout: `a  b $HOME ' \\ -n\n\n` },
          },
          {
            name: 'a list names a program',
            command: ['pwd'],
            cwd: 'data',
            expect: { stdout: '/app/data\n' },
          },
          {
            name: 'variables',
            command: 'echo "$A|$B|$C|$FROM_TASK|$PATH"',
            env: { C: '', A: 'two', PATH: '/bin' },
            expect: { stdout: `two|it's $(b) "quoted"\n||yes|/bin\n` },
          },
          {
            name: 'bytes',
            command: 'cat',
            stdin: { base64: 'AAH/Cg==' },
            expect: { stdout: { file: 'bytes' } },
          },
          { name: 'no stdin', command: ['wc', '-c'], expect: { stdout: '0\n' } },
          {
            name: 'files',
            command: 'x/tool; [ -x deep/er/text ] || cat deep/er/text',
            files: { 'x/tool': { file: 'tool.sh' }, 'deep/er/text': { file: 'bytes' }, 'sum.sh': 'replaced' },
            expect: { stdout: { file: 'bytes' }, stderr: 'from tool\n', files: { 'sum.sh': 'replaced' } },
          },
          { name: 'missing program', command: ['no-such-program'], expect: { exit_code: 127 } },
          { name: 'missing folder', command: 'pwd', cwd: 'nowhere' },
        ],
      },
      tests: { bytes: Buffer.from([0, 1, 255, 10]), 'tool.sh': '#!/bin/sh\necho from tool >&2\n' },
      programs: ['tool.sh'],
    });
    expect(measured.words).toEqual({
      'a list is no shell': 'pass',
      'a list names a program': 'pass',
      variables: 'pass',
      bytes: 'pass',
      'no stdin': 'pass',
      files: 'pass',
      'missing program': 'pass',
      'missing folder': 'error: there is no such folder as its cwd',
    });
  });

  it('sees nothing that says it is tested', async () => {
    const measured = await run(
      'pwd; id -u; env | sort; ls -A /; ls -A',
      'cases: [{ name: look, command: ./sum.sh, expect: { stdout: none } }]',
    );
    const seen = await measured.kept('failed-cases.txt');
    expect(seen).toMatch(/^\/app\n1000\n/m);
    expect(seen).toMatch(/^TZ=UTC$/m);
    expect(seen).not.toMatch(/^CI=|^tests$|^(?!HOME|HOSTNAME).*assay|OF_JUDGE|secret|^a_/im);
  });

  it('reports a crash by its exit code and adds nothing to what it printed', async () => {
    const cases =
      'cases: [{ name: c, command: [./sum.sh], expect: { exit_code: 139, stdout: "x\\n", stderr: "" } }]';
    expect((await run('echo x; kill -s SEGV $$', cases)).words).toEqual({ c: 'pass' });
  });
});

describe('cases do not see each other', () => {
  const left: Record<string, string> = {
    'files and folders':
      'echo x > left; mkdir -p new/er; : > new/er/file; ln -s /etc etc; : > .hidden; : > ..odd',
    'changed files': 'echo y >> data/base.txt; echo z > sum.sh; chmod 600 sum.sh',
    'nothing of what was there': 'rm -rf ./* .kept',
    'other kinds of things': 'rm -r data sum.sh; mkdir sum.sh; : > sum.sh/x; ln -s /etc data',
    'things elsewhere': 'mv data new; mv sum.sh new/; mkdir data; mv new/base.txt data/other',
    'closed folders': 'mkdir shut; : > shut/x; chmod 0 shut data',
    'odd names': 'for n in "a b" "-n" "$(printf "x\\ny")" "*" "\\\\"; do echo x > "./$n"; done; rm -f sum.sh',
    'more than can be put back one by one': 'for i in $(seq 300); do : > data/$i; done; rm sum.sh',
    nothing: ':',
  };

  it('whatever one leaves, the next finds the workspace as it was delivered', async () => {
    const look =
      'find . -printf "%y %m %p %l\\n" | sort; cat sum.sh data/base.txt .kept; ls -A /tmp /var/tmp /dev/shm ~';
    const stdout = `d 755 . \nd 755 ./data \nf 644 ./.kept \nf 644 ./data/base.txt \nf 755 ./sum.sh \n#!/bin/sh\necho x\nbase\nkept\n/dev/shm:\n\n/home/assay:\n\n/tmp:\n\n/var/tmp:\n`;
    const { words } = await run(
      'echo x',
      {
        cases: Object.entries(left).flatMap(([name, command]) => [
          {
            name,
            command: `${command}; for f in /tmp /var/tmp /dev/shm ~/.config; do mkdir -p $f; : > $f/left; done`,
          },
          { name: `after ${name}`, command: look, expect: { stdout } },
        ]),
      },
      { files: { '.kept': 'kept\n' } },
    );
    expect(Object.entries(words).filter(([, outcome]) => outcome !== 'pass')).toEqual([]);
    expect(Object.keys(words)).toHaveLength(18);
  });

  it('unless they are to share it', async () => {
    const { words } = await run('echo x', {
      workspace: 'shared',
      cases: [
        { name: 'leaves', command: './sum.sh > left; : > /tmp/left' },
        { name: 'looks', command: 'cat left; ls /tmp', expect: { stdout: 'x\nleft\n' } },
      ],
    });
    expect(words).toEqual({ leaves: 'pass', looks: 'pass' });
  });

  it('a process that lives on is ended: it writes into no later output and holds up none', async () => {
    const daemon = `(trap "" TERM HUP; while :; do echo late; echo late >&2; echo late > data/base.txt; sleep 0.01; done) &
setsid sh -c 'while :; do for f in /proc/[0-9]*/fd/1 /logs/verifier/*/*/stdout; do echo late >> "$f"; done; sleep 0.01; done' 2>/dev/null &
echo started`;
    const { words } = await run(
      daemon,
      `cases:
  - { name: starts, command: ./sum.sh, expect: { stdout: { regex: "^started\\\\n|\\\\nstarted\\\\n" } } }
  - { name: later, command: "sleep 0.3; cat data/base.txt", expect: { stdout: "base\\n", stderr: "" } }
  - { name: alone, command: "ls -d /proc/[0-9]* | wc -l", expect: { stdout: { regex: "^[0-9]\\\\n$" } } }
`,
    );
    expect(words).toEqual({ starts: 'pass', later: 'pass', alone: 'pass' });
  });
});

describe('a hostile program', () => {
  const after = '  - { name: after, command: echo here, expect: { stdout: "here\\n" } }\n';
  const late = /^fail: it did not end by itself within 1 second$/;

  const attacks: Record<string, [text: string, words: RegExp]> = {
    hangs: ['trap "" TERM INT; while :; do sleep 1; done', late],
    'hangs elsewhere': ['setsid sleep 100 & wait', late],
    'floods stdout': ['yes flood', /stdout: it is longer than 1 MiB/],
    'floods stderr': ['yes flood >&2; echo ok', /stderr: it is longer than 1 MiB/],
    'forks without end': ['(bomb() { bomb | bomb & }; bomb); while :; do :; done', late],
    'forks itself to a halt': ['bomb() { bomb | bomb & }; bomb; bomb; bomb', /^fail: /],
    'forks and moves on': [
      'comet() { comet & }; comet; sleep 0.2; echo ok',
      /^pass$|^fail: (?!it did not end)/,
    ],
    'fills its folders': ['i=0; while :; do i=$((i+1)); : > data/$i; done', late],
    'stops what runs it': ['kill -s STOP $PPID; echo ok', late],
    'kills what runs it': ['kill -s KILL $PPID; sleep 0.1; echo ok', late],
    'ends by a signal': ['kill -s TERM $$', /^fail: exit code: expected 0, found 143;/],
    'closes its outputs': ['exec >&- 2>&-; sleep 100', late],
  };

  it('fails the cases that it attacks, and no other', async () => {
    const names = Object.keys(attacks);
    const stdout = { regex: `^${names.length + 2}\\n[0-9]\\n$` };
    const { words, end } = await bench.measure({
      cases: {
        defaults: { timeout_sec: 30 },
        cases: names.flatMap((name, index) => [
          {
            name,
            command: [`./attack-${index}.sh`],
            ...(attacks[name]?.[1] === late ? { timeout_sec: 1 } : {}),
            expect: { stdout: 'ok\n', stderr: '' },
          },
          {
            name: `after ${name}`,
            command: 'ls | wc -l; ls /proc | grep -c "^[0-9]"',
            expect: { stdout },
          },
        ]),
      },
      files: Object.fromEntries(
        names.map((name, index) => [`attack-${index}.sh`, program(attacks[name]?.[0] ?? '')]),
      ),
      limits: { pids: 48 },
    });
    expect(end).toBe('exited');
    for (const name of names) {
      expect(words[name]).toMatch(attacks[name]?.[1] ?? /never/);
      expect(words[`after ${name}`]).toBe('pass');
    }
  });

  it('that kills everything gets no result', async () => {
    const { words, end } = await run(
      'kill -s KILL -- -1',
      `cases:\n  - { name: attack, command: ./sum.sh }\n${after}`,
    );
    expect(end).toBe('exited');
    for (const name of ['attack', 'after']) expect(words[name]).toMatch(/^error: it was not run to its end/);
  });

  it('finds no expected value anywhere', async () => {
    const search = `for place in / ; do grep -raslE 'sentinel-[0-9]{6}' /opt /logs /app /tmp /etc /var /root /home /dev/shm 2>/dev/null; done
cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -aoE 'sentinel-[0-9]{6}'
ls /tests /solution 2>/dev/null; echo done`;
    const { words } = await run(
      search,
      `cases:
  - { name: search, command: ./sum.sh, timeout_sec: 30, expect: { stdout: "done\\n" } }
  - { name: other, command: echo no, expect: { stdout: sentinel-123456, stderr: { regex: sentinel-234567 }, files: { f: sentinel-345678 } } }
`,
    );
    expect(words.search).toBe('pass');
    expect(words.other).toMatch(/^fail: stdout: expected "sentinel-123456", found "no"; /);
  });

  it('cannot have the judge follow a link, and its own results count as its own', async () => {
    const swap = `for to in /logs/verifier/*/*; do
  for name in stdout stderr code done file-0 kinds; do ln -sf /etc/passwd "$to/$name"; done
done
mkdir -p out; ln -s /etc/passwd out/link; echo root:`;
    const { words } = await run(
      swap,
      `cases:
  - { name: earlier, command: echo fine, expect: { stdout: "fine\\n" } }
  - { name: swap, command: ./sum.sh, expect: { stdout: { contains: ["root:"] }, files: { out/link: { contains: ["root:"] } } } }
${after}`,
    );
    expect(words.earlier).toMatch(/^error: /);
    expect(words.swap).not.toBe('pass');
    expect(words.after).toBe('pass');
  });
});

describe('the container as a whole', () => {
  const one = (more = '') => `cases: [{ name: c, command: ./sum.sh, timeout_sec: 100${more} }]`;

  it('says how it ended where that was not its own doing', async () => {
    expect(await run('sleep 100', one(), { timeoutSec: 1 })).toMatchObject({ end: 'timeout' });
    const full = 'for i in 1 2 3 4; do head -c 8000000 /dev/zero > f$i; done; sleep 100';
    expect(await run(full, one(), { limits: { storageMb: 16 } })).toMatchObject({ end: 'storage' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('enough')), 400);
    await expect(run('sleep 100', one(), { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('survives a case that uses too much memory', async () => {
    const { words, end } = await run(
      'exec python3 -c "x = bytearray(1 << 30)"',
      'cases: [{ name: eats, command: ./sum.sh }, { name: after, command: echo here, expect: { stdout: "here\\n" } }]',
    );
    expect(end).toBe('exited');
    expect(words).toEqual({ eats: 'fail: exit code: expected 0, found 137', after: 'pass' });
  });

  it('throws for cases that cannot be used', async () => {
    await expect(run('', 'cases: []')).rejects.toMatchObject({ kind: 'input' });
  });
});
