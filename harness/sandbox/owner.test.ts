import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { currentOwner, formatOwner, isDead, parseOwner } from './owner.ts';

describe('owner', () => {
  test('survives being a label', async () => {
    const owner = await currentOwner();
    expect(owner.pid).toBe(process.pid);
    expect(parseOwner(formatOwner(owner))).toEqual(owner);
  });

  test.each([
    '',
    'x',
    '1:2:3:4',
    'zzzzzzzzzzzzzzzz:b:1:2',
    '0123456789abcdef:b:x:2',
    '0123456789abcdef:b:1:2:3',
  ])('%j is no owner', (text) => {
    expect(parseOwner(text)).toBeNull();
  });

  test('this process lives', async () => {
    expect(await isDead(await currentOwner())).toBe(false);
  });

  test('a process that has ended is dead, and so is one whose pid went to another', async () => {
    const owner = await currentOwner();
    const ended = execa('true');
    const pid = ended.pid ?? 0;
    await ended;
    expect(await isDead({ ...owner, pid })).toBe(true);
    expect(await isDead({ ...owner, started: `${owner.started}1` })).toBe(true);
    expect(await isDead({ ...owner, boot: 'an-earlier-boot' })).toBe(true);
  });

  test('a process of another machine is never called dead', async () => {
    const owner = await currentOwner();
    expect(await isDead({ ...owner, host: '0123456789abcdef', pid: 4_194_303 })).toBe(false);
  });
});
