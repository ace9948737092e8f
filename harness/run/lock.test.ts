import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tryLock } from './lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

it('is held by one at a time and can be taken again', () => {
  const file = join(dir, 'lock');
  const release = tryLock(file);
  expect(release).not.toBeNull();
  expect(tryLock(file)).toBeNull();
  release?.();
  const again = tryLock(file);
  expect(again).not.toBeNull();
  again?.();
});

it('is free again when its holder was killed', async () => {
  const file = join(dir, 'lock');
  const code = `import { tryLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
    console.log(tryLock(${JSON.stringify(file)}) !== null); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(holder.stdout, 'data');
  expect(String(said).trim()).toBe('true');
  expect(tryLock(file)).toBeNull();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const release = tryLock(file);
  expect(release).not.toBeNull();
  release?.();
});
