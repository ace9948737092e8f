import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRewardJson, parseRewardText, readReward } from './reward.ts';

const json = (text: string) => parseRewardJson(Buffer.from(text));
const plain = (text: string) => parseRewardText(Buffer.from(text));
const answer = (reward: ReturnType<typeof json>) => (reward.ok ? reward.value : reward.reason);

describe('reward.txt', () => {
  it.each([
    ['1', 1],
    ['0\n', 0],
    [' 0.5 \r\n', 0.5],
    ['+1.', 1],
    ['.25', 0.25],
    ['-2e-1', -0.2],
    ['100', 100],
    ['-0', 0],
  ])('reads %j', (text, value) => expect(plain(text)).toEqual({ ok: true, value }));

  it.each([
    ['', 'empty'],
    ['  \n', 'empty'],
    ['nan', 'not a finite number'],
    ['inf', 'not a finite number'],
    ['1e999', 'not a finite number'],
    ['true', 'not a finite number'],
    ['0x1', 'not a finite number'],
    ['1 1', 'not a finite number'],
    ['1\n0', 'not a finite number'],
    ['1,0', 'not a finite number'],
    ['"1"', 'not a finite number'],
    ['１', 'not a finite number'],
    ['1'.repeat(70_000), 'too large'],
  ])('refuses %.40j', (text, why) => expect(answer(plain(text))).toContain(why));

  it('refuses what is not UTF-8', () => {
    expect(parseRewardText(Buffer.from([0x31, 0xff])).ok).toBe(false);
  });
});

describe('reward.json', () => {
  it.each([
    ['{"reward": 1}', 1],
    ['{"reward": 0.5, "speed": 3}', 0.5],
    ['{"reward": -0}', 0],
  ])('reads %s', (text, value) => expect(json(text)).toEqual({ ok: true, value }));

  it.each([
    ['', 'empty'],
    ['{', 'cannot be parsed'],
    ['1', 'not an object'],
    ['null', 'not an object'],
    ['[1]', 'not an object'],
    ['{}', 'no key "reward"'],
    ['{"speed": 1}', 'no key "reward"'],
    ['{"__proto__": {"reward": 1}}', 'not a finite number'],
    ['{"reward": "1"}', 'not a finite number'],
    ['{"reward": true}', 'not a finite number'],
    ['{"reward": null}', 'not a finite number'],
    ['{"reward": 1e999}', 'not a finite number'],
    ['{"reward": NaN}', 'cannot be parsed'],
    ['{"reward": {"reward": 1}}', 'not a finite number'],
    ['{"reward": 1, "note": "fine"}', 'not a finite number'],
  ])('refuses %s', (text, why) => expect(answer(json(text))).toContain(why));
});

describe('readReward', () => {
  it('lets reward.json win, also where it is broken', () => {
    expect(readReward({ json: Buffer.from('{"reward":0}'), text: Buffer.from('1') })).toEqual({
      ok: true,
      value: 0,
    });
    expect(readReward({ json: Buffer.from('{'), text: Buffer.from('1') })?.ok).toBe(false);
    expect(readReward({ text: Buffer.from('1') })).toEqual({ ok: true, value: 1 });
    expect(readReward({})).toBeNull();
  });

  it('never throws, and reads only finite numbers, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map(Buffer.from),
          fc.double().map((n) => Buffer.from(String(n))),
        ),
        (bytes) => {
          for (const reward of [parseRewardJson(bytes), parseRewardText(bytes)])
            if (reward.ok) expect(Number.isFinite(reward.value)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
