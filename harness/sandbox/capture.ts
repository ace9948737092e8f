import type { CapturedOutput } from './sandbox.ts';

/** What is kept of each of stdout and stderr where a request does not say: 256 KiB. */
const defaultOutputBytes = 256 * 1024;

export interface OutputCapture {
  write(chunk: Uint8Array): void;
  result(): CapturedOutput;
}

/**
 * Keeps the first and the last half of `boundBytes` of everything written, and counts the rest. Never holds more than
 * the bound, and copies, so that no chunk of the network's buffers stays alive.
 */
export function captureOutput(boundBytes: number = defaultOutputBytes): OutputCapture {
  const half = Math.max(0, Math.floor(boundBytes / 2));
  let head = Buffer.alloc(0);
  let headLength = 0;
  // Allocated when the head is full: most containers say little.
  let ring: Buffer | null = null;
  let written = 0;

  const intoHead = (chunk: Uint8Array): number => {
    const take = Math.min(half - headLength, chunk.byteLength);
    if (take <= 0) return 0;
    if (headLength + take > head.byteLength) {
      const grown = Buffer.alloc(Math.min(half, Math.max(4096, 2 * (headLength + take))));
      head.copy(grown, 0, 0, headLength);
      head = grown;
    }
    head.set(chunk.subarray(0, take), headLength);
    headLength += take;
    return take;
  };

  const intoRing = (chunk: Uint8Array): void => {
    if (half === 0 || chunk.byteLength === 0) return;
    ring ??= Buffer.alloc(half);
    const kept = chunk.subarray(Math.max(0, chunk.byteLength - half));
    const at = (written - half + chunk.byteLength - kept.byteLength) % half;
    const first = Math.min(kept.byteLength, half - at);
    ring.set(kept.subarray(0, first), at);
    ring.set(kept.subarray(first), 0);
  };

  return {
    write(chunk) {
      const taken = intoHead(chunk);
      written += taken;
      const rest = chunk.subarray(taken);
      intoRing(rest);
      written += rest.byteLength;
    },
    result() {
      const inRing = Math.min(half, written - headLength);
      const tail = Buffer.alloc(inRing);
      if (ring !== null && inRing > 0) {
        const end = (written - half) % half;
        const start = (end - inRing + half) % half;
        const first = Math.min(inRing, half - start);
        ring.copy(tail, 0, start, start + first);
        ring.copy(tail, first, 0, inRing - first);
      }
      return { head: Buffer.from(head.subarray(0, headLength)), tail, bytes: written };
    },
  };
}
