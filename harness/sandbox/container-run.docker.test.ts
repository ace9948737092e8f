import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { extract } from 'tar-stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Healthcheck } from '../domain/task.ts';
import { openTestEngine, outputText, type RequestChanges, type TestEngine } from './docker-testing.ts';
import { type LayerEntry, packLayer } from './layer.ts';
import type { StoppedFiles } from './sandbox.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterEach(async () => {
  expect(await engine.containers()).toEqual([]);
});
afterAll(() => engine.sandbox.close());

const workFolder: LayerEntry = { path: '/work', type: 'dir', uid: 1000, gid: 1000 };

async function run(script: string, changes: RequestChanges = {}) {
  const result = await engine.sandbox.run(
    engine.request(script, { files: packLayer([workFolder]), ...changes }),
  );
  return { ...result, out: outputText(result.stdout), err: outputText(result.stderr) };
}

async function fileText(files: StoppedFiles, path: string): Promise<string | null> {
  const tar = await files.read(path);
  if (tar === null) return null;
  for await (const entry of tar.pipe(extract())) return text(entry as never);
  return null;
}

describe('hardening, seen from inside', () => {
  test('an unprivileged user without capabilities, new privileges or a network', async () => {
    const { out, end, exitCode } = await run(
      'id -u; id -g; cat /proc/self/status; ls /sys/class/net; hostname; ulimit -c; ulimit -n',
    );
    expect({ end, exitCode }).toEqual({ end: 'exited', exitCode: 0 });
    expect(out.split('\n').slice(0, 2)).toEqual(['1000', '1000']);
    expect(out).toMatch(/^CapEff:\s0+$/m);
    expect(out).toMatch(/^CapBnd:\s0+$/m);
    expect(out).toMatch(/^NoNewPrivs:\s1$/m);
    expect(out).toMatch(/^Seccomp:\s2$/m);
    expect(out.trim().split('\n').slice(-4)).toEqual(['lo', 'assay', '0', '16384']);
  });

  test('nothing outside of its own folders can be written', async () => {
    const targets = [
      '/x',
      '/etc/x',
      '/usr/bin/x',
      '/var/x',
      '/root/x',
      '/sys/x',
      '/proc/sys/kernel/hostname',
    ];
    const script = `for f in ${targets.join(' ')}; do (: > $f) 2>/dev/null && echo "$f"; done; : > /tmp/x && : > /work/x && echo own`;
    expect((await run(script)).out).toBe('own\n');
  });

  test('/tmp is bounded and allows programs', async () => {
    const { out } = await run(
      'head -c 40000000 /dev/zero > /tmp/big 2>/dev/null; stat -c %s /tmp/big; rm /tmp/big; printf "#!/bin/sh\\necho ran" > /tmp/p; chmod +x /tmp/p; /tmp/p',
      { limits: { tmpMb: 8 } },
    );
    expect(out).toBe(`${8 * 1024 * 1024}\nran\n`);
  });

  test('a fork bomb stops at the bound of processes', async () => {
    const bomb =
      'import os,time\nn=0\ntry:\n  while True:\n    if os.fork()==0: time.sleep(20); os._exit(0)\n    n+=1\nexcept OSError as e: print(n, e.errno)';
    const { out } = await run(`python3 -c "$B"`, { env: { B: bomb }, limits: { pids: 32 } });
    const [forks = '', errno] = out.trim().split(' ');
    expect(errno).toBe('11');
    expect(Number(forks)).toBeGreaterThan(10);
    expect(Number(forks)).toBeLessThan(32);
  });

  test('too much memory is the end', async () => {
    const { end, exitCode } = await run('python3 -c "x = bytearray(400_000_000)"', {
      limits: { memoryMb: 64 },
    });
    expect({ end, exitCode }).toEqual({ end: 'oom', exitCode: null });
  });

  test('more processors than the machine has are not refused', async () => {
    expect((await run('echo here', { limits: { cpus: 1000 } })).out).toBe('here\n');
  });

  test('orphans that ended are reaped', async () => {
    const orphan =
      'import os,time,glob\nif os.fork()==0:\n  if os.fork()==0: os._exit(0)\n  os._exit(0)\nos.wait(); time.sleep(0.3)\n' +
      'print([f for f in glob.glob("/proc/[0-9]*/stat") if ") Z " in open(f).read()])';
    expect((await run('', { command: ['python3', '-c', orphan] })).out).toBe('[]\n');
  });
});

