import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { inputError, messageOf } from '../../harness/domain/errors.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import { testsDir } from './paths.ts';

/** A task's `tests/` as they are laid into a container. */
export interface HiddenTests {
  /** Owned by root; read from disk as they are asked for. */
  entries: AsyncIterable<LayerEntry>;
  /** Whether `test.sh` names its own interpreter; false where there is none. */
  hasShebang: boolean;
}

/** One member of a folder of tests; `path` is relative to that folder, a link's target to the link's own place. */
export type TestsMember = { path: string } & (
  | { type: 'dir' }
  | { type: 'file'; mode: 0o644 | 0o755 }
  | { type: 'link'; target: string; toFolder: boolean }
);

/** A folder below `tests/` of a task, or all of it. */
export interface TestsFolder {
  /** Folders before what they hold, names in one order on every machine. */
  members: readonly TestsMember[];
  /** The bytes of a file, also through a symbolic link. */
  read(path: string): Promise<Buffer>;
}

/**
 * Reads what there is under `tests/` of a task's folder. Symbolic links are kept where they stay inside of it. With
 * `without`, `test.sh` is not what starts the tests and may be missing, and the named folder, if any, is left out.
 * Throws AssayError `input` where `test.sh` is missed, or where there is something that no container can be given.
 */
export async function hiddenTests(
  taskDir: string,
  { without }: { without?: string | null } = {},
): Promise<HiddenTests> {
  const mayLack = without !== undefined;
  const isThere = !mayLack || (await readdir(taskDir)).includes('tests');
  const { members, read } = isThere ? await testsFolder(taskDir) : noTests;
  const hasScript = members.some((member) => member.path === 'test.sh' && member.type !== 'dir');
  if (!hasScript && !mayLack) throw inputError('the task has no tests/test.sh');
  const start = hasScript ? await read('test.sh') : Buffer.alloc(0);
  const left = typeof without === 'string' ? outside(members, posix.join(without, '/')) : members;
  return { entries: layer(left, read), hasShebang: start.subarray(0, 2).toString('latin1') === '#!' };
}

const noTests: TestsFolder = { members: [], read: async () => Buffer.alloc(0) };

/** `folder` ends with a slash. */
function outside(members: readonly TestsMember[], folder: string): TestsMember[] {
  return members.filter(({ path }) => folder !== './' && !`${path}/`.startsWith(folder));
}

async function* layer(
  members: readonly TestsMember[],
  read: TestsFolder['read'],
): AsyncGenerator<LayerEntry> {
  yield { path: testsDir, type: 'dir', mode: 0o755 };
  for (const member of members) {
    const path = `${testsDir}/${member.path}`;
    if (member.type === 'dir') yield { path, type: 'dir', mode: 0o755 };
    else if (member.type === 'link') yield { path, type: 'link', linkTarget: member.target };
    else yield { path, type: 'file', mode: member.mode, content: await read(member.path) };
  }
}

/**
 * Lists a folder below `tests/`, by default all of it; its links must stay within it. The one place that reads a task's
 * tests. Throws AssayError `input` where there is no such folder, or something in it that no container can be given.
 */
export async function testsFolder(taskDir: string, folder = ''): Promise<TestsFolder> {
  const name = posix.join('tests', folder).replace(/\/$/, '');
  const tests = await realpath(join(taskDir, 'tests')).catch((error: unknown) => {
    throw inputError('the task has no tests/ folder', { cause: error });
  });
  const real = await realpath(join(tests, folder)).catch((error: unknown) => {
    throw inputError(`the task has no folder ${name}/`, { cause: error });
  });
  if (leadsOut(tests, real)) throw inputError(`${name} is a symbolic link that leads out of tests/`);
  const members: TestsMember[] = [];
  async function visit(inner: string): Promise<void> {
    const names = await readdir(join(real, inner));
    for (const each of names.toSorted(compareText)) {
      const path = inner === '' ? each : `${inner}/${each}`;
      const found = await lstat(join(real, path));
      if (found.isDirectory()) {
        members.push({ path, type: 'dir' });
        await visit(path);
      } else if (found.isSymbolicLink()) {
        members.push({ path, type: 'link', ...(await linkTarget(real, path, name)) });
      } else if (found.isFile()) {
        const isProgram = `${name}/${path}` === 'tests/test.sh' || (found.mode & 0o111) !== 0;
        members.push({ path, type: 'file', mode: isProgram ? 0o755 : 0o644 });
      } else throw inputError(`${name}/${path} is neither a file, a folder nor a symbolic link`);
    }
  }
  await visit('');
  return { members, read: (path) => readFile(join(real, path)) };
}

/** Where a link leads, relative to its own place. */
async function linkTarget(
  root: string,
  path: string,
  name: string,
): Promise<{ target: string; toFolder: boolean }> {
  const target = await realpath(join(root, path)).catch((error: unknown) => {
    throw inputError(`${name}/${path} is a symbolic link that leads nowhere: ${messageOf(error)}`, {
      cause: error,
    });
  });
  if (leadsOut(root, target))
    throw inputError(`${name}/${path} is a symbolic link that leads out of ${name}/`);
  const within = relative(root, target).split(sep).join('/');
  return {
    target: posix.relative(posix.dirname(path), within) || '.',
    toFolder: (await stat(target)).isDirectory(),
  };
}

function leadsOut(root: string, target: string): boolean {
  const within = relative(root, target);
  return within === '..' || within.startsWith(`..${sep}`);
}
