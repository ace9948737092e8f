import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openTestEngine, outputText, type RequestChanges, type TestEngine } from './docker-testing.ts';
import type { RunningContainer } from './sandbox.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterEach(async () => {
  expect(await engine.containers()).toEqual([]);
});
afterAll(() => engine.sandbox.close());

type Converse = NonNullable<RequestChanges['converse']>;

async function run(script: string, converse: Converse, changes: RequestChanges = {}) {
  const result = await engine.sandbox.run(engine.request(script, { workdir: '/tmp', converse, ...changes }));
  const { end, exitCode } = result;
  return { end, exitCode, out: outputText(result.stdout), err: outputText(result.stderr) };
}

async function line({ stdout }: RunningContainer): Promise<string> {
  const [chunk] = await once(stdout, 'data');
  return String(chunk);
}

const ended = (signal: AbortSignal) =>
  signal.aborted ? Promise.resolve() : once(signal, 'abort').then(() => undefined);

describe('converse', () => {
  test('speaks and listens while the command runs; stdout is not captured, stderr is', async () => {
    const heard: string[] = [];
    const result = await run(
      'while read -r x; do echo "got $x"; echo "err $x" >&2; done; exit 4',
      async (io) => {
        for (const word of ['one', 'two']) {
          io.stdin.write(`${word}\n`);
          heard.push(await line(io));
        }
        io.stdin.end();
        heard.push(await text(io.stdout));
      },
    );
    expect(heard).toEqual(['got one\n', 'got two\n', '']);
    expect(result).toMatchObject({ end: 'exited', out: '', err: 'err one\nerr two\n' });
    expect([4, null]).toContain(result.exitCode);
  });

  test('the container is killed when it is over', async () => {
    const result = await run('trap "" TERM; echo up; sleep 600', async (io) => {
      expect(await line(io)).toBe('up\n');
    });
    expect(result).toMatchObject({ end: 'exited', exitCode: null });
  });

  test('a command that ends by itself keeps its exit code, and what it said can be read to the end', async () => {
    let said = '';
    const result = await run('head -c 300000 /dev/zero | tr "\\0" x; exit 3', async (io, signal) => {
      await ended(signal);
      said = await text(io.stdout);
    });
    expect(result).toMatchObject({ end: 'exited', exitCode: 3 });
    expect(said.length).toBe(300_000);
  });

  test('a flood that nobody reads makes the command wait and stops nothing', async () => {
    const result = await run('yes | head -c 50000000; echo "past it" >&2', async () => sleep(700));
    expect(result).toMatchObject({ end: 'exited', exitCode: null, err: '' });
  });

  test('every byte of a large conversation arrives, in both directions', async () => {
    const sent = Buffer.alloc(3_000_000, 'abcdefg');
    let back = '';
    await run('cat', async (io) => {
      io.stdin.end(sent);
      back = await text(io.stdout);
    });
    expect(back).toBe(sent.toString());
  });

  test('deadline, abort and too much disk end it, and its signal fires', async () => {
    let fired = 0;
    const wait: Converse = async (_io, signal) => {
      await ended(signal);
      fired += 1;
    };
    expect(await run('sleep 600', wait, { limits: { timeoutSec: 1 } })).toMatchObject({ end: 'timeout' });
    const abort = new AbortController();
    const running = run('sleep 600', wait, { signal: abort.signal });
    await sleep(500);
    abort.abort();
    expect(await running).toMatchObject({ end: 'aborted' });
    const filling = 'for i in 1 2 3; do head -c 8000000 /dev/zero > /work/f$i; done; echo full; sleep 600';
    const full = await run(filling, async (io) => void (await line(io)), {
      limits: { storageMb: 10 },
      user: { uid: 0, gid: 0 },
      workdir: '/work',
    });
    expect(full).toMatchObject({ end: 'storage', exitCode: null });
    expect(fired).toBe(2);
  });

  test('its error is the run’s, and the container is gone', async () => {
    await expect(run('sleep 600', () => Promise.reject(new RangeError('no good')))).rejects.toThrow(
      'no good',
    );
  });
});

describe('a joined network', () => {
  const dial =
    'import socket\ns = socket.create_connection(("127.0.0.1", 8000), 5)\ns.sendall(b"ping")\nprint(s.recv(9).decode())';
  const serve =
    'import socket\ns = socket.create_server(("127.0.0.1", 8000))\nprint("up", flush=True)\n' +
    'c, _ = s.accept()\nc.sendall(b"pong " + c.recv(4))\nc.close()\nimport time; time.sleep(600)';

  test('is shared, and nothing else is', async () => {
    let inner: unknown;
    await run(
      '',
      async (io) => {
        await line(io);
        const result = await engine.sandbox.run(
          engine.request(
            'python3 -c "$D"; hostname; ls /sys/class/net; cat /proc/[0-9]*/cmdline | tr "\\0" " "; ls /tmp',
            {
              env: { D: dial },
              workdir: '/tmp',
              network: { joins: io.id },
            },
          ),
        );
        inner = { ...result, stdout: outputText(result.stdout) };
      },
      { command: ['/bin/sh', '-c', `: > /tmp/mine; exec python3 -c '${serve}'`] },
    );
    expect(inner).toMatchObject({ end: 'exited', exitCode: 0 });
    const { stdout } = inner as { stdout: string };
    expect(stdout).toMatch(/^pong ping\nassay\nlo\n/);
    expect(stdout).not.toMatch(/create_server|mine/);
  });

  test('that is gone is not the machinery’s failure', async () => {
    let id = '';
    const inner: unknown[] = [];
    await run('exit 0', async (io, signal) => {
      id = io.id;
      await ended(signal);
      inner.push(await run('echo no', async () => undefined, { network: { joins: id } }));
    });
    inner.push(await run('echo no', async () => undefined, { network: { joins: id } }));
    const never = { end: 'exited', exitCode: null };
    expect(inner).toMatchObject([never, never]);
  });
});
