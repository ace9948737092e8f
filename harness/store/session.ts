import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** This process's place for temporary files in the store, made on first use. */
export interface Session {
  dir(): Promise<string>;
  /** Removes what git left behind when it died; nothing where another process is at work in this store. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

// Process ids say nothing across machines that share a folder.
const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export function openSession(storeDir: string, gitDir: string): Session {
  const root = join(storeDir, 'tmp');
  const own = `${host}-${process.pid}-${randomBytes(6).toString('hex')}`;
  let made: Promise<string> | null = null;

  async function start(): Promise<string> {
    await mkdir(join(root, own), { recursive: true });
    for (const name of await namesIn(root)) {
      const [owner, pid] = name.split('-');
      if (owner === host && !isAlive(Number(pid)))
        await rm(join(root, name), { recursive: true, force: true });
    }
    return join(root, own);
  }

  return {
    dir() {
      made ??= start();
      made.catch(() => {
        made = null;
      });
      return made;
    },
    async sweep() {
      // Files younger than this may belong to a process that starts right now.
      const before = Date.now();
      await this.dir();
      if ((await namesIn(root)).some((name) => name !== own)) return;
      for (const path of await leftovers(gitDir)) {
        const facts = await stat(path).catch(() => null);
        if (facts && facts.mtimeMs < before) await rm(path, { recursive: true, force: true });
      }
    },
    async close() {
      if (made === null) return;
      await rm(join(root, own), { recursive: true, force: true });
      made = null;
    },
  };
}

/** Half-written packs and objects, and the crash reports of fast-import. */
async function leftovers(gitDir: string): Promise<string[]> {
  const objects = join(gitDir, 'objects');
  const found = (await namesIn(gitDir))
    .filter((n) => n.startsWith('fast_import_crash_'))
    .map((n) => join(gitDir, n));
  for (const name of await namesIn(objects)) {
    const folder = join(objects, name);
    if (name.startsWith('tmp_objdir')) found.push(folder);
    else if (name === 'pack' || /^[0-9a-f]{2}$/.test(name))
      found.push(...(await namesIn(folder)).filter((n) => n.startsWith('tmp_')).map((n) => join(folder, n)));
  }
  return found;
}
