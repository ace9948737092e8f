import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, stateFolder, tryFileLock, withFileLock } from './file-lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-lock-'));
  file = join(folder, 'deep', 'x.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Another process that takes the lock, says so, and keeps it until it is killed. */
async function holder() {
  const code = `
    import { withFileLock } from ${JSON.stringify(fileURLToPath(new URL('file-lock.ts', import.meta.url)))};
    await withFileLock(${JSON.stringify(file)}, () => new Promise((resolve) => { console.log('held'); setTimeout(resolve, 60_000); }));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('tryFileLock', () => {
  it('is held by one at a time, and by nobody once its holder was killed', async () => {
    const release = await tryFileLock(file);
    expect(release).not.toBeNull();
    expect(await tryFileLock(file)).toBeNull();
    release?.();
    const other = await holder();
    expect(await tryFileLock(file)).toBeNull();
    other.kill('SIGKILL');
    await once(other, 'exit');
    const again = await tryFileLock(file);
    expect(again).not.toBeNull();
    again?.();
  });
});

describe('withFileLock', () => {
  it('lets one in at a time and returns what the work returns', async () => {
    let inside = 0;
    let most = 0;
    const work = async (value: number) => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
      return value;
    };
    const results = await Promise.all([1, 2, 3].map((value) => withFileLock(file, () => work(value))));
    expect(results).toEqual([1, 2, 3]);
    expect(most).toBe(1);
  });

  it('is free again when the work fails', async () => {
    await expect(withFileLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withFileLock(file, async () => 'in')).toBe('in');
  });

  it('waits for another process, and is free the moment that one is killed', async () => {
    const other = await holder();
    let waited = 0;
    let entered = false;
    const mine = withFileLock(
      file,
      async () => {
        entered = true;
      },
      { onWait: () => waited++ },
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect({ waited, entered }).toEqual({ waited: 1, entered: false });
    other.kill('SIGKILL');
    await mine;
    expect(entered).toBe(true);
  });

  it('stops waiting when told to', async () => {
    await withFileLock(file, async () => {
      await expect(withFileLock(file, async () => 'in', { signal: AbortSignal.timeout(50) })).rejects.toThrow(
        /abort/i,
      );
    });
  });

  it('says which file it cannot open', async () => {
    await writeFile(join(folder, 'taken'), '');
    const impossible = join(folder, 'taken', 'x.lock');
    await expect(withFileLock(impossible, async () => 'in')).rejects.toMatchObject({
      kind: 'infrastructure',
      message: expect.stringContaining(impossible),
    });
  });
});

describe('folders', () => {
  it('follow the XDG variables', () => {
    expect(stateFolder({ XDG_STATE_HOME: '/s' })).toBe('/s/assay');
    expect(cacheFolder({ XDG_CACHE_HOME: '/c' })).toBe('/c/assay');
  });
});
