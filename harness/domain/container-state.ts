import { z } from 'zod';
import { Digest } from './digest.ts';

/** Below the root of a container's file system; nothing in it has to be resolved. */
const Path = z.string().refine(
  (path) =>
    path.startsWith('/') &&
    !path.includes('\0') &&
    path
      .split('/')
      .slice(1)
      .every((part) => part !== '' && part !== '.' && part !== '..'),
  'must be a plain absolute path',
);

const id = z.number().int().min(0);
const owned = { path: Path, uid: id, gid: id };
/** Permission bits, set-id and sticky bits among them. */
const mode = z.number().int().min(0).max(0o7777);

/** A file, folder or symbolic link that an attempt added or changed, as it stood at the end. */
export const StateEntry = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('file'), ...owned, mode, digest: Digest, bytes: id }),
  z.strictObject({ type: z.literal('dir'), ...owned, mode }),
  z.strictObject({ type: z.literal('link'), ...owned, target: z.string().min(1) }),
]);
export type StateEntry = z.infer<typeof StateEntry>;

/**
 * What an attempt changed in its container against the image, without times: the blob that `Candidate.state` names, as
 * canonical JSON. File contents are blobs of their own. Both lists are sorted by path, so that equal states are one.
 */
export const ContainerStateManifest = z.strictObject({
  version: z.literal(1),
  /** Paths of the image that are gone; of a folder only itself. They go before anything is written. */
  deletions: z.array(Path),
  entries: z.array(StateEntry),
});
export type ContainerStateManifest = z.infer<typeof ContainerStateManifest>;
