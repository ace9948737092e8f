import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import PQueue from 'p-queue';
import { infrastructureError } from '../domain/errors.ts';
import type { PackageIndex } from './index-client.ts';
import type { ParsedRef } from './package-ref.ts';
import type { Arch } from './pins.ts';
import { chooseWheels, fitsPlatform, type PinnedWheel, parseWheelName } from './wheel-name.ts';
import { wheelFiles } from './wheel-zip.ts';

interface WheelOptions {
  arch: Arch;
  index: PackageIndex;
  signal: AbortSignal;
  /** Beginnings of the paths that are kept; all by default. */
  keep?: readonly string[] | undefined;
}

/**
 * Lays all wheels that fit the platform into a folder, which becomes one for `sys.path` with scripts below `bin/`.
 * Wheels of several interpreters lie over each other. Throws `infrastructure`, or the signal's reason.
 */
export async function installWheels(
  folder: string,
  wheels: readonly PinnedWheel[],
  options: WheelOptions,
): Promise<void> {
  const fitting = wheels.filter(({ filename }) => {
    const name = parseWheelName(filename);
    return name !== null && fitsPlatform(name, options.arch);
  });
  const missing = wheels.find(({ project }) => !fitting.some((wheel) => wheel.project === project));
  if (missing !== undefined) throw noWheel(missing.project, missing.version, options.arch);
  const queue = new PQueue({ concurrency: 3 });
  const downloads = fitting.map((wheel) => queue.add(() => options.index.wheel(wheel)));
  // Whichever fails first is told; the others end with it.
  const archives = await Promise.all(downloads).finally(() => queue.clear());
  for (const [place, { filename }] of fitting.entries()) {
    const archive = archives[place];
    if (archive !== undefined) await layWheel(folder, filename, archive, options);
  }
}

/** The wheels of one exact version, by what the index says today: its own, not those of what it depends on. */
export async function resolveWheels(
  ref: ParsedRef,
  { arch, index }: Pick<WheelOptions, 'arch' | 'index'>,
): Promise<PinnedWheel[]> {
  const files = (await index.files(ref.package)).filter(({ filename }) => {
    const name = parseWheelName(filename);
    return name?.project === ref.package && name.version === ref.version;
  });
  const chosen = chooseWheels(
    files.map(({ filename }) => filename),
    arch,
  );
  if (chosen.length === 0) throw noWheel(ref.package, ref.version, arch);
  return chosen.map((filename) => {
    const sha256 = files.find((file) => file.filename === filename)?.sha256 ?? null;
    if (sha256 === null) throw noDigest(filename);
    return { project: ref.package, version: ref.version, filename, sha256 };
  });
}

async function layWheel(folder: string, filename: string, archive: Uint8Array, options: WheelOptions) {
  const { keep, signal } = options;
  const kept = (path: string) => keep === undefined || keep.some((beginning) => path.startsWith(beginning));
  for await (const batch of wheelFiles(filename, archive, kept)) {
    for (const { path, content } of batch) {
      signal.throwIfAborted();
      await layFile(join(folder, path), path, filename, content);
    }
  }
}

async function layFile(target: string, path: string, filename: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  try {
    await writeFile(target, content, { flag: 'wx', mode: isProgram(content) ? 0o755 : 0o644 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    // Every wheel of a package lists its own files here; nothing that runs reads these lists.
    if (/\.dist-info\/(RECORD|WHEEL)$/.test(path)) return;
    if (Buffer.compare(await readFile(target), content) === 0) return;
    throw infrastructureError(`${filename} and another wheel hold different files ${path}`, {
      fix: 'use another version of the package',
      cause: error,
    });
  }
}

/** Archives tell modes unreliably: a program is what says so itself, in its first bytes. */
function isProgram(content: Uint8Array): boolean {
  const elf = content[0] === 0x7f && content[1] === 0x45 && content[2] === 0x4c && content[3] === 0x46;
  const script = content[0] === 0x23 && content[1] === 0x21;
  return elf || script;
}

function noWheel(project: string, version: string, arch: Arch) {
  return infrastructureError(`there is no wheel of ${project} ${version} for Linux on ${arch}`, {
    fix: 'name a version that has one, or leave the tool out',
  });
}

function noDigest(filename: string) {
  return infrastructureError(`the package index says no SHA-256 of ${filename}`, {
    fix: 'name an index that does in PIP_INDEX_URL',
  });
}
