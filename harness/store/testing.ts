import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Digest } from '../domain/digest.ts';
import { defaultIngestLimits } from '../domain/limits.ts';
import { openStore } from './git-store.ts';
import type { Ingested, IngestOptions, Store, TreeEntry } from './store.ts';

/** One member of a tar as bytes, right or wrong on purpose. */
export interface Member {
  name: string | Buffer;
  /** The type flag: `0` file, `1` hard link, `2` symbolic link, `5` folder, … */
  type?: string;
  mode?: number;
  content?: string | Buffer;
  /** What the header announces; the content's length by default. */
  size?: number;
  linkname?: string | Buffer;
  /** Records of a pax header put before it; long names get theirs by themselves. */
  pax?: Readonly<Record<string, string | Buffer>>;
}

const block = 512;
export const tarEnd = Buffer.alloc(2 * block);
export const rootMember: Member = { name: 'app/', type: '5', mode: 0o755 };

export function file(name: string | Buffer, content: string | Buffer = '', mode = 0o644): Member {
  return { name, content, mode };
}

export function link(name: string, linkname: string): Member {
  return { name, type: '2', linkname, mode: 0o777 };
}

export function memberBytes(member: Member): Buffer {
  const content = Buffer.from(member.content ?? '');
  const name = Buffer.from(member.name);
  const linkname = Buffer.from(member.linkname ?? '');
  const pax = { ...member.pax };
  if (name.length > 100) pax.path ??= name;
  if (linkname.length > 100) pax.linkpath ??= linkname;
  const header = Buffer.alloc(block);
  name.copy(header, 0, 0, 100);
  octal(header, member.mode ?? 0o644, 100, 8);
  octal(header, 0, 108, 8);
  octal(header, 0, 116, 8);
  octal(header, member.size ?? content.length, 124, 12);
  octal(header, 0, 136, 12);
  header.write(member.type ?? '0', 156, 'latin1');
  linkname.copy(header, 157, 0, 100);
  header.write('ustar\x0000', 257, 'latin1');
  header.fill(' ', 148, 156);
  octal(
    header,
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  const whole = Buffer.concat([header, content, Buffer.alloc((block - (content.length % block)) % block)]);
  if (Object.keys(pax).length === 0) return whole;
  const records = Buffer.concat(
    Object.entries(pax).map(([key, value]) => paxRecord(key, Buffer.from(value))),
  );
  return Buffer.concat([memberBytes({ name: 'pax', type: 'x', content: records }), whole]);
}

function octal(header: Buffer, value: number, at: number, width: number) {
  header.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
}

/** `<length of the whole record> <key>=<value>\n`. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** A whole archive as Docker makes it: the folder first, its content behind, all under the folder's name. */
export function tarBytes(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.map(memberBytes), tarEnd]);
}

/** A stream of bytes in uneven pieces, as a socket delivers them. */
export function inPieces(bytes: Buffer, piece = 7001): Readable {
  return Readable.from(
    (function* () {
      for (let start = 0; start < bytes.length; start += piece) yield bytes.subarray(start, start + piece);
    })(),
    { objectMode: false },
  );
}

/** Ingests the members of `app/` (added here), with default limits. */
export function take(
  store: Store,
  members: readonly Member[],
  base: Digest | null,
  options: Partial<IngestOptions> = {},
): Promise<Ingested> {
  const inside = members.map((member) => ({ ...member, name: under(member.name) }));
  return store.ingest(inPieces(tarBytes([rootMember, ...inside])), {
    base,
    limits: defaultIngestLimits,
    ignore: [],
    ...options,
  });
}

function under(name: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from('app/'), Buffer.from(name)]);
}

/** The tree of members that must be taken. */
export async function treeOf(
  store: Store,
  members: readonly Member[],
  base: Digest | null = null,
): Promise<Digest> {
  const taken = await take(store, members, base);
  if (!taken.ok) throw new Error(taken.reason);
  return taken.tree;
}

/** A tree as `path → content`, executables marked with `*`, links with `@`. */
export async function contentsOf(store: Store, tree: Digest): Promise<Record<string, string>> {
  const marks: Record<TreeEntry['mode'], string> = { '100644': '', '100755': '*', '120000': '@' };
  const contents: Record<string, string> = {};
  for (const entry of await store.listTree(tree)) {
    contents[entry.path + marks[entry.mode]] = (await store.readBlob(entry.digest)).toString('utf8');
  }
  return contents;
}

/** A store in a folder of its own, both gone after the work. */
export async function withStore<T>(work: (store: Store, dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-store-'));
  const store = await openStore(dir);
  try {
    return await work(store, dir);
  } finally {
    await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}
