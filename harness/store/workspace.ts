import { Buffer } from 'node:buffer';
import type { FastImport } from './fast-import.ts';
import type { ListedFile, Listing } from './listing.ts';
import { blobId, type ObjectId } from './object-id.ts';
import { checkNoClash, dotGit, gitNameProblem, linkProblem, pathProblem } from './path-rules.ts';
import { Refusal, refusePath } from './refusal.ts';
import { spool } from './spool.ts';
import type { FileMode, IngestOptions } from './store.ts';
import type { TarEntry } from './tar-entries.ts';

/** What becomes of one workspace while its archive is read. */
export interface Workspace {
  /** Checks one member and stores its content when the base does not hold it. Throws Refusal. */
  take(entry: TarEntry): Promise<void>;
  /** Checks what can only be told at the end. Throws Refusal. */
  finish(): { files: ReadonlyMap<string, ListedFile>; ignored: number };
}

export interface WorkspaceParts {
  importer: FastImport;
  /** What the base holds; null: this workspace is itself the base, and trusted. */
  base: Listing | null;
  ignores: (path: string) => boolean;
  spoolDir: () => Promise<string>;
}

const inMemoryBytes = 1 << 20;
const executable = 0o100;
const setIds = 0o6000;
const nothing: Listing = { files: new Map(), bytes: 0 };

const refusedTypes: Readonly<Record<string, string>> = {
  'character-device': 'a device',
  'block-device': 'a device',
  fifo: 'a named pipe',
};

