import fc from 'fast-check';
import { expect, test } from 'vitest';
import { demultiplex } from './demux.ts';

function frame(stream: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.byteLength, 4);
  return Buffer.concat([header, payload]);
}

test('frames come apart the same wherever the stream is cut', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 20 })), {
    maxLength: 10,
  });
  fc.assert(
    fc.property(frames, fc.integer({ min: 1, max: 25 }), (parts, step) => {
      const whole = Buffer.concat(parts.map(([stream, payload]) => frame(stream, payload)));
      const got: Record<number, Uint8Array[]> = { 1: [], 2: [] };
      const write = demultiplex(
        (chunk) => got[1]?.push(Buffer.from(chunk)),
        (chunk) => got[2]?.push(Buffer.from(chunk)),
      );
      for (let at = 0; at < whole.byteLength; at += step) write(whole.subarray(at, at + step));
      for (const stream of [1, 2]) {
        const expected = parts.filter(([one]) => one === stream).map(([, payload]) => payload);
        expect(Buffer.concat(got[stream] ?? [])).toEqual(Buffer.concat(expected));
      }
    }),
  );
});
