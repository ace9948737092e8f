import type { Evidence } from '../harness/domain/candidate.ts';
import type { CapturedOutput } from '../harness/sandbox/sandbox.ts';
import type { Store } from '../harness/store/store.ts';

/** Keeps bytes under a name. `bytes` is what is kept; `truncated` says that it is not all there was. */
export async function keep(
  store: Store,
  name: string,
  content: Uint8Array,
  truncated = false,
): Promise<Evidence> {
  return { name, digest: await store.putBlob(content), bytes: content.length, truncated };
}

/** One output stream as evidence: head and tail, with a line that says how much was left out; none when silent. */
export async function keepOutput(store: Store, name: string, output: CapturedOutput): Promise<Evidence[]> {
  if (output.bytes === 0) return [];
  const missing = output.bytes - output.head.length - output.tail.length;
  const marker = missing > 0 ? `\n… ${missing} bytes left out …\n` : '';
  const content = Buffer.concat([output.head, Buffer.from(marker), output.tail]);
  return [await keep(store, name, content, missing > 0)];
}
