import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/errors.ts';
import { gitEnv } from './git.ts';
import { openStore } from './git-store.ts';
import { blobId, toDigest } from './object-id.ts';
import { file, treeOf, withStore } from './testing.ts';

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-store-'));
  try {
    await work(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

describe('blobs', () => {
  it('come back as they were put, under their git id', async () => {
    await withStore(async (store, dir) => {
      for (const content of [
        '',
        'text\n',
        'blob 3\0x\ndata 9\n',
        randomBytes(200_000),
        Buffer.alloc(9_000_000, 'big'),
      ]) {
        const bytes = Buffer.from(content as Buffer);
        const digest = await store.putBlob(content);
        expect(digest).toBe(toDigest(blobId(bytes)));
        expect((await store.readBlob(digest)).equals(bytes)).toBe(true);
        const git = execFileSync('git', ['cat-file', '-s', digest.slice(7)], {
          env: gitEnv({ GIT_DIR: join(dir, 'objects.git') }),
        });
        expect(Number(git.toString())).toBe(bytes.length);
      }
    });
  });

  it('can be put and read many at a time, equal ones too', async () => {
    await withStore(async (store) => {
      const contents = Array.from(
        { length: 300 },
        (_, n) => `content ${n % 200} ${'x'.repeat((n % 7) * 3000)}`,
      );
      const digests = await Promise.all(contents.map((content) => store.putBlob(content)));
      const read = await Promise.all(digests.map((digest) => store.readBlob(digest)));
      expect(read.map(String)).toEqual(contents);
    });
  });

  it('are told from what is missing', async () => {
    await withStore(async (store) => {
      const missing = `sha256:${'0'.repeat(63)}1`;
      const digest = await store.putBlob('here');
      expect([await store.has(digest), await store.has(missing)]).toEqual([true, false]);
      await expect(store.readBlob(missing)).rejects.toThrow(AssayError);
      await expect(store.readBlob(missing)).rejects.toMatchObject({
        kind: 'infrastructure',
        message: /is missing/,
      });
      await expect(store.readBlob('sha256:x\ncontents HEAD')).rejects.toThrow(TypeError);
      expect((await store.readBlob(digest)).toString()).toBe('here');
    });
  });

  it('are there when the store is opened again, and for a second one that is open already', async () => {
    await withStore(async (store, dir) => {
      const other = await openStore(dir);
      await other.putBlob('wake its processes');
      const tree = await treeOf(store, [file('a', 'A')]);
      expect((await other.listTree(tree)).map(({ path }) => path)).toEqual(['a']);
      const many = await treeOf(
        store,
        Array.from({ length: 200 }, (_, n) => file(`f${n}`, `${n}`)),
      );
      expect(await other.listTree(many)).toHaveLength(200);
      await other.close();
    });
  });
});

describe('opening', () => {
  it('refuses a folder with a repository of another kind', async () => {
    await inFolder(async (dir) => {
      execFileSync('git', ['init', '-q', '--bare', join(dir, 'objects.git')], { env: gitEnv() });
      const refused = { kind: 'infrastructure', message: /not an object database/ };
      await expect(openStore(dir)).rejects.toMatchObject(refused);
    });
  });

  it('says infrastructure for a folder that cannot be made', async () => {
    await withStore(async (_, dir) => {
      const inAFile = join(dir, 'objects.git', 'HEAD', 'store');
      await expect(openStore(inAFile)).rejects.toMatchObject({ kind: 'infrastructure', message: /ENOTDIR/ });
    });
  });

  it('works from two sides at once', async () => {
    await inFolder(async (dir) => {
      const at = join(dir, 'deep', 'store');
      const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(at)));
      const digests = await Promise.all(stores.map((store) => store.putBlob('same')));
      expect(new Set(digests).size).toBe(1);
      await Promise.all(stores.map((store) => store.close()));
      expect(await readdir(at)).toEqual(['objects.git', 'tmp']);
      expect(await readdir(join(at, 'tmp'))).toEqual([]);
    });
  });

  it('is for once: a closed store says so, and leaves no temporary folder', async () => {
    await withStore(async (store, dir) => {
      await store.putBlob('x');
      await store.close();
      await store.close();
      await expect(store.putBlob('y')).rejects.toThrow('the store is closed');
      expect(await readdir(join(dir, 'tmp'))).toEqual([]);
    });
  });

  it('obeys no configuration of the user', async () => {
    await inFolder(async (dir) => {
      const config = join(dir, 'hostile');
      await writeFile(
        config,
        '[core]\n\tcompression = 99\n[fastimport]\n\tunpackLimit = x\n[diff]\n\tnoprefix = true\n',
      );
      const before = { ...process.env };
      Object.assign(process.env, {
        GIT_CONFIG_GLOBAL: config,
        GIT_DIR: '/nowhere',
        GIT_OBJECT_DIRECTORY: '/nowhere',
      });
      try {
        const store = await openStore(join(dir, 'store'));
        const [from, to] = [await treeOf(store, [file('a', '1\n')]), await treeOf(store, [file('a', '2\n')])];
        expect((await store.diffText(from, to, 1000)).text.toString()).toContain('--- a/a\n');
        await store.close();
      } finally {
        process.env = before;
      }
    });
  });
});

/** A process that stores blobs and, for each that the store called durable, says its digest. */
const writer = `
  import { writeSync } from 'node:fs';
  import { openStore } from ${JSON.stringify(new URL('./git-store.ts', import.meta.url).href)};
  const store = await openStore(process.argv[1]);
  let n = 0;
  await Promise.all(Array.from({ length: 4 }, async () => {
    for (;;) {
      const digest = await store.putBlob(process.pid + ' ' + n++ + ' ' + 'x'.repeat((n * 7919) % 50000));
      await store.readBlob(digest);
      writeSync(1, digest + '\\n');
    }
  }));
`;

