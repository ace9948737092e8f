import { describe, expect, it } from 'vitest';
import { infrastructureError, inputError } from '../domain/errors.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { engineRetries, withEngineRetries } from './retry.ts';

/** Only `ready` is asked for: whether to wait for the engine is what is tested, not the engine. */
function engine(ready: () => Promise<void> = async () => undefined) {
  let waits = 0;
  const sandbox = {
    ready: async () => {
      waits += 1;
      await ready();
    },
  } as unknown as Sandbox;
  return { sandbox, waits: () => waits };
}

const signal = new AbortController().signal;
const down = () => infrastructureError('the engine is gone', { component: 'engine' });

describe('withEngineRetries', () => {
  it('tries again when the engine answers once more', async () => {
    const { sandbox, waits } = engine();
    const tries: number[] = [];
    const result = await withEngineRetries(
      sandbox,
      async (retry) => {
        tries.push(retry);
        if (retry === 0) throw down();
        return 'done';
      },
      { signal },
    );
    expect([result, tries, waits()]).toEqual(['done', [0, 1], 1]);
  });

  it('gives up after its tries, and says each failure', async () => {
    const { sandbox } = engine();
    const failures: number[] = [];
    const work = withEngineRetries(sandbox, () => Promise.reject(down()), {
      signal,
      onFailure: (_, retry) => failures.push(retry),
    });
    await expect(work).rejects.toThrow('the engine is gone');
    expect(failures).toEqual(Array.from({ length: engineRetries + 1 }, (_, index) => index));
  });

  it.each([
    ['input', inputError('wrong')],
    ['a full disk', infrastructureError('no space', { component: 'store' })],
    ['a bug', new TypeError('oops')],
  ])('does not try again for %s', async (_, error) => {
    const { sandbox, waits } = engine();
    await expect(withEngineRetries(sandbox, () => Promise.reject(error), { signal })).rejects.toBe(error);
    expect(waits()).toBe(0);
  });

  it('throws what the waiting threw when the engine stays away', async () => {
    const { sandbox } = engine(() => Promise.reject(new Error('still away')));
    await expect(withEngineRetries(sandbox, () => Promise.reject(down()), { signal })).rejects.toThrow(
      'still away',
    );
  });
});
