import { type UnzipFileInfo, unzip, unzipSync } from 'fflate';
import { infrastructureError, messageOf } from '../domain/errors.ts';

/** Bounds of one wheel, unpacked. */
const bounds = { entries: 20_000, bytes: 1024 ** 3, path: 1000 };
/** Unpacked at once; a bigger file comes alone. */
const batchBytes = 64 * 1024 ** 2;

export interface WheelFile {
  /** Relative to the folder that wheels are laid in, without `.`, `..` and empty parts. */
  path: string;
  content: Uint8Array;
}

/**
 * The files of a wheel where its installation puts them (the parts of `*.data` in their places), a batch at a time so
 * that memory stays bounded; `keep` sees every path first. Links and modes of the archive mean nothing. Throws
 * `infrastructure` for an archive that is broken, beyond the bounds, or reaches out of its folder.
 */
export async function* wheelFiles(
  filename: string,
  archive: Uint8Array,
  keep: (path: string) => boolean,
): AsyncGenerator<WheelFile[]> {
  const places = listPlaces(filename, archive, keep);
  for (const batch of batches(places)) {
    const contents = await unpack(filename, archive, new Set(batch.map(({ name }) => name)));
    yield batch.map(({ name, path, bytes }) => {
      const content = contents[name];
      if (content?.byteLength !== bytes) throw broken(filename, `${JSON.stringify(name)} is cut off`);
      return { path, content };
    });
  }
}

interface Place {
  /** In the archive. */
  name: string;
  path: string;
  bytes: number;
}

function listPlaces(filename: string, archive: Uint8Array, keep: (path: string) => boolean): Place[] {
  const places = new Map<string, Place>();
  const listed: UnzipFileInfo[] = [];
  try {
    unzipSync(archive, {
      filter(info) {
        if (listed.push(info) > bounds.entries) throw broken(filename, `more than ${bounds.entries} entries`);
        return false;
      },
    });
  } catch (error) {
    throw broken(filename, messageOf(error), error);
  }
  let bytes = 0;
  for (const { name, originalSize } of listed) {
    const safe = safePath(name);
    if (safe === null)
      throw broken(filename, `the path ${JSON.stringify(name.slice(0, 200))} is not allowed`);
    if (name.endsWith('/')) continue;
    const path = placeOf(safe);
    if (path === null || !keep(path)) continue;
    if (places.has(path)) throw broken(filename, `it holds ${JSON.stringify(path)} twice`);
    bytes += originalSize;
    if (bytes > bounds.bytes) throw broken(filename, `more than ${bounds.bytes} bytes unpacked`);
    places.set(path, { name, path, bytes: originalSize });
  }
  return [...places.values()];
}

function safePath(name: string): string | null {
  const path = name.endsWith('/') ? name.slice(0, -1) : name;
  if (path.length > bounds.path || /[\\:\p{Cc}]/u.test(path)) return null;
  return path.split('/').every((part) => !['', '.', '..'].includes(part)) ? path : null;
}

/** Where the wheel format puts a file: <https://packaging.python.org/specifications/binary-distribution-format/>. */
function placeOf(path: string): string | null {
  const [top = '', scheme, ...rest] = path.split('/');
  if (!top.endsWith('.data')) return path;
  const inner = rest.join('/');
  if (inner === '') return null;
  if (scheme === 'purelib' || scheme === 'platlib' || scheme === 'data') return inner;
  return scheme === 'scripts' ? `bin/${inner}` : null;
}

function* batches(places: readonly Place[]): Generator<Place[]> {
  let batch: Place[] = [];
  let bytes = 0;
  for (const place of places) {
    if (batch.length > 0 && bytes + place.bytes > batchBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(place);
    bytes += place.bytes;
  }
  if (batch.length > 0) yield batch;
}

function unpack(filename: string, archive: Uint8Array, names: ReadonlySet<string>) {
  return new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    unzip(archive, { filter: ({ name }) => names.has(name) }, (error, contents) => {
      if (error) reject(broken(filename, messageOf(error), error));
      else resolve(contents);
    });
  });
}

function broken(filename: string, what: string, cause?: unknown) {
  return infrastructureError(`the wheel ${filename} cannot be unpacked: ${what}`, {
    fix: 'use another version of the package, or another package index',
    cause,
  });
}