function startWriter(dir: string): ChildProcess & { digests: string[] } {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
  const digests: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => digests.push(line));
  return Object.assign(child, { digests });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await sleep(10);
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function hasEnded(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

const hasProc = existsSync('/proc/self/task');

/** Lets a writer call that many blobs durable, kills it, and returns all that it called so. */
async function killedAfter(enough: number, dir: string, withGit: boolean): Promise<string[]> {
  const child = startWriter(dir);
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    await until(() => child.digests.length >= enough);
    const gits = childrenOf(child.pid ?? 0);
    expect(gits.length).toBeGreaterThanOrEqual(2);
    if (withGit) for (const pid of gits) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await ended;
    // They are no orphans: with the harness their standard input ends.
    await until(() => gits.every(hasEnded));
    return child.digests;
  } finally {
    child.kill('SIGKILL');
  }
}

describe.skipIf(!hasProc)('kill -9', () => {
  it.each([
    ['the harness', false],
    ['the harness and its git at once', true],
  ])('of %s loses nothing that was called durable', async (_, withGit) => {
    await inFolder(async (dir) => {
      const durable: string[] = [];
      for (const enough of [1, 13, 40]) durable.push(...(await killedAfter(enough, dir, withGit)));
      const store = await openStore(dir);
      for (const digest of durable) expect(toDigest(blobId(await store.readBlob(digest)))).toBe(digest);
      await store.putBlob('the next write clears away what the dead left');
      expect(await readdir(join(dir, 'tmp'))).toHaveLength(1);
      const git = join(dir, 'objects.git');
      const beginning = async (at: string, start: string) =>
        (await readdir(at)).filter((name) => name.startsWith(start));
      expect(await beginning(git, 'fast_import_crash')).toEqual([]);
      // The one that the living git writes to.
      expect(await beginning(join(git, 'objects', 'pack'), 'tmp_')).toHaveLength(1);
      await store.close();
      execFileSync('git', ['fsck', '--strict'], { env: gitEnv({ GIT_DIR: git }), stdio: 'ignore' });
    });
  });
});

it.skipIf(!hasProc)('goes on with a new git when the old one is gone', async () => {
  await withStore(async (store) => {
    const kept = await store.putBlob('kept');
    await store.readBlob(kept);
    const gits = childrenOf(process.pid).filter((pid) =>
      /git/.test(readFileSync(`/proc/${pid}/comm`, 'utf8')),
    );
    for (const pid of gits) process.kill(pid, 'SIGKILL');
    await until(() => gits.every(hasEnded));
    const settled = await Promise.allSettled([store.putBlob('a'), store.readBlob(kept)]);
    for (const result of settled)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'infrastructure' });
    expect((await store.readBlob(await store.putBlob('b'))).toString()).toBe('b');
    expect((await store.readBlob(kept)).toString()).toBe('kept');
  });
});

describe('a full disk', () => {
  const mounted = (work: (dir: string) => Promise<void>) =>
    inFolder(async (dir) => {
      const small = join(dir, 'small');
      await mkdir(small);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'assay-test', small], { stdio: 'ignore' });
      try {
        await work(small);
      } finally {
        execFileSync('umount', ['-l', small]);
      }
    });
  const canMount = () => {
    try {
      execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'assay-test', tmpdir()], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };

  it.skipIf(!canMount())(
    'ends in an error that says so, and the store works again when there is room',
    async () => {
      await mounted(async (dir) => {
        const store = await openStore(join(dir, 'store'));
        const first = await store.putBlob('first');
        const full = {
          kind: 'infrastructure',
          message: expect.stringMatching(/^store: no space left on the disk/),
        };
        for (const bytes of [20_000_000, 1_500_000, 100_000]) {
          const fill = async () => {
            for (let n = 0; n < 100; n += 1) await store.putBlob(randomBytes(bytes));
          };
          await expect(fill()).rejects.toMatchObject(full);
          await rm(join(dir, 'store', 'objects.git', 'objects', 'pack'), { recursive: true });
          await mkdir(join(dir, 'store', 'objects.git', 'objects', 'pack'));
          for (const name of await readdir(join(dir, 'store', 'objects.git', 'objects')))
            if (/^[0-9a-f]{2}$/.test(name) && !first.startsWith(`sha256:${name}`))
              await rm(join(dir, 'store', 'objects.git', 'objects', name), { recursive: true });
          const again = await store.putBlob(`again after ${bytes}`);
          expect((await store.readBlob(again)).toString()).toBe(`again after ${bytes}`);
          expect((await store.readBlob(first)).toString()).toBe('first');
        }
        const ballast = join(dir, 'ballast');
        await writeFile(ballast, Buffer.alloc(5_000_000)).catch(() => undefined);
        for (let n = 0; n < 2000; n += 1)
          await writeFile(`${ballast}-${n}`, Buffer.alloc(4096)).catch(() => undefined);
        const settled = await Promise.allSettled([
          store.putBlob('x'),
          store.putBlob('y'),
          treeOf(store, [file('big', Buffer.alloc(2_000_000, 'spooled'))]),
        ]);
        for (const result of settled) expect(result).toMatchObject({ status: 'rejected', reason: full });
        await store.close();
      });
    },
  );
});

it('never makes a reference', async () => {
  await withStore(async (store, dir) => {
    await treeOf(store, [file('a', 'A')]);
    const refs = execFileSync('git', ['for-each-ref'], {
      env: gitEnv({ GIT_DIR: join(dir, 'objects.git') }),
    });
    expect(refs.toString()).toBe('');
    await access(join(dir, 'objects.git', 'HEAD'));
  });
});