export function openWorkspace(options: IngestOptions, parts: WorkspaceParts): Workspace {
  const { limits } = options;
  const { importer } = parts;
  const trusted = parts.base === null;
  const held = (parts.base ?? nothing).files;
  const files = new Map<string, ListedFile>();
  const targets = new Map<string, string>();
  const count = { members: 0, files: 0, bytes: 0, skippedBytes: 0, ignored: 0 };
  // `.git` and caches are read past, and still take time.
  const most = { members: 10 * limits.maxFiles + held.size, skippedBytes: 4 * limits.maxBytes };
  let root: string | null = null;

  /** The name without the archive's root entry; '' for the root itself. */
  function inside(name: string): string {
    const slash = name.indexOf('/');
    const first = slash < 0 ? name : name.slice(0, slash);
    if (name.startsWith('/')) throw refusePath(name, 'the path is absolute');
    if (root !== null && first !== root) throw refusePath(name, 'the path is outside the workspace');
    const path = slash < 0 ? '' : name.slice(slash + 1);
    return path.endsWith('/') ? path.slice(0, -1) : path;
  }

  function skip(path: string, entry: TarEntry, counted = true) {
    count.skippedBytes += entry.size;
    if (count.skippedBytes > most.skippedBytes)
      throw refusePath(path, `ignored files hold more than ${most.skippedBytes} bytes`);
    if (counted) count.ignored += 1;
  }

  async function take(entry: TarEntry): Promise<void> {
    count.members += 1;
    if (count.members > most.members) throw new Refusal(`more than ${most.members} files and folders`);
    if (entry.name === null) {
      if (trusted) return skip(entry.shown, entry);
      throw refusePath(entry.shown, 'the name is not valid UTF-8');
    }
    if (root === null) return takeRoot(entry, entry.name);
    const path = inside(entry.name);
    if (path === '') throw refusePath(entry.name, 'the root of the archive stands in it twice');
    const problem = pathProblem(path, limits);
    if (problem) throw refusePath(path, problem);
    const components = path.split('/');
    const git = components.indexOf('.git');
    // One for each `.git`, not for each file in it.
    if (git >= 0) return skip(path, entry, git === components.length - 1);
    if (entry.type === 'directory') return;
    if (!held.has(path)) {
      if (parts.ignores(path)) return skip(path, entry);
      const name = gitNameProblem(path, entry.type === 'symlink');
      if (trusted && unstorable(components, entry)) return skip(path, entry);
      if (!trusted && name) throw refusePath(path, name);
    }
    if (files.has(path)) throw refusePath(path, 'the archive holds this path twice');
    if ((entry.type === 'symlink' || entry.type === 'link') && entry.size > 0)
      throw refusePath(path, 'the archive gives content to a link');
    if (entry.sparse) throw refusePath(path, 'the archive holds it in a sparse form');
    if (entry.type === 'file') await takeFile(path, entry);
    else if (entry.type === 'symlink') await takeLink(path, entry);
    else if (entry.type === 'link') takeHardLink(path, entry);
    else if (trusted) skip(path, entry);
    else throw refusePath(path, `it is ${refusedTypes[entry.type ?? ''] ?? 'no file, folder or link'}`);
  }

  function takeRoot(entry: TarEntry, name: string) {
    root = name.replace(/\/$/, '');
    if (entry.type !== 'directory') throw refusePath(name, 'the workspace is not a folder');
    if (root === '' || root === '..' || root.includes('/'))
      throw refusePath(name, 'the archive does not start with the folder itself');
  }

  /** Counts one file and its bytes unless the base holds the very same. */
  function add(path: string, file: ListedFile) {
    const before = held.get(path);
    files.set(path, file);
    if (before?.id === file.id && before.mode === file.mode) return;
    count.files += 1;
    if (count.files > limits.maxFiles) throw new Refusal(`more than ${limits.maxFiles} files`);
    if (before?.id !== file.id) count.bytes += file.size;
    if (count.bytes > limits.maxBytes)
      throw refusePath(path, `with it the files hold more than ${limits.maxBytes} bytes`);
  }

  /** Refuses by the announced size, before anything is read; the base may hold larger files. */
  function checkSize(path: string, size: number) {
    if (held.get(path)?.size === size) return;
    if (size > limits.maxFileBytes)
      throw refusePath(path, `${size} bytes are more than ${limits.maxFileBytes} for one file`);
    if (count.bytes + size > limits.maxBytes)
      throw refusePath(path, `with it the files hold more than ${limits.maxBytes} bytes`);
  }

  function checkSetIds(path: string, entry: TarEntry, id: ObjectId) {
    if (!trusted && (entry.mode & setIds) !== 0 && held.get(path)?.id !== id)
      throw refusePath(path, 'the file is set-uid or set-gid');
  }

  async function takeFile(path: string, entry: TarEntry): Promise<void> {
    checkSize(path, entry.size);
    const mode: FileMode = (entry.mode & executable) === 0 ? '100644' : '100755';
    const before = held.get(path)?.id;
    if (entry.size > inMemoryBytes) {
      const spooled = await spool(await parts.spoolDir(), entry.content, entry.size);
      try {
        checkSetIds(path, entry, spooled.id);
        if (spooled.id !== before && entry.size > limits.maxFileBytes)
          throw refusePath(path, `${entry.size} bytes are more than ${limits.maxFileBytes} for one file`);
        add(path, { mode, id: spooled.id, size: entry.size });
        if (spooled.id !== before) await importer.blobFrom(entry.size, spooled.read());
      } finally {
        await spooled.dispose();
      }
      return;
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry.content) chunks.push(chunk);
    const content = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    const id = blobId(content);
    checkSetIds(path, entry, id);
    add(path, { mode, id, size: entry.size });
    if (id !== before) await importer.blob(content);
  }

  async function takeLink(path: string, entry: TarEntry): Promise<void> {
    const target = entry.linkname;
    if (target === null || target === '' || target.includes('\0')) {
      if (trusted) return skip(path, entry);
      throw refusePath(path, 'the target of the symbolic link is not proper UTF-8 text');
    }
    const content = Buffer.from(target);
    const id = blobId(content);
    targets.set(path, target);
    add(path, { mode: '120000', id, size: content.length });
    if (held.get(path)?.id !== id) await importer.blob(content);
  }

  /** The second name of a file that came before: the same content again. */
  function takeHardLink(path: string, entry: TarEntry) {
    const target = entry.linkname === null ? null : inside(entry.linkname);
    const file = target === null ? undefined : files.get(target);
    if (target === null || file === undefined) {
      if (trusted) return skip(path, entry);
      throw refusePath(path, `it is a hard link to a file that is not part of the workspace`);
    }
    checkSetIds(path, entry, file.id);
    checkSize(path, file.size);
    const linked = targets.get(target);
    if (linked !== undefined) targets.set(path, linked);
    add(path, file);
  }

  function checkLinks() {
    const isLink = (path: string) => files.get(path)?.mode === '120000';
    for (const [path, target] of targets) {
      const before = held.get(path);
      if (before?.mode === '120000' && before.id === files.get(path)?.id) continue;
      const problem = linkProblem(path, target, isLink);
      if (problem) throw refusePath(path, problem);
    }
  }

  return {
    take,
    finish() {
      if (root === null) throw new Refusal('the archive of the workspace is empty');
      checkNoClash(new Set(files.keys()));
      if (!trusted) checkLinks();
      return { files, ignored: count.ignored };
    },
  };
}

/** Names that git cannot hold; a trusted workspace is taken without them. */
function unstorable(components: readonly string[], entry: TarEntry): boolean {
  if (components.some((name) => dotGit(name) !== null && name.toLowerCase() === '.git')) return true;
  return entry.type === 'symlink' && components.at(-1)?.toLowerCase() === '.gitmodules';
}
