import type { Evidence } from '../harness/domain/candidate.ts';
import type { CapturedOutput } from '../harness/sandbox/sandbox.ts';
import type { Store } from '../harness/store/store.ts';

type Blobs = Pick<Store, 'putBlob'>;

/** Keeps content as evidence, its middle cut out beyond `maxBytes`. */
export async function keepContent(
  store: Blobs,
  name: string,
  content: string | Uint8Array,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Evidence> {
  const whole = typeof content === 'string' ? Buffer.from(content) : content;
  if (whole.length <= maxBytes)
    return { name, digest: await store.putBlob(whole), bytes: whole.length, truncated: false };
  const half = Math.floor(maxBytes / 2);
  return keepOutput(store, name, {
    head: whole.subarray(0, half),
    tail: whole.subarray(whole.length - half),
    bytes: whole.length,
  });
}

/**
 * Keeps a container's output: head and tail, with a line between them that says how much is missing. `bytes` of the
 * evidence counts what is kept.
 */
export async function keepOutput(store: Blobs, name: string, output: CapturedOutput): Promise<Evidence> {
  const missing = output.bytes - output.head.length - output.tail.length;
  const marker = missing > 0 ? `\n… ${missing} bytes left out …\n` : '';
  const kept = Buffer.concat([output.head, Buffer.from(marker), output.tail]);
  return { name, digest: await store.putBlob(kept), bytes: kept.length, truncated: missing > 0 };
}
