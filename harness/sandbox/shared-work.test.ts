import { describe, expect, test } from 'vitest';
import { sharedWork } from './shared-work.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to, and knows whether it was aborted. */
function heldWork() {
  const held = Promise.withResolvers<string>();
  const state = { starts: 0, aborted: false };
  const work = (signal: AbortSignal) => {
    state.starts++;
    signal.addEventListener('abort', () => {
      state.aborted = true;
      held.reject(signal.reason);
    });
    return held.promise;
  };
  return { ...held, state, work };
}

describe('sharedWork', () => {
  test('all who ask at the same time and later get one answer', async () => {
    const shared = sharedWork<string>(never);
    const { work, state, resolve } = heldWork();
    const asked = [shared.get('k', undefined, work), shared.get('k', undefined, work)];
    resolve('done');
    expect(await Promise.all([...asked, shared.get('k', undefined, work)])).toEqual(['done', 'done', 'done']);
    expect(state.starts).toBe(1);
  });

  test('what failed is done anew', async () => {
    const shared = sharedWork<string>(never);
    await expect(shared.get('k', undefined, () => Promise.reject(new Error('first')))).rejects.toThrow(
      'first',
    );
    expect(await shared.get('k', undefined, () => Promise.resolve('second'))).toBe('second');
  });

  test('one who leaves does not stop it for another', async () => {
    const shared = sharedWork<string>(never);
    const { work, state, resolve } = heldWork();
    const leaver = new AbortController();
    const [left, stays] = [shared.get('k', leaver.signal, work), shared.get('k', undefined, work)];
    leaver.abort(new Error('bye'));
    await expect(left).rejects.toThrow('bye');
    resolve('done');
    expect(await stays).toBe('done');
    expect(state.aborted).toBe(false);
  });

  test('the last one out stops it, and the next starts anew', async () => {
    const shared = sharedWork<string>(never);
    const first = heldWork();
    const leaver = new AbortController();
    const left = shared.get('k', leaver.signal, first.work);
    leaver.abort(new Error('bye'));
    const next = shared.get('k', undefined, () => Promise.resolve('anew'));
    await expect(left).rejects.toThrow('bye');
    expect(first.state.aborted).toBe(true);
    expect(await next).toBe('anew');
  });

  test('closing stops it', async () => {
    const closing = new AbortController();
    const { work } = heldWork();
    const asked = sharedWork<string>(closing.signal).get('k', undefined, work);
    closing.abort(new Error('closed'));
    await expect(asked).rejects.toThrow('closed');
  });

  test('who has already left does not start it', async () => {
    const { work, state } = heldWork();
    await expect(
      sharedWork<string>(never).get('k', AbortSignal.abort(new Error('gone')), work),
    ).rejects.toThrow('gone');
    expect(state.starts).toBe(0);
  });
});
