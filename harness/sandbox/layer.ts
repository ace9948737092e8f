import type { Readable } from 'node:stream';
import type { Header } from 'tar-stream';
import { packing, putEntry } from './tar-pack.ts';

/** One file system entry to lay into a container. Ids are numeric; `mode` is permission bits only. */
export interface LayerEntry {
  /** Absolute, without `.` and `..` components. A `dir` also sets mode and owner of a folder that is already there. */
  path: string;
  type: 'file' | 'dir' | 'link';
  /** Default 0644 for files, 0755 for folders; links have none. */
  mode?: number;
  /** Default 0. */
  uid?: number;
  gid?: number;
  /** Of a file; default empty. */
  content?: Uint8Array | string;
  /** Of a symbolic link, as it is to be stored; never followed here. */
  linkTarget?: string;
}

/** Largest id that the fixed-width field of a tar header holds. */
const maxHeaderId = 0o777777;

/**
 * Packs entries, in their order, as the tar stream for `ContainerRequest.files`. The engine extracts it as root at `/`:
 * header ids and modes are kept; folders merge; a file, link or folder in the way of another kind is replaced; missing
 * parents are made as root with mode 0755; a link that lies on the way is followed, inside the container. An error of
 * the iterable, or a malformed entry (TypeError), destroys the stream.
 */
export function packLayer(entries: Iterable<LayerEntry> | AsyncIterable<LayerEntry>): Readable {
  return packing(async (packed) => {
    for await (const entry of entries) await putEntry(packed, headerOf(entry), entry.content);
  });
}

function headerOf(entry: LayerEntry): Partial<Header> & { name: string } {
  const parts = entry.path.split('/');
  const isPlain = parts.slice(1).every((part) => part !== '' && part !== '.' && part !== '..');
  if (parts[0] !== '' || parts.length < 2 || !isPlain || entry.path.includes('\0'))
    throw new TypeError(`a layer's path must be absolute and plain, not ${JSON.stringify(entry.path)}`);
  if (entry.type === 'link' && !entry.linkTarget) throw new TypeError(`the link ${entry.path} has no target`);

  const uid = entry.uid ?? 0;
  const gid = entry.gid ?? 0;
  const pax: Record<string, string> = {};
  if (uid > maxHeaderId) pax.uid = String(uid);
  if (gid > maxHeaderId) pax.gid = String(gid);
  const mode = (entry.mode ?? (entry.type === 'dir' ? 0o755 : 0o644)) & 0o7777;
  return {
    name: entry.path.slice(1),
    type: entry.type === 'dir' ? 'directory' : entry.type === 'link' ? 'symlink' : 'file',
    // A bit outside of the permissions keeps mode 0 from being read as "not given".
    mode: mode | 0o100000,
    uid,
    gid,
    ...(entry.type === 'link' ? { linkname: entry.linkTarget } : {}),
    ...(Object.keys(pax).length > 0 ? { pax } : {}),
  };
}