describe('how it ends', () => {
  test('exit code, output and errors are the command’s own', async () => {
    const { end, exitCode, out, err, wallSec } = await run('echo out; echo err >&2; exit 7');
    expect({ end, exitCode, out, err }).toEqual({ end: 'exited', exitCode: 7, out: 'out\n', err: 'err\n' });
    expect(wallSec).toBeGreaterThanOrEqual(0);
  });

  test('a missing command is 127, one that is not executable is 126, as in a shell', async () => {
    const missing = await run('', { command: ['no-such-command'] });
    expect({ end: missing.end, exitCode: missing.exitCode }).toEqual({ end: 'exited', exitCode: 127 });
    expect(missing.err).toMatch(/no-such-command/);
    const plain = await run('', { command: ['/etc/passwd'] });
    expect({ end: plain.end, exitCode: plain.exitCode }).toEqual({ end: 'exited', exitCode: 126 });
  });

  test('at the deadline every process dies, whatever it ignores, and nothing is written afterwards', async () => {
    const script =
      'trap "" TERM INT HUP; (trap "" TERM; setsid sh -c "while :; do echo x >> /work/log; sleep 0.02; done") & while :; do sleep 1; done';
    let sizes: number[] = [];
    const { end, exitCode } = await engine.sandbox.run({
      ...engine.request(script, { limits: { timeoutSec: 1 }, files: packLayer([workFolder]) }),
      collect: async (files) => {
        const first = (await fileText(files, '/work/log'))?.length ?? -1;
        await sleep(300);
        sizes = [first, (await fileText(files, '/work/log'))?.length ?? -1];
      },
    });
    expect({ end, exitCode }).toEqual({ end: 'timeout', exitCode: null });
    expect(sizes[0]).toBeGreaterThan(10);
    expect(sizes[1]).toBe(sizes[0]);
  });

  test('writing beyond the bound is the end, while it runs', async () => {
    const script = 'for i in 1 2 3 4 5 6; do head -c 8000000 /dev/zero > /work/f$i; done; sleep 60';
    const { end, exitCode } = await run(script, { limits: { storageMb: 20 } });
    expect({ end, exitCode }).toEqual({ end: 'storage', exitCode: null });
  });

  test('writing beyond the bound is the end, even when it is quick', async () => {
    const many = await run('for i in 1 2 3 4 5 6; do head -c 8000000 /dev/zero > /work/f$i; done', {
      limits: { storageMb: 20 },
    });
    expect(many.end).toBe('storage');
    const single = await run('head -c 50000000 /dev/zero > /work/f; true', { limits: { storageMb: 20 } });
    expect(single.end).toBe('storage');
  });

  test('an abort kills and removes it, and nothing is collected', async () => {
    const abort = new AbortController();
    const collected: unknown[] = [];
    const running = engine.sandbox.run({
      ...engine.request('echo started; sleep 60', { signal: abort.signal, files: packLayer([workFolder]) }),
      collect: async () => collected.push(1),
    });
    await sleep(600);
    abort.abort();
    const result = await running;
    expect({ end: result.end, exitCode: result.exitCode, collected: result.collected }).toEqual({
      end: 'aborted',
      exitCode: null,
      collected: undefined,
    });
    expect(collected).toEqual([]);
    expect((await run('echo no', { signal: abort.signal })).end).toBe('aborted');
  });

  test('a kill from outside is the machinery’s failure, not the command’s exit', async () => {
    const running = run('trap "exit 0" TERM; sleep 60 & wait');
    const refused = expect(running).rejects.toMatchObject({ kind: 'infrastructure', component: 'engine' });
    const [first] = await waitFor(async () =>
      (await engine.containers()).filter((line) => line.startsWith('running')),
    );
    await sleep(300);
    await engine.docker.getContainer(first?.split(' ')[1] ?? '').kill({ signal: 'SIGTERM' });
    await refused;
  });

  test('an image that is not there is named', async () => {
    await expect(run('true', { image: 'assay/none:at-all' })).rejects.toThrow(/assay\/none:at-all/);
  });
});

