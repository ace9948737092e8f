import { posix } from 'node:path';
import type { Digest } from '../../harness/domain/digest.ts';
import type { StoppedFiles } from '../../harness/sandbox/sandbox.ts';
import { quoteText } from '../../harness/store/hostile-text.ts';
import { type TarEntry, tarEntries } from '../../harness/store/tar-entries.ts';
import { type Reading, readings, type Wanted } from './readings.ts';

/** What matters of one path in a container: everything but its times. */
export type Facts =
  | { type: 'file'; mode: number; uid: number; gid: number; digest: Digest; bytes: number }
  | { type: 'dir'; mode: number; uid: number; gid: number }
  | { type: 'link'; uid: number; gid: number; target: string }
  /** A device, pipe or socket: never part of a state. */
  | { type: 'other' };

/** Thrown for a state that cannot be kept; the message names the place. */
export class StateRefused extends Error {}

export interface FactsOptions {
  /** Reads a file's content to its end. May throw StateRefused by its announced size. */
  content(path: string, entry: TarEntry): Promise<Digest>;
  /** Paths that are not looked at, with all that they hold. */
  isLeftOut(path: string): boolean;
  /** How many paths there may be. */
  most: number;
}

/**
 * What stands at the wanted paths, and for those wanted deeply in all that they hold; paths that are absent are not in
 * the answer. Throws StateRefused, and `infrastructure` for the engine.
 */
export async function readFacts(
  files: StoppedFiles,
  wanted: ReadonlyMap<string, Wanted>,
  options: FactsOptions,
): Promise<Map<string, Facts>> {
  const facts = new Map<string, Facts>();
  const later: string[] = [];
  for (const reading of readings(wanted)) await readOne(files, reading, { facts, later, options });
  // The second name of a file whose first is not wanted: alone, each name has the content itself.
  for (const path of later) {
    const reading: Reading = { root: path, wants: (at) => at === path, isShallow: true };
    await readOne(files, reading, { facts, later: [], options });
  }
  return facts;
}

interface Collected {
  facts: Map<string, Facts>;
  /** Hard links whose other name was not read. */
  later: string[];
  options: FactsOptions;
}

async function readOne(files: StoppedFiles, reading: Reading, collected: Collected): Promise<void> {
  const tar = await files.read(reading.root);
  if (tar === null) return;
  const parent = posix.dirname(reading.root);
  for await (const entry of tarEntries(tar)) {
    if (entry.name === null) throw refusal(entry.shown, 'the name is not valid UTF-8');
    const path = within(parent, entry.name);
    if (!reading.wants(path) || collected.options.isLeftOut(path)) continue;
    const found = await factsOf(path, parent, entry, collected);
    if (found !== null) collected.facts.set(path, found);
    if (collected.facts.size > collected.options.most)
      throw new StateRefused(`more than ${collected.options.most} files and folders were changed`);
    // Only the folder itself is asked for, and the archive would go on with all that it holds.
    if (reading.isShallow) break;
  }
}

async function factsOf(
  path: string,
  parent: string,
  entry: TarEntry,
  { facts, later, options }: Collected,
): Promise<Facts | null> {
  const { uid, gid } = entry;
  const mode = entry.mode & 0o7777;
  if (entry.sparse) throw refusal(path, 'the archive holds it in a sparse form');
  switch (entry.type) {
    case 'file':
      return { type: 'file', mode, uid, gid, digest: await options.content(path, entry), bytes: entry.size };
    case 'directory':
      return { type: 'dir', mode, uid, gid };
    case 'symlink':
      if (entry.linkname === null || entry.linkname === '' || entry.linkname.includes('\0'))
        throw refusal(path, 'the target of the symbolic link is not proper UTF-8 text');
      return { type: 'link', uid, gid, target: entry.linkname };
    case 'link': {
      const other = entry.linkname === null ? undefined : facts.get(within(parent, entry.linkname));
      if (other !== undefined) return other;
      later.push(path);
      return null;
    }
    default:
      return { type: 'other' };
  }
}

/** The absolute path of a member of an archive, whose names begin with the name of what was asked for. */
function within(parent: string, name: string): string {
  const parts = name.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    throw refusal(name, 'the archive does not name it plainly');
  return `${parent === '/' ? '' : parent}/${parts.join('/')}`;
}

export function refusal(path: string, why: string): StateRefused {
  return new StateRefused(`${quoteText(path)}: ${why}`);
}
