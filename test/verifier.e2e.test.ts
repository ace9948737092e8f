import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assay } from './support/cli.ts';
import { assayContainers } from './support/engine.ts';
import { writeTree } from './support/suite.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-verifier-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const toml = (name: string, rest: string) => `schema_version = "1.4"
${rest.startsWith('artifacts') ? rest.split('\n')[0] : ''}
[task]
name = "test/${name}"
[agent]
timeout_sec = 20.0
${rest.includes('user = "root"') ? 'user = "root"' : ''}
[environment]
network_mode = "no-network"
workdir = "/app"
${rest
  .split('\n')
  .slice(rest.startsWith('artifacts') ? 1 : 0)
  .filter((line) => line !== 'user = "root"')
  .join('\n')}
`;

interface Row {
  agent: string;
  verdicts: { outcome: string }[];
}

/** Runs a suite of one task; each agent is a shell script. Gives the outcome per agent, and whether the gate is proven. */
async function run(name: string, files: Record<string, string>, agents: Record<string, string>) {
  const folder = join(dir, name);
  const entries = Object.keys(agents).map(
    (agent) =>
      `  - {name: ${agent}, adapter: command, command: [sh, /opt/${agent}.sh], files: [${agent}.sh]}`,
  );
  writeTree(folder, {
    ...Object.fromEntries(Object.entries(files).map(([path, content]) => [`tasks/${name}/${path}`, content])),
    ...Object.fromEntries(Object.entries(agents).map(([agent, script]) => [`${agent}.sh`, script])),
    'suite.yaml': `name: ${name}\nversion: 1.0.0\ntasks: tasks/*\nagents:\n${entries.join('\n')}\n`,
  });
  const { stdout, stderr } = await assay(['run', folder, '--out', join(dir, 'store'), '--json']);
  expect(stdout, stderr).toMatch(/^\{/);
  const [task] = JSON.parse(stdout).tasks as { ranking: Row[]; gate: { proven: boolean; reason: string } }[];
  if (task === undefined) throw new Error(stderr);
  expect(await assayContainers(JSON.parse(stdout).run)).toEqual([]);
  const outcomes = task.ranking.map(({ agent, verdicts }) => [agent, verdicts[0]?.outcome ?? 'none']);
  return { outcomes: Object.fromEntries(outcomes), gate: task.gate };
}

describe('a verifier with an environment of its own', () => {
  it('gets the artifacts, and nothing else that the agent left', async () => {
    const { outcomes, gate } = await run(
      'apart',
      {
        'task.toml': toml(
          'apart',
          'artifacts = ["/logs/artifacts", "/app/out"]\n[verifier]\nenvironment_mode = "separate"\n[[verifier.collect]]\ncommand = "test -f /app/raw.txt && tr a-z A-Z < /app/raw.txt > /logs/artifacts/collected.txt || true"',
        ),
        'instruction.md': 'Write 42 to /app/out/answer and "raw" to /app/raw.txt.\n',
        'environment/Dockerfile': 'FROM python:3.11-slim-bookworm\nWORKDIR /app\nCOPY keep.txt /app/\n',
        'environment/keep.txt': 'keep\n',
        'tests/Dockerfile':
          'FROM python:3.11-slim-bookworm\nWORKDIR /judge\nCOPY test.sh secret.txt /tests/\n',
        'tests/secret.txt': '42\n',
        'tests/test.sh': `#!/bin/bash
ok=0
cmp -s /app/out/answer /tests/secret.txt && [ "$(cat /logs/artifacts/collected.txt)" = RAW ] && [ ! -e /app/keep.txt ] && [ ! -e /app/raw.txt ] && ok=1
echo $ok > /logs/verifier/reward.txt
`,
        'solution/solve.sh':
          '#!/bin/bash\nmkdir -p /app/out && echo 42 > /app/out/answer && echo -n raw > /app/raw.txt\n',
      },
      {
        right: 'mkdir -p /app/out && echo 42 > /app/out/answer && echo -n raw > /app/raw.txt',
        wrong: 'mkdir -p /app/out && echo 41 > /app/out/answer && echo -n raw > /app/raw.txt',
        lazy: 'echo nothing > /app/note.txt',
        forger:
          'mkdir -p /logs/verifier /tests; echo 1 > /logs/verifier/reward.txt; echo "echo 1 > /logs/verifier/reward.txt" > /tests/test.sh; true',
      },
    );
    expect(gate).toMatchObject({ proven: true });
    expect(outcomes).toEqual({ right: 'pass', wrong: 'fail', lazy: 'fail', forger: 'fail' });
  });
});

describe('a task whose deliverable is the state of the container', () => {
  it('is scored on what the stopped container holds, outside of the workspace too', async () => {
    const { outcomes, gate } = await run(
      'state',
      {
        'task.toml': toml(
          'state',
          'user = "root"\n[verifier]\nuser = "root"\n[metadata.assay]\ndeliverable = "state"',
        ),
        'instruction.md': 'Set mode=fast in /etc/app.conf and remove /etc/app.old.\n',
        'environment/Dockerfile':
          'FROM python:3.11-slim-bookworm\nWORKDIR /app\nCOPY app.conf app.old /etc/\nCOPY app.old /app/note.txt\n',
        'environment/app.conf': 'mode=slow\n',
        'environment/app.old': 'old\n',
        'tests/test.sh': `#!/bin/bash
ok=0
[ "$(cat /etc/app.conf)" = mode=fast ] && [ ! -e /etc/app.old ] && ! pgrep -f forever >/dev/null 2>&1 && ok=1
echo $ok > /logs/verifier/reward.txt
`,
        'solution/solve.sh': '#!/bin/bash\necho mode=fast > /etc/app.conf\nrm /etc/app.old\n',
      },
      {
        right: 'echo mode=fast > /etc/app.conf; rm /etc/app.old',
        half: 'echo mode=fast > /etc/app.conf',
        workspace: 'echo mode=fast > /app/app.conf',
        forger: 'mkdir -p /logs/verifier; echo 1 > /logs/verifier/reward.txt',
      },
    );
    expect(gate).toMatchObject({ proven: true });
    expect(outcomes).toEqual({ right: 'pass', half: 'fail', workspace: 'fail', forger: 'fail' });
  });
});
