import { inputError } from '../domain/errors.ts';
import { readSmallFile, withImageFiles } from './image-files.ts';
import type { ContainerUser, StoppedFiles } from './sandbox.ts';
import type { Session } from './session.ts';
import { parseGroup, parsePasswd, resolveUser } from './users.ts';

/** Larger user tables are not read. */
const maxTableBytes = 1024 * 1024;

/** An image's /etc/passwd and /etc/group as text; empty where it has none. */
export async function readUserTables(files: StoppedFiles): Promise<{ passwd: string; group: string }> {
  return {
    passwd: (await readSmallFile(files, '/etc/passwd', maxTableBytes)) ?? '',
    group: (await readSmallFile(files, '/etc/group', maxTableBytes)) ?? '',
  };
}

/** See `Sandbox.userOf`. */
export async function userOf(session: Session, image: string, user: string | number): Promise<ContainerUser> {
  const { passwd, group } = await withImageFiles(session, image, readUserTables);
  const resolved = resolveUser(user, parsePasswd(passwd), parseGroup(group));
  if (!resolved.ok) throw inputError(`the user ${JSON.stringify(user)}: ${resolved.problem}`);
  return resolved.user;
}
