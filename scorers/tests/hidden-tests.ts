import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { inputError, messageOf } from '../../harness/domain/errors.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import { testsDir } from './paths.ts';

/** A task's `tests/` as they are laid into a container. */
export interface HiddenTests {
  /** Owned by root; read from disk as they are asked for. */
  entries: AsyncIterable<LayerEntry>;
  /** Whether `test.sh` names its own interpreter. */
  hasShebang: boolean;
}

type Member = { path: string } & (
  | { type: 'dir' }
  | { type: 'file'; mode: number }
  | { type: 'link'; target: string }
);

/**
 * Reads what there is under `tests/` of a task's folder. Symbolic links are kept where they stay inside of it.
 * Throws AssayError `input` where there is no `test.sh`, or something that no container can be given.
 */
export async function hiddenTests(taskDir: string): Promise<HiddenTests> {
  const root = join(taskDir, 'tests');
  const members = await list(root);
  if (!members.some((member) => member.path === 'test.sh' && member.type !== 'dir'))
    throw inputError('the task has no tests/test.sh');
  const start = await readFile(join(root, 'test.sh'));
  return { entries: layer(root, members), hasShebang: start.subarray(0, 2).toString('latin1') === '#!' };
}

async function* layer(root: string, members: readonly Member[]): AsyncGenerator<LayerEntry> {
  yield { path: testsDir, type: 'dir', mode: 0o755 };
  for (const member of members) {
    const path = `${testsDir}/${member.path}`;
    if (member.type === 'dir') yield { path, type: 'dir', mode: 0o755 };
    else if (member.type === 'link') yield { path, type: 'link', linkTarget: member.target };
    else yield { path, type: 'file', mode: member.mode, content: await readFile(join(root, member.path)) };
  }
}

/** Folders before what they hold, names in one order on every machine. */
async function list(root: string): Promise<Member[]> {
  const real = await realpath(root).catch((error: unknown) => {
    throw inputError('the task has no tests/ folder', { cause: error });
  });
  const members: Member[] = [];
  async function visit(folder: string): Promise<void> {
    const names = await readdir(join(real, folder));
    for (const name of names.toSorted(compareText)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = await lstat(join(real, path));
      if (stat.isDirectory()) {
        members.push({ path, type: 'dir' });
        await visit(path);
      } else if (stat.isSymbolicLink()) {
        members.push({ path, type: 'link', target: await inside(real, path) });
      } else if (stat.isFile()) {
        const isProgram = path === 'test.sh' || (stat.mode & 0o111) !== 0;
        members.push({ path, type: 'file', mode: isProgram ? 0o755 : 0o644 });
      } else throw inputError(`tests/${path} is neither a file, a folder nor a symbolic link`);
    }
  }
  await visit('');
  return members;
}

/** Where a link of `tests/` leads, relative to its own place. */
async function inside(root: string, path: string): Promise<string> {
  const target = await realpath(join(root, path)).catch((error: unknown) => {
    throw inputError(`tests/${path} is a symbolic link that leads nowhere: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const within = relative(root, target);
  if (within === '..' || within.startsWith(`..${sep}`))
    throw inputError(`tests/${path} is a symbolic link that leads out of tests/`);
  return posix.relative(posix.dirname(path), within.split(sep).join('/')) || '.';
}
