import fc from 'fast-check';
import { expect, test } from 'vitest';
import { captureOutput } from './capture.ts';

function capture(bound: number, chunks: readonly Uint8Array[]) {
  const output = captureOutput(bound);
  for (const chunk of chunks) output.write(chunk);
  return output.result();
}

test('head and tail are the first and last halves of everything written, however it was cut', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 64 }), chunks, (bound, parts) => {
      const whole = Buffer.concat(parts);
      const half = Math.floor(bound / 2);
      const { head, tail, bytes } = capture(bound, parts);
      expect(bytes).toBe(whole.byteLength);
      expect(Buffer.from(head)).toEqual(whole.subarray(0, half));
      const rest = whole.subarray(Math.min(half, whole.byteLength));
      expect(Buffer.from(tail)).toEqual(rest.subarray(Math.max(0, rest.byteLength - half)));
    }),
  );
});

test('what is kept shares no memory with what was written', () => {
  const chunk = Buffer.from('abcdefgh');
  const output = captureOutput(8);
  output.write(chunk);
  chunk.fill(0);
  const { head, tail } = output.result();
  expect(Buffer.from(head).toString() + Buffer.from(tail).toString()).toBe('abcdefgh');
});
