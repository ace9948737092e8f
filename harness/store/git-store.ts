import { access, appendFile, mkdir, mkdtemp, readFile, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { infrastructureError, messageOf } from '../domain/errors.ts';
import { applyPatch } from './apply-patch.ts';
import { type ObjectReader, startCatFile } from './cat-file.ts';
import { compose } from './compose.ts';
import { diffText, rememberDiffs } from './diff.ts';
import { editTree } from './edit.ts';
import { type FastImport, startFastImport } from './fast-import.ts';
import { checkGitVersion, gitFailed, runGit, saysNoSpace } from './git.ts';
import { type IngestParts, ingest } from './ingest.ts';
import { openListings } from './listing.ts';
import { blobId, type ObjectId, toDigest, toObjectId } from './object-id.ts';
import { putBlobs } from './put-blobs.ts';
import { openSession, type Session } from './session.ts';
import type { Store } from './store.ts';

/**
 * Opens the store in a folder, making it on first use. Several processes may have the same store open. Close it:
 * its git processes keep this one alive. Throws `infrastructure` when git is missing or too old, or when the folder
 * cannot be used.
 */
export async function openStore(dir: string): Promise<Store> {
  await checkGitVersion();
  return guardDisk(dir, async () => {
    await mkdir(dir, { recursive: true });
    const root = await realpath(dir);
    const gitDir = join(root, 'objects.git');
    const session = openSession(root, gitDir);
    await makeRepository(root, gitDir, session);
    return storeAt(root, gitDir, session);
  });
}

async function makeRepository(root: string, gitDir: string, session: Session): Promise<void> {
  const exists = await access(gitDir).then(
    () => true,
    () => false,
  );
  if (!exists) {
    // Made aside and moved into place: a kill in the middle leaves no half of it.
    const fresh = await mkdtemp(join(await session.dir(), 'new-'));
    const result = await runGit({
      args: ['init', '--quiet', '--bare', '--object-format=sha256', '--template=', fresh],
    });
    if (result.code !== 0) throw gitFailed('making the object database', result.stderr, root);
    await appendFile(join(fresh, 'config'), '[gc]\n\tauto = 0\n');
    try {
      await rename(fresh, gitDir);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      // Another process was faster; the check below says whether what it made will do.
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  const config = await readFile(join(gitDir, 'config'), 'utf8').catch(messageOf);
  if (!/^\s*objectformat\s*=\s*sha256\s*$/im.test(config))
    throw infrastructureError(`store: ${gitDir} is not an object database of ours`, {
      fix: 'choose another folder with --out, or remove that one',
    });
}

function storeAt(root: string, gitDir: string, session: Session): Store {
  const diffs = rememberDiffs(gitDir);
  const listings = openListings(gitDir);
  let importing: Promise<FastImport> | null = null;
  let reading: ObjectReader | null = null;
  let closed = false;

  function checkOpen() {
    if (closed) throw new TypeError('the store is closed');
  }
  async function startImporter(): Promise<FastImport> {
    await session.sweep();
    return startFastImport(gitDir);
  }
  /** The living importer; a new one after it died (a full disk ends it). */
  async function importer(): Promise<FastImport> {
    checkOpen();
    const current = importing;
    const found = await current?.catch(() => null);
    if (found?.alive()) return found;
    // Of several that wait here, the first starts it.
    if (importing === current) importing = startImporter();
    return importing ?? importer();
  }
  function reader(): ObjectReader {
    checkOpen();
    if (!reading?.alive()) reading = startCatFile(gitDir);
    return reading;
  }
  async function read(id: ObjectId): Promise<Buffer> {
    const found = await reader().contents(id);
    if (found) return found.content;
    throw infrastructureError(`store: object ${id} is missing`, {
      fix: 'the store was cut short or belongs to another run; start the run again with a new --out',
    });
  }
  const parts: IngestParts = { importer, listings, read, temporary: () => session.dir() };
  const guarded = <T>(work: () => Promise<T>) => guardDisk(root, work);

  return {
    putBlob: (content) =>
      guarded(async () => {
        const bytes = typeof content === 'string' ? Buffer.from(content) : content;
        const current = await importer();
        await current.blob(bytes);
        await current.durable();
        return toDigest(blobId(bytes));
      }),
    putBlobs: (work) => guarded(async () => putBlobs(await importer(), () => session.dir(), work)),
    readBlob: (digest) => guarded(() => read(toObjectId(digest))),
    has: (digest) => guarded(async () => (await reader().info(toObjectId(digest))) !== null),
    ingest: (tar, options) => guarded(() => ingest(tar, options, parts)),
    applyPatch: (base, patch, limits) => guarded(() => applyPatch(base, patch, limits, parts)),
    edit: (tree, changes) => guarded(async () => toDigest(await editTree(toObjectId(tree), changes, parts))),
    compose: (parts) => guarded(() => compose(parts, importer)),
    listTree: (tree) =>
      guarded(async () => {
        const { files } = await listings(toObjectId(tree));
        return Array.from(files, ([path, { mode, id }]) => ({ path, mode, digest: toDigest(id) }));
      }),
    diff: (base, tree) => guarded(() => diffs(toObjectId(base), toObjectId(tree))),
    diffText: (base, tree, maxBytes) =>
      guarded(() => diffText(gitDir, toObjectId(base), toObjectId(tree), maxBytes)),
    async close() {
      if (closed) return;
      closed = true;
      const current = await importing?.catch(() => null);
      await Promise.all([current?.end(), reading?.end()]);
      await session.close();
    },
  };
}

/** Errors of the file system become `infrastructure`; whatever else is thrown passes. */
async function guardDisk<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall } = Object(error) as NodeJS.ErrnoException;
    if (typeof code !== 'string' || typeof syscall !== 'string') throw error;
    if (saysNoSpace(code)) throw gitFailed('writing', code, dir, error);
    throw infrastructureError(`store: ${messageOf(error)}`, { cause: error });
  }
}
