import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { packing, putEntry } from '../harness/sandbox/tar-pack.ts';

/** The one file's name in what `asFolder` makes. */
export const singleFile = 'file';

/** Which kind of thing stands at the root of a Docker archive; null for no archive. Reads no further. */
export async function rootKind(tar: Readable | null): Promise<'folder' | 'file' | 'other' | null> {
  if (tar === null) return null;
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error));
  try {
    for await (const { header } of tar.pipe(entries)) {
      if (header.type === 'directory') return 'folder';
      return header.type === 'file' || header.type === 'contiguous-file' ? 'file' : 'other';
    }
    return null;
  } finally {
    tar.destroy();
    entries.destroy();
  }
}

/** A Docker archive of one file as that of a folder which holds just this file: the store takes folders. */
export function asFolder(tar: Readable): Readable {
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error));
  return packing(async (packed) => {
    try {
      await putEntry(packed, { name: 'artifact/', type: 'directory', mode: 0o755 });
      for await (const entry of tar.pipe(entries)) {
        const { mode = 0o644, size = 0 } = entry.header;
        const header = { name: `artifact/${singleFile}`, mode: mode | 0o100000, size };
        await putEntry(packed, header, Readable.from(entry, { objectMode: false }));
      }
    } finally {
      tar.destroy();
      entries.destroy();
    }
  });
}
