import { expect, test } from 'vitest';
import { buildLog } from './build-log.ts';

test('lines come whole, wherever the text was cut, and the step is remembered', () => {
  const lines: string[] = [];
  const log = buildLog((line) => lines.push(line));
  for (const part of ['Step 1/2 : FR', 'OM x\n ---> 12', '\nStep 2/2 : RUN y\n\nou', 't']) log.add(part);
  expect(lines).toEqual(['Step 1/2 : FROM x', ' ---> 12', 'Step 2/2 : RUN y']);
  expect(log.step()).toBe('RUN y');
  expect(log.tail(2)).toBe('Step 2/2 : RUN y\nout');
});

test('strangers’ text is made plain', () => {
  const log = buildLog(() => undefined);
  log.add('\u001B[31mred\u001B[0m \u001B]0;title\u0007x\u0000\u202Ey\n10%\r55%\r100% done\r\n');
  expect(log.tail(9)).toBe('red xy\n100% done');
});

test('neither many lines nor one endless line grow it', () => {
  const log = buildLog(() => undefined);
  for (let n = 0; n < 5000; n++) log.add(`line ${n}\n`);
  for (let n = 0; n < 1000; n++) log.add('x'.repeat(1000));
  const tail = log.tail(100_000);
  expect(tail.split('\n').length).toBeLessThanOrEqual(200);
  expect(tail.length).toBeLessThan(120_000);
});
