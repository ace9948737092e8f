import { describe, expect, it } from 'vitest';
import { ensureEngine } from './engine.ts';

describe('ensureEngine', () => {
  it('uses the engine that answers, in silence', async () => {
    const said: string[] = [];
    const engine = await ensureEngine({ log: (line) => said.push(line) });
    expect(await engine.docker.ping()).toBeTruthy();
    expect(said).toEqual([]);
  });

  it('sets nothing up in place of an engine that the user has named', async () => {
    const said: string[] = [];
    const env = { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    await expect(ensureEngine({ log: (line) => said.push(line), env })).rejects.toMatchObject({
      kind: 'infrastructure',
      message: expect.stringContaining('DOCKER_HOST=unix:///nowhere/docker.sock does not answer'),
      fix: expect.stringContaining('unset DOCKER_HOST'),
    });
    expect(said).toEqual([]);
  });
});
