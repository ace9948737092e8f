import { constants } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import { type AssayError, inputError, messageOf, type Problem } from '../domain/errors.ts';

export interface ReadOptions {
  maxBytes: number;
  /** The file must really lie in this folder: a symbolic link that leaves it is refused. */
  within?: string;
}

/** What is wrong with a file as such: no line, no field. */
export interface FileFault {
  ok: false;
  message: string;
  fix: string;
}

/** Whether a resolved path is a resolved folder or lies below it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Reads a regular file whole. What a person can mend comes back as a fault, not as an exception. */
export async function readBytes(
  path: string,
  { maxBytes, within }: ReadOptions,
): Promise<{ ok: true; bytes: Buffer } | FileFault> {
  const fault = await faultOf(path, { maxBytes, ...(within === undefined ? {} : { within }) });
  if (fault !== null) return fault;
  try {
    // Non-blocking: what was a file a moment ago must not become a pipe that never answers.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = await handle.readFile();
    return bytes.length > maxBytes ? tooLarge(maxBytes) : { ok: true, bytes };
  } catch (error) {
    return unreadable(error);
  }
}

/** What stops a file from being read, without reading it; null when nothing does. */
export async function faultOf(path: string, { maxBytes, within }: ReadOptions): Promise<FileFault | null> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory())
      return { ok: false, message: 'is a folder, not a file', fix: 'name a file inside it' };
    if (!facts.isFile())
      return { ok: false, message: 'is not a regular file', fix: 'replace it by a regular file' };
    if (within !== undefined && !isWithin(await realpath(within), await realpath(path))) {
      return {
        ok: false,
        message: 'is a symbolic link that leaves its folder',
        fix: 'put a copy of the file in the folder',
      };
    }
    return facts.size > maxBytes ? tooLarge(maxBytes) : null;
  } catch (error) {
    return unreadable(error);
  }
}

function tooLarge(maxBytes: number): FileFault {
  return {
    ok: false,
    message: `is larger than ${sizeInWords(maxBytes)}`,
    fix: `keep it below ${sizeInWords(maxBytes)}`,
  };
}

function unreadable(error: unknown): FileFault {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { ok: false, message: 'does not exist', fix: 'create it, or correct the path' };
    case 'EACCES':
    case 'EPERM':
      return { ok: false, message: 'is not readable', fix: 'change its permissions' };
    case 'ELOOP':
      return { ok: false, message: 'is a symbolic link to itself', fix: 'replace it by a file' };
    default:
      return {
        ok: false,
        message: `cannot be read: ${messageOf(error)}`,
        fix: 'check the path and the disk',
      };
  }
}

/** Strict UTF-8 without its byte order mark; null when it is not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** `1048576` → `1 MiB`. */
export function sizeInWords(bytes: number): string {
  if (bytes >= 1024 ** 3 && bytes % 1024 ** 3 === 0) return `${bytes / 1024 ** 3} GiB`;
  if (bytes >= 1024 ** 2) return `${Math.round(bytes / 1024 ** 2)} MiB`;
  return bytes >= 1024 ? `${Math.round(bytes / 1024)} KiB` : `${bytes} bytes`;
}

/** Reads a text file: strict UTF-8, within the bound. Throws AssayError `input` naming `file` otherwise. */
export async function readTextFile(
  path: string,
  options: ReadOptions & { /** Its name in problems. */ file: string },
): Promise<string> {
  const read = await readBytes(path, options);
  if (!read.ok) throw fileError({ file: options.file, message: read.message, fix: read.fix });
  const text = decodeUtf8(read.bytes);
  if (text === null) {
    throw fileError({
      file: options.file,
      message: 'is not UTF-8 text',
      fix: 'save the file as UTF-8',
    });
  }
  return text;
}

function fileError(problem: Problem): AssayError {
  return inputError(`${problem.file} ${problem.message}`, { problems: [problem] });
}
