import type Dockerode from 'dockerode';
import { Digest, digestOf } from '../domain/digest.ts';
import { inputError } from '../domain/errors.ts';
import { overlap } from './container-create.ts';
import { deriveImage } from './derive-image.ts';
import { asking, engineError, isNotFound } from './engine-errors.ts';
import { readSmallFile, resolveFolder, withImageFiles } from './image-files.ts';
import { type ImagePlan, workdirOf } from './image-plan.ts';
import type { LayerEntry } from './layer.ts';
import type { ContainerUser, PreparedImage } from './sandbox.ts';
import type { Session } from './session.ts';
import type { TaskImage } from './task-image.ts';
import { parseGroup, parsePasswd, resolveUser, type StandIn, standInUser } from './users.ts';
import { readUserTables } from './users-of-image.ts';

/** Changes when the same image would be prepared differently. */
const rules = 1;
/** No script that decides a task is larger. */
const maxScriptBytes = 16 * 1024 * 1024;
/** Folders that tasks may write to by Harbor's contract. */
const logFolders = ['/logs/agent', '/logs/verifier', '/logs/artifacts'];

/** What a separate verifier's image must bring with it. */
const testScript = '/tests/test.sh';

export interface PrepareImageOptions {
  plan: ImagePlan;
  /** Paths that no volume may hide. */
  keptPaths: readonly string[];
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
  { plan, keptPaths, user, log, signal }: PrepareImageOptions,
): Promise<PreparedImage> {
  const { docker } = session;
  const { Config: config } = await asking(`look at the image ${image.ref}`, () =>
    docker.getImage(image.ref).inspect(),
  );
  const { what, isVerifier } = plan;
  const saidWorkdir = workdirOf(plan, config?.WorkingDir);
  const volumes = Object.keys(config?.Volumes ?? {});
  checkVolumes(plan, volumes, [saidWorkdir, ...keptPaths]);
  const inputs = {
    rules,
    image: image.id,
    user,
    workdir: saidWorkdir,
    ...(isVerifier ? { isVerifier } : {}),
  };
  const tag = `assay/prepared:${digestOf(inputs).slice('sha256:'.length)}`;
  const known = await readPrepared(docker, tag);
  if (known !== null) return { ref: tag, ...known, origin: image.origin };

  signal.throwIfAborted();
  log(`preparing the image of ${what} ...`);
  const found = await withImageFiles(session, image.ref, async (files, container) => {
    const tables = await readUserTables(files);
    const workdir = await resolveFolder(container, saidWorkdir);
    if (workdir === 'no folder') throw inputError(`${what}: its workdir ${saidWorkdir} is not a folder`);
    if (isVerifier && (await readSmallFile(files, testScript, maxScriptBytes)) === null) {
      throw inputError(`the image of ${what} holds no ${testScript}, or it is no file`, {
        fix: 'write tests/Dockerfile so that it copies the tests to /tests, or use the shared environment',
      });
    }
    return { passwdText: tables.passwd, groupText: tables.group, workdir };
  });
  const workdir = found.workdir ?? saidWorkdir;
  checkVolumes(plan, volumes, [workdir]);
  const chosen = chooseUser(
    plan,
    { wanted: user, imageUser: config?.User ?? '' },
    found.passwdText,
    found.groupText,
  );
  const owner = { uid: chosen.user.uid, gid: chosen.user.gid };
  // Whoever runs tests may not change them.
  const givesWorkdir = !(isVerifier && overlap(workdir, '/tests'));
  const folders = [...(found.workdir === null ? [workdir] : []), ...logFolders];
  const layer: LayerEntry[] = [
    ...userTables(chosen.standIn, found.passwdText, found.groupText),
    ...folders.map((path) => ({ path, type: 'dir' as const, ...owner })),
  ];
  await deriveImage(session, {
    from: image.ref,
    tag,
    layer,
    // A task that is root on purpose keeps its owners as they are.
    own:
      chosen.user.uid === 0
        ? null
        : { ...owner, folders: [...(givesWorkdir ? [workdir] : []), ...logFolders] },
    config: { user: `${owner.uid}:${owner.gid}`, workdir, entrypoint: config?.Entrypoint, cmd: config?.Cmd },
    what,
    signal,
  });
  const made = await readPrepared(docker, tag);
  if (made === null) throw engineError(`prepare the image of ${what}`, new Error('the image is missing'));
  return { ref: tag, ...made, origin: image.origin };
}

/** Containers get memory in place of a declared volume: what is written there is gone with them. */
function checkVolumes(
  { what, isVerifier }: ImagePlan,
  volumes: readonly string[],
  kept: readonly string[],
): void {
  // A verifier that runs in `/` has no workspace to lose.
  const paths = isVerifier ? kept.filter((path) => path !== '/') : kept;
  const hidden = volumes.find((volume) => paths.some((path) => overlap(volume, path)));
  if (hidden === undefined) return;
  const message = `${what}: its image declares ${hidden} as a volume, which would hide the workspace or what is to be judged`;
  throw inputError(message, { fix: 'remove the VOLUME line, or choose another workdir or place' });
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
  { what, context }: ImagePlan,
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
    throw inputError(`${what}: ${whose}: ${resolved.problem}`, {
      fix: `make the user in ${context ?? 'environment'}/Dockerfile (RUN useradd …), or name one that exists`,
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
