import type { Evidence } from '../domain/candidate.ts';
import type { Store } from './store.ts';

type Blobs = Pick<Store, 'putBlob'>;

/** What is kept of something long: its two ends, and how long it was. */
interface Ends {
  head: Uint8Array;
  tail: Uint8Array;
  bytes: number;
}

/** Keeps content as evidence, its middle cut out beyond `maxBytes`. */
export async function keepContent(
  store: Blobs,
  name: string,
  content: string | Uint8Array,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Evidence> {
  const whole = typeof content === 'string' ? Buffer.from(content) : content;
  if (whole.length <= maxBytes) return keepWhole(store, name, whole, false);
  const half = Math.floor(maxBytes / 2);
  return keepEnds(store, name, {
    head: whole.subarray(0, half),
    tail: whole.subarray(whole.length - half),
    bytes: whole.length,
  });
}

/** Keeps a container's output: head and tail, with a line between them that says how much is missing. */
export async function keepEnds(store: Blobs, name: string, { head, tail, bytes }: Ends): Promise<Evidence> {
  const missing = bytes - head.length - tail.length;
  const marker = missing > 0 ? `\n… ${missing} bytes left out …\n` : '';
  return keepWhole(store, name, Buffer.concat([head, Buffer.from(marker), tail]), missing > 0);
}

/** Keeps bytes under a name. `bytes` of the evidence is what is kept; `truncated` says that it is not all there was. */
export async function keepWhole(
  store: Blobs,
  name: string,
  content: Uint8Array,
  truncated: boolean,
): Promise<Evidence> {
  return { name, digest: await store.putBlob(content), bytes: content.length, truncated };
}
