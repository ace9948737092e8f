import { createHash } from 'node:crypto';
import canonicalizeJson from 'canonicalize';
import { z } from 'zod';

/**
 * `sha256:` and 64 hex digits. For trees and blobs it is the object id in the store (git, SHA-256 object
 * format); for everything else the SHA-256 of the bytes.
 */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits');
export type Digest = z.infer<typeof Digest>;

/** SHA-256 of bytes or of a string's UTF-8. */
export function sha256(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** RFC 8785 canonical JSON; throws on what JSON cannot hold, so that nothing is dropped unseen. */
export function canonicalJson(value: unknown): string {
  const text = canonicalizeJson(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** Digest of a value's canonical JSON: equal values have equal digests on every machine. */
export function digestOf(value: unknown): Digest {
  return sha256(canonicalJson(value));
}
