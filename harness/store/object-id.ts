import { createHash } from 'node:crypto';
import type { Digest } from '../domain/digest.ts';

/** What git prints: 64 hex digits. Digests carry `sha256:` before it. */
export type ObjectId = string;

/** The empty tree of the SHA-256 object format; git knows it without storing it. */
export const emptyTree: ObjectId = '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321';

export function toDigest(id: ObjectId): Digest {
  return `sha256:${id}`;
}

/** Throws TypeError for what is no digest: it would otherwise reach git as an argument or a command. */
export function toObjectId(digest: Digest): ObjectId {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new TypeError(`not a digest: ${JSON.stringify(digest)}`);
  return digest.slice('sha256:'.length);
}

/** Starts the id of a blob of that many bytes; feed it the content and take the hex digest. */
export function blobHash(bytes: number) {
  return createHash('sha256').update(`blob ${bytes}\0`);
}

export function blobId(content: Uint8Array): ObjectId {
  return blobHash(content.byteLength).update(content).digest('hex');
}
