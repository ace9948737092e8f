import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { sha256 } from '../../harness/domain/digest.ts';
import type { LoadedTask } from '../../harness/domain/task.ts';
import { testSpec } from '../../harness/sandbox/docker-testing.ts';
import { withFileLock } from '../../harness/sandbox/file-lock.ts';

const pinned = join(import.meta.dirname, 'images');

const dockerfile = `FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json ./
COPY node_modules/ node_modules/
`;

/**
 * A folder that holds a Dockerfile, `package.json` and `node_modules` with a test framework in the pinned version: what
 * a task's `environment/` is made from. Installed once per lock file and machine, for Linux whatever this machine is;
 * not to be written to.
 */
export async function frameworkContext(name: 'vitest' | 'jest'): Promise<string> {
  const lock = await readFile(join(pinned, name, 'package-lock.json'), 'utf8');
  const key = sha256(`${lock}${dockerfile}${process.arch}`).slice('sha256:'.length, 'sha256:'.length + 16);
  const root = join(tmpdir(), `assay-test-images-${process.getuid?.() ?? 0}`);
  const context = join(root, `${name}-${key}`, 'environment');
  await withFileLock(join(root, `${name}-${key}.lock`), async () => {
    if (await exists(context)) return;
    const fresh = `${context}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      await cp(join(pinned, name, file), join(fresh, file));
    const args = [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--os=linux',
      '--libc=glibc',
    ];
    await execa('npm', args, { cwd: fresh, stdin: 'ignore' });
    await writeFile(join(fresh, 'Dockerfile'), dockerfile);
    await rename(fresh, context);
  });
  return context;
}

/** A task whose image holds the framework; its image is built once per engine. */
export async function frameworkTask(name: 'vitest' | 'jest'): Promise<LoadedTask> {
  const context = await frameworkContext(name);
  const environment = { ...testSpec.environment, hasDockerfile: true, digest: sha256(context) };
  return { dir: join(context, '..'), spec: { ...testSpec, id: `framework-${name}`, environment } };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
