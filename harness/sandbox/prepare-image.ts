import type Dockerode from 'dockerode';
import { Digest, digestOf } from '../domain/digest.ts';
import { inputError } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';
import { overlap } from './container-create.ts';
import { deriveImage } from './derive-image.ts';
import { asking, engineError, isNotFound } from './engine-errors.ts';
import { readSmallFile, resolveFolder, withImageFiles } from './image-files.ts';
import type { LayerEntry } from './layer.ts';
import type { ContainerUser, PreparedImage } from './sandbox.ts';
import type { Session } from './session.ts';
import type { TaskImage } from './task-image.ts';
import { taskWorkdir } from './task-workdir.ts';
import { parseGroup, parsePasswd, resolveUser, type StandIn, standInUser } from './users.ts';

/** Changes when the same image would be prepared differently. */
const rules = 1;
/** Larger user tables are not read. */
const maxTableBytes = 1024 * 1024;
/** Folders that tasks may write to by Harbor's contract. */
const logFolders = ['/logs/agent', '/logs/verifier', '/logs/artifacts'];

export interface PrepareImageOptions {
  task: LoadedTask;
  user: string | number | null;
  log: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Derives from a task's image the one that containers start from: its user exists, the workspace and the log folders
 * exist and belong to the user, once for all trials.
 */
export async function prepareImage(
  session: Session,
  image: TaskImage,
  { task, user, log, signal }: PrepareImageOptions,
): Promise<PreparedImage> {
  const { docker } = session;
  const { Config: config } = await asking(`look at the image ${image.ref}`, () =>
    docker.getImage(image.ref).inspect(),
  );
  const saidWorkdir = taskWorkdir(task, config?.WorkingDir);
  const inputs = { rules, image: image.id, user, workdir: saidWorkdir };
  const tag = `assay/prepared:${digestOf(inputs).slice('sha256:'.length)}`;
  const known = await readPrepared(docker, tag);
  if (known !== null) return { ref: tag, ...known, origin: image.origin };

  signal.throwIfAborted();
  log(`preparing the image of task ${task.spec.id} ...`);
  const volumes = Object.keys(config?.Volumes ?? {});
  const plan = await withImageFiles(session, image.ref, async (files, container) => {
    const passwdText = (await readSmallFile(files, '/etc/passwd', maxTableBytes)) ?? '';
    const groupText = (await readSmallFile(files, '/etc/group', maxTableBytes)) ?? '';
    const workdir = await resolveFolder(container, saidWorkdir);
    if (workdir === 'no folder')
      throw inputError(`task ${task.spec.id}: its workdir ${saidWorkdir} is not a folder`);
    return { passwdText, groupText, workdir };
  });
  const workdir = plan.workdir ?? saidWorkdir;
  const volume = volumes.find((path) => [workdir, '/logs'].some((own) => overlap(path, own)));
  if (volume !== undefined) {
    throw inputError(
      `task ${task.spec.id}: its image declares ${volume} as a volume, which would hide the workspace`,
      {
        fix: 'remove the VOLUME line, or choose another workdir',
      },
    );
  }
  const chosen = chooseUser(
    task,
    { wanted: user, imageUser: config?.User ?? '' },
    plan.passwdText,
    plan.groupText,
  );
  const owner = { uid: chosen.user.uid, gid: chosen.user.gid };
  const folders = [...(plan.workdir === null ? [workdir] : []), ...logFolders];
  const layer: LayerEntry[] = [
    ...userTables(chosen.standIn, plan.passwdText, plan.groupText),
    ...folders.map((path) => ({ path, type: 'dir' as const, ...owner })),
  ];
  await deriveImage(session, {
    from: image.ref,
    tag,
    layer,
    // A task that is root on purpose keeps its owners as they are.
    own: chosen.user.uid === 0 ? null : { ...owner, folders: [workdir, ...logFolders] },
    config: { user: `${owner.uid}:${owner.gid}`, workdir, entrypoint: config?.Entrypoint, cmd: config?.Cmd },
    what: `task ${task.spec.id}`,
    signal,
  });
  const made = await readPrepared(docker, tag);
  if (made === null)
    throw engineError(`prepare the image of task ${task.spec.id}`, new Error('the image is missing'));
  return { ref: tag, ...made, origin: image.origin };
}

/** What an image that was prepared earlier says of itself; null when there is none. */
async function readPrepared(
  docker: Dockerode,
  tag: string,
): Promise<Pick<PreparedImage, 'digest' | 'workdir' | 'user'> | null> {
  try {
    const { Id, Config } = await docker.getImage(tag).inspect();
    const [, uid, gid] = /^(\d+):(\d+)$/.exec(Config.User) ?? [];
    if (uid === undefined || gid === undefined || !Config.WorkingDir) return null;
    return {
      digest: Digest.parse(Id),
      workdir: Config.WorkingDir,
      user: { uid: Number(uid), gid: Number(gid) },
    };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw engineError(`look for the image ${tag}`, error);
  }
}

/** The task's user, else the image's; root only when the task itself says so. */
function chooseUser(
  task: LoadedTask,
  { wanted, imageUser }: { wanted: string | number | null; imageUser: string },
  passwdText: string,
  groupText: string,
): { user: ContainerUser; standIn: StandIn | null } {
  const passwd = parsePasswd(passwdText);
  const group = parseGroup(groupText);
  const said = wanted ?? (imageUser === '' ? 0 : imageUser);
  const resolved = resolveUser(said, passwd, group);
  if (!resolved.ok) {
    const whose = wanted === null ? "its image's USER" : 'the user in its task.toml';
    throw inputError(`task ${task.spec.id}: ${whose}: ${resolved.problem}`, {
      fix: 'make the user in environment/Dockerfile (RUN useradd …), or name one that exists',
    });
  }
  if (resolved.user.uid !== 0 || wanted !== null) return { user: resolved.user, standIn: null };
  const standIn = standInUser(passwd, group);
  return { user: standIn.user, standIn };
}

function userTables(standIn: StandIn | null, passwdText: string, groupText: string): LayerEntry[] {
  if (standIn === null) return [];
  const entries: LayerEntry[] = [];
  if (standIn.passwdLine !== '')
    entries.push({ path: '/etc/passwd', type: 'file', content: withLine(passwdText, standIn.passwdLine) });
  if (standIn.groupLine !== '')
    entries.push({ path: '/etc/group', type: 'file', content: withLine(groupText, standIn.groupLine) });
  if (standIn.home !== null) entries.push({ path: standIn.home, type: 'dir', ...standIn.user });
  return entries;
}

function withLine(text: string, line: string): string {
  return text === '' || text.endsWith('\n') ? text + line : `${text}\n${line}`;
}
