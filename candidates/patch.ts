import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Digest, digestOf, sha256 } from '../harness/domain/digest.ts';
import { infrastructureError, type Problem } from '../harness/domain/errors.ts';
import { show, showPath } from '../harness/plan/place.ts';
import { isWithin, readBytes } from '../harness/plan/read-file.ts';
import { maxPatchBytes } from '../harness/store/apply-patch.ts';
import { entryError, entryErrors, entryFields, locate, pathProblem, WrittenPath } from './entry.ts';
import { applyRecorded, notRecorded } from './recorded.ts';
import type { Adapter, AttemptContext, OpenContext } from './source.ts';

const schema = z.strictObject({
  ...entryFields('patch'),
  /** Folder with one `<task>.patch` per task. */
  dir: WrittenPath,
});

/** One recorded patch file per task. */
export const patch: Adapter<typeof schema> = {
  name: 'patch',
  schema,
  async open(entry, context) {
    const folder = await findFolder(entry.dir, context.suiteDir);
    const digests = await digestPatches(folder, context);
    const strangers = await otherPatches(folder, digests);
    if (strangers.length > 0) {
      const shown = strangers.slice(0, 5).map(show).join(', ');
      const more = strangers.length > 5 ? `, and ${strangers.length - 5} more` : '';
      context.notice(`${entry.name}: patches for no task of this suite: ${shown}${more}`);
    }
    if (digests.size === 0) {
      const fix = `name the files <task>.patch, e.g. ${context.taskIds[0] ?? 'my-task'}.patch`;
      throw entryError('dir', `${show(entry.dir)} holds no patch for any task of the suite`, fix);
    }
    return [
      {
        name: entry.name,
        adapter: 'patch',
        identity: digestOf({ adapter: 'patch', patches: Object.fromEntries(digests) }),
        maxAttempts: 1,
        attempt: (trial) => attempt(trial, folder, digests),
      },
    ];
  },
};

async function attempt(context: AttemptContext, folder: string, digests: ReadonlyMap<string, Digest>) {
  const task = context.task.spec.id;
  const digest = digests.get(task);
  if (digest === undefined) return notRecorded(`no patch for this task: ${task}.patch is missing`);
  const path = patchPath(folder, task);
  const read = await readBytes(path, { maxBytes: maxPatchBytes, within: folder });
  if (!read.ok || sha256(read.bytes) !== digest) {
    throw infrastructureError(`${showPath(path)} is not what it was when the run began`, {
      fix: 'start a new run; leave the files alone while it goes on',
    });
  }
  return applyRecorded(context, read.bytes);
}

async function findFolder(written: string, suiteDir: string): Promise<string> {
  const { path, within } = locate(suiteDir, written);
  const fault = (message: string, fix: string) =>
    entryErrors([pathProblem('dir', written, { message, fix })]);
  const facts = await stat(path).catch(() => null);
  if (facts === null) throw fault('does not exist', 'make the folder, or correct the path');
  if (!facts.isDirectory())
    throw fault('is not a folder', 'name the folder that holds the <task>.patch files');
  const real = await realpath(path);
  if (within !== undefined && !isWithin(await realpath(within), real))
    throw fault(
      'is a symbolic link that leaves the suite',
      'write the folder itself, or copy it into the suite',
    );
  return real;
}

/** A task's id holds no slash and no `..`, so this cannot leave the folder; a slip here must not go unseen. */
function patchPath(folder: string, task: string): string {
  const name = `${task}.patch`;
  if (basename(name) !== name) throw new TypeError(`${show(task)} is not a task id`);
  return join(folder, name);
}

async function digestPatches(folder: string, { taskIds }: OpenContext): Promise<Map<string, Digest>> {
  const names = new Set(await readdir(folder));
  const digests = new Map<string, Digest>();
  const problems: Problem[] = [];
  for (const task of [...taskIds].sort()) {
    const path = patchPath(folder, task);
    if (!names.has(basename(path))) continue;
    const read = await readBytes(path, { maxBytes: maxPatchBytes, within: folder });
    if (read.ok) digests.set(task, sha256(read.bytes));
    else problems.push({ file: showPath(path), message: read.message, fix: read.fix });
  }
  if (problems.length > 0) throw entryErrors(problems);
  return digests;
}

/** A misspelt file name would otherwise look like a task that the agent did not try. */
async function otherPatches(folder: string, known: ReadonlyMap<string, Digest>): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.patch') && !known.has(name.slice(0, -'.patch'.length)))
    .sort();
}
