import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../harness/store/git-store.ts';
import { assay } from './support/cli.ts';
import { answerTask, writeTree } from './support/suite.ts';

/**
 * A hostile program in an agent's container tells what it could reach, through the one thing that it may change: its
 * workspace. The hidden tests then say whether any of it was there.
 */
const probe = (port: number) => `import json, os, socket, subprocess, pathlib
found = {}
def tell(name, value): found[name] = value
tell("uid", os.getuid())
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
tell("capabilities", status["CapEff"].strip())
tell("noNewPrivileges", status["NoNewPrivs"].strip())
tell("interfaces", sorted(os.listdir("/sys/class/net")))
def connects(host, port):
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False
tell("host", [host for host in ("127.0.0.1", "172.17.0.1", "host.docker.internal", "169.254.169.254") if connects(host, ${port})])
try:
    socket.getaddrinfo("example.org", 80)
    tell("dns", True)
except OSError:
    tell("dns", False)
tell("socket", os.path.exists("/var/run/docker.sock") or os.path.exists("/run/docker.sock"))
tell("hidden", [path for path in ("/tests", "/solution", "/logs/verifier/reward.txt") if os.path.exists(path) and (os.path.isfile(path) or os.listdir(path))])
tell("secret", "ASSAY_TEST_SECRET" in os.environ)
def writes(path):
    try:
        open(path, "w").close()
        return True
    except OSError:
        return False
tell("writes", [path for path in ("/usr/bin/evil", "/etc/evil", "/opt/evil", "/evil") if writes(path)])
pathlib.Path("/app/found.json").write_text(json.dumps(found, sort_keys=True))
`;

describe('an agent that looks for a way out', () => {
  const dir = mkdtempSync(join(tmpdir(), 'assay-isolation-'));
  const server = createServer((_, response) => response.end('reached'));
  let found: Record<string, unknown>;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const { port } = server.address() as AddressInfo;
    const task = answerTask('one');
    writeTree(dir, {
      ...task,
      // The verifier prints what the agent found; its output is kept as evidence.
      'tasks/one/tests/test.sh':
        '#!/bin/bash\ncat /app/found.json\nls /tests\necho 1 > /logs/verifier/reward.txt\n',
      'probe.py': probe(port),
      'suite.yaml':
        'name: isolation\nversion: 1.0.0\ntasks: tasks/*\nagents:\n  - {name: hostile, adapter: command, command: [python3, /opt/probe.py], files: [probe.py]}\n',
    });
    const store = join(dir, 'store');
    const ran = await assay(['run', dir, '--out', store, '--json'], { env: { ASSAY_TEST_SECRET: 'key' } });
    expect(ran.code, ran.stderr).toBe(0);
    found = await workspaceFile(store, JSON.parse(ran.stdout).tasks[0].winner.candidate);
  }, 120_000);
  afterAll(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is nobody special', () =>
    expect(found).toMatchObject({ uid: 1000, capabilities: '0000000000000000', noNewPrivileges: '1' }));
  it('has no network', () => expect(found).toMatchObject({ interfaces: ['lo'], host: [], dns: false }));
  it('has no engine socket and no secret', () =>
    expect(found).toMatchObject({ socket: false, secret: false }));
  it('does not see tests, solution or verdicts', () => expect(found).toMatchObject({ hidden: [] }));
  it('cannot write outside its own folders', () => expect(found).toMatchObject({ writes: [] }));
});

async function workspaceFile(storeDir: string, tree: string): Promise<Record<string, unknown>> {
  const store = await openStore(storeDir);
  try {
    const entry = (await store.listTree(tree)).find(({ path }) => path === 'found.json');
    if (entry === undefined) throw new Error('the probe wrote nothing');
    return JSON.parse((await store.readBlob(entry.digest)).toString('utf8'));
  } finally {
    await store.close();
  }
}