describe('output', () => {
  test('a flood is read to its end in bounded memory, head and tail kept', async () => {
    const before = process.memoryUsage().rss;
    const { stdout, end } = await run('echo BEGIN; head -c 200000000 /dev/zero | tr "\\0" x; echo END', {
      outputBytes: 64 * 1024,
    });
    expect(end).toBe('exited');
    expect(stdout.bytes).toBe(200_000_010);
    expect([stdout.head.byteLength, stdout.tail.byteLength]).toEqual([32 * 1024, 32 * 1024]);
    expect(Buffer.from(stdout.head.subarray(0, 7)).toString()).toBe('BEGIN\nx');
    expect(Buffer.from(stdout.tail.subarray(-5)).toString()).toBe('xEND\n');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  test('a flood does not outlive the deadline', async () => {
    const { end } = await run('yes', { limits: { timeoutSec: 1 } });
    expect(end).toBe('timeout');
  });

  test('a command that closes its output and goes on is waited for', async () => {
    const { end, exitCode } = await run('exec >&- 2>&-; sleep 0.5; exit 3');
    expect({ end, exitCode }).toEqual({ end: 'exited', exitCode: 3 });
  });
});

describe('input', () => {
  test('stdin arrives whole and is closed', async () => {
    const stdin = Buffer.alloc(3_000_000, 'abc');
    expect((await run('wc -c', { stdin })).out.trim()).toBe('3000000');
    expect((await run('wc -c', { stdin: Buffer.alloc(0) })).out.trim()).toBe('0');
  });

  test('without stdin there is nothing to read', async () => {
    expect((await run('wc -c')).out.trim()).toBe('0');
  });

  test('a command that does not read its stdin ends all the same', async () => {
    const { end, exitCode } = await run('exit 5', { stdin: Buffer.alloc(5_000_000) });
    expect({ end, exitCode }).toEqual({ end: 'exited', exitCode: 5 });
  });

  test('an error of the files’ source is passed on', async () => {
    async function* broken(): AsyncGenerator<LayerEntry> {
      yield workFolder;
      throw new RangeError('the source broke');
    }
    await expect(run('true', { files: packLayer(broken()) })).rejects.toThrow(
      new RangeError('the source broke'),
    );
  });
});

describe('collect', () => {
  test('reads files of the stopped container; what is not there is null', async () => {
    const result = await engine.sandbox.run({
      ...engine.request('echo hi > /work/a; ln -s /work/loop /work/loop; echo t > /tmp/gone', {
        files: packLayer([workFolder]),
      }),
      collect: async (files, end) => ({
        end,
        a: await fileText(files, '/work/a'),
        absent: await files.read('/work/none'),
        throughFile: await files.read('/work/a/b'),
        loop: await files.read('/work/loop/x'),
        tmp: await files.read('/tmp/gone'),
      }),
    });
    expect(result.collected).toEqual({
      end: 'exited',
      a: 'hi\n',
      absent: null,
      throughFile: null,
      loop: null,
      tmp: null,
    });
  });

  test('one stream at a time: asking for the next closes one that was not read, and says so to its reader', async () => {
    const result = await engine.sandbox.run({
      ...engine.request('head -c 5000000 /dev/zero > /work/big; echo s > /work/small', {
        files: packLayer([workFolder]),
      }),
      collect: async (files) => {
        const [first, second] = await Promise.all([files.read('/work/big'), files.read('/work/big')]);
        if (first === null || second === null) return null;
        await expect(text(first)).rejects.toThrow('/work/big was asked for');
        return (await text(second)).length > 5_000_000 && fileText(files, '/work/small');
      },
    });
    expect(result.collected).toBe('s\n');
  });

  test('a stream that nobody read stops nothing', async () => {
    const result = await engine.sandbox.run({
      ...engine.request('head -c 5000000 /dev/zero > /work/big', { files: packLayer([workFolder]) }),
      collect: async (files) => (await files.read('/work/big')) !== null,
    });
    expect(result.collected).toBe(true);
  });

  test('its error is passed on', async () => {
    const failing = engine.sandbox.run({
      ...engine.request('true'),
      collect: () => Promise.reject(new RangeError('no good')),
    });
    await expect(failing).rejects.toThrow('no good');
  });
});

describe('healthcheck', () => {
  const check: Healthcheck = {
    command: 'true',
    intervalSec: 0.1,
    timeoutSec: 5,
    startPeriodSec: 0,
    startIntervalSec: 0.1,
    retries: 2,
  };

  test('the command begins when the check passes', async () => {
    const { out, end } = await run('echo begun; ls -A /tmp', { healthcheck: check, stdin: Buffer.from('x') });
    expect({ out, end }).toEqual({ out: 'begun\n', end: 'exited' });
  });

  test('the command never begins when the check never passes', async () => {
    const healthcheck = { ...check, command: 'echo no >&2; exit 1' };
    const { out, end, exitCode } = await run('echo begun', { healthcheck });
    expect({ out, end, exitCode }).toEqual({ out: '', end: 'unhealthy', exitCode: null });
  });

  test('a check that hangs counts as failed', async () => {
    const healthcheck = { ...check, command: 'sleep 60', timeoutSec: 0.2 };
    expect((await run('echo begun', { healthcheck })).end).toBe('unhealthy');
  });

  test('an abort ends the waiting', async () => {
    const abort = new AbortController();
    const healthcheck = { ...check, command: 'false', retries: 1000 };
    const running = run('true', { healthcheck, signal: abort.signal });
    await sleep(600);
    abort.abort();
    expect((await running).end).toBe('aborted');
  });
});

test('a container with a public network has one, and reaches no other container', async () => {
  const stop = new AbortController();
  const server = run('ls /sys/class/net | sort; exec python3 -m http.server 8000', {
    network: 'public',
    signal: stop.signal,
  });
  const [id] = await waitFor(async () =>
    (await engine.containers()).filter((line) => line.startsWith('running')),
  );
  const { NetworkSettings } = await engine.docker.getContainer(id?.split(' ')[1] ?? '').inspect();
  const address = NetworkSettings.Networks[`assay-${engine.session}`]?.IPAddress;
  expect(address).toMatch(/^\d+(\.\d+){3}$/);
  const dial =
    'import socket,sys\nfor host in sys.argv[1:]:\n  try: socket.create_connection((host, 8000), 2); print("open")\n  except OSError: print("closed")';
  const client = await run('', {
    command: ['python3', '-c', dial, address ?? '', '127.0.0.1'],
    network: 'public',
  });
  expect(client.out).toBe('closed\nclosed\n');
  stop.abort();
  expect((await server).out).toBe('eth0\nlo\n');
});

/** Asks until the answer is not empty. */
async function waitFor<T>(ask: () => Promise<T[]>): Promise<T[]> {
  for (;;) {
    const answer = await ask();
    if (answer.length > 0) return answer;
    await sleep(50);
  }
}
