import { inputError } from '../domain/errors.ts';

/** What is wrong with a path that a person named, by the system's code. Anything else is no fault of the path. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'a part of it is a file, not a folder',
  ENOENT: 'its folder does not exist',
  EISDIR: 'it is a folder, not a file',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links lead nowhere',
};

/** Does something with a path from the command line; what the path itself makes impossible is an `input` error. */
export function withPathOf<T>(option: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = reasons[code];
    if (reason === undefined) throw error;
    throw inputError(`${option} ${path} cannot be used: ${reason}`, {
      fix: `name another place with ${option}`,
      cause: error,
    });
  }
}
