import type { ContainerUser } from './sandbox.ts';

export interface PasswdEntry {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

export interface GroupEntry {
  name: string;
  gid: number;
}

/** Largest id that an engine takes. */
const maxId = 2 ** 31 - 1;

function parseId(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return null;
  const id = Number(text);
  return id <= maxId ? id : null;
}

/** Entries of an image's /etc/passwd. Lines that are none are left out: the text comes from an image. */
export function parsePasswd(text: string): PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uidText, gidText, , home] = line.split(':');
    const uid = parseId(uidText);
    const gid = parseId(gidText);
    return name && uid !== null && gid !== null ? [{ name, uid, gid, home: home ?? '' }] : [];
  });
}

/** Entries of an image's /etc/group. */
export function parseGroup(text: string): GroupEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , gidText] = line.split(':');
    const gid = parseId(gidText);
    return name && gid !== null ? [{ name, gid }] : [];
  });
}

export type ResolvedUser = { ok: true; user: ContainerUser } | { ok: false; problem: string };

/**
 * Who `user` is in an image: a name, a number, or `user:group` of either, read as the engine reads `USER`. A number
 * without an entry has group 0, as with the engine.
 */
export function resolveUser(
  user: string | number,
  passwd: readonly PasswdEntry[],
  group: readonly GroupEntry[],
): ResolvedUser {
  const text = String(user).trim();
  const [userPart = '', groupPart, ...more] = text.split(':');
  if (more.length > 0 || userPart === '' || groupPart === '')
    return { ok: false, problem: `'${text}' names no user` };

  const number = parseId(userPart);
  // A name wins over a number, as with the engine: a user may be called 1000.
  const entry = passwd.find((one) => one.name === userPart) ?? passwd.find((one) => one.uid === number);
  const uid = entry?.uid ?? number;
  if (uid === null || uid === undefined)
    return { ok: false, problem: `the image's /etc/passwd has no user '${userPart}'` };
  if (groupPart === undefined) return { ok: true, user: { uid, gid: entry?.gid ?? 0 } };

  const gid = group.find((one) => one.name === groupPart)?.gid ?? parseId(groupPart);
  if (gid === null) return { ok: false, problem: `the image's /etc/group has no group '${groupPart}'` };
  return { ok: true, user: { uid, gid } };
}

/** Id of the user that stands in for root. */
const standInId = 1000;

export interface StandIn {
  user: ContainerUser;
  /** Lines to add to /etc/passwd and /etc/group; empty when the image already has such a user. */
  passwdLine: string;
  groupLine: string;
  /** Folder to make and give to the user; null when the image has its own. */
  home: string | null;
}

/** The unprivileged user with id 1000 for an image whose own user is root: the image's own if it has one, else `assay`. */
export function standInUser(passwd: readonly PasswdEntry[], group: readonly GroupEntry[]): StandIn {
  const own = passwd.find((entry) => entry.uid === standInId);
  if (own !== undefined) {
    const gid = own.gid === 0 ? standInId : own.gid;
    return { user: { uid: standInId, gid }, passwdLine: '', groupLine: '', home: null };
  }
  const name = freeName(passwd.map((entry) => entry.name));
  const home = `/home/${name}`;
  const hasGroup = group.some((entry) => entry.gid === standInId);
  return {
    user: { uid: standInId, gid: standInId },
    passwdLine: `${name}:x:${standInId}:${standInId}:${name}:${home}:/bin/sh\n`,
    groupLine: hasGroup ? '' : `${freeName(group.map((entry) => entry.name))}:x:${standInId}:\n`,
    home,
  };
}

function freeName(taken: readonly string[]): string {
  if (!taken.includes('assay')) return 'assay';
  for (let n = 1; ; n++) if (!taken.includes(`assay${n}`)) return `assay${n}`;
}
