import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from './docker-testing.ts';
import { currentOwner, formatOwner, type Owner } from './owner.ts';

let engine: TestEngine;
const names: string[] = [];
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(async () => {
  await engine.sandbox.close();
  for (const id of names)
    await engine.docker
      .getContainer(id)
      .remove({ force: true })
      .catch(() => undefined);
});

async function leftBehind(owner: Owner | string | null, start = false): Promise<string> {
  const label =
    owner === null ? {} : { 'assay.owner': typeof owner === 'string' ? owner : formatOwner(owner) };
  const container = await engine.docker.createContainer({
    Image: engine.image,
    Cmd: ['sleep', '600'],
    Labels: { assay: '1', 'assay.session': 'somebody', ...label },
    HostConfig: { NetworkMode: 'none' },
  });
  names.push(container.id);
  if (start) await container.start();
  return container.id;
}

async function exists(id: string): Promise<boolean> {
  return engine.docker
    .getContainer(id)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

test('what dead processes left is removed, and nothing else', async () => {
  const owner = await currentOwner();
  const process = execa('true');
  const dead = { ...owner, pid: process.pid ?? 0 };
  await process;
  const network = await engine.docker.createNetwork({
    Name: `assay-dead-${owner.pid}`,
    Labels: { assay: '1', 'assay.owner': formatOwner(dead) },
  });
  const volume = `assay-dead-${owner.pid}`;
  await engine.docker.createVolume({
    Name: volume,
    Labels: { assay: '1', 'assay.owner': formatOwner(dead) },
  });

  const gone = [
    await leftBehind(dead),
    await leftBehind(dead, true),
    await leftBehind({ ...owner, started: '1' }),
  ];
  const stays = [
    await leftBehind(owner, true),
    await leftBehind({ ...dead, host: '0123456789abcdef' }),
    await leftBehind('nonsense'),
    await leftBehind(null),
  ];

  // Not how many: other tests may be leaving and reaping at the same time.
  await engine.sandbox.reap();
  expect(await Promise.all(gone.map(exists))).toEqual([false, false, false]);
  expect(await Promise.all(stays.map(exists))).toEqual([true, true, true, true]);
  await expect(network.inspect()).rejects.toMatchObject({ statusCode: 404 });
  await expect(engine.docker.getVolume(volume).inspect()).rejects.toMatchObject({ statusCode: 404 });
});

test('closing ends and removes what runs, and answers nothing afterwards', async () => {
  const other = await openTestEngine();
  const running = other.sandbox.run(other.request('sleep 600', { network: 'public', workdir: '/' }));
  while ((await other.containers()).every((line) => !line.startsWith('running')))
    await new Promise((r) => setTimeout(r, 50));
  await other.sandbox.close();
  expect((await running).end).toBe('aborted');
  expect(await other.containers()).toEqual([]);
  const filters = { label: [`assay.session=${other.session}`] };
  expect(await other.docker.listNetworks({ filters })).toEqual([]);
  expect((await other.sandbox.run(other.request('true'))).end).toBe('aborted');
});
