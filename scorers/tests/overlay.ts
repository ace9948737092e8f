import { posix } from 'node:path';
import type { Digest } from '../../harness/domain/digest.ts';
import { inputError } from '../../harness/domain/errors.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { TreeEntry } from '../../harness/store/store.ts';
import { pathFilter } from '../path-filter.ts';
import { type TestsMember, testsFolder } from './hidden-tests.ts';
import type { TestFile } from './runners/runner.ts';

export interface OverlayInput {
  taskDir: string;
  /** Folder below `tests/` that lies over the workspace; null where there is none. */
  overlay: string | null;
  /** Globs of the tests to run, out of overlay and base. */
  files: readonly string[];
  /** Globs of the tests to run, out of the overlay only, where `files` names none. */
  defaultFiles: readonly string[];
  base: readonly TreeEntry[];
  readBlob(digest: Digest): Promise<Buffer>;
}

/** What is laid beside the tests; a link's target is relative to its place. */
export type OverlayFile = { path: string } & (
  | { content: Buffer; mode: 0o644 | 0o755 }
  | { linkTarget: string }
);

/** Paths are relative to the workspace; both lists are in the order of their paths. */
export interface TestOverlay {
  tests: TestFile[];
  others: OverlayFile[];
}

/** Whose files are never tests, whatever the globs say. */
const foreign = /(?:^|\/)(?:node_modules|\.git)\//;

/**
 * The test files that run, from the overlay and, where the task's globs name them and the overlay does not hold them,
 * from the base; and what else the overlay holds. Throws AssayError `input` where that leaves no test, for tests that
 * are not UTF-8, and for what no container can be given; `infrastructure` where the store fails.
 */
export async function testOverlay(input: OverlayInput): Promise<TestOverlay> {
  const globs = input.files.length > 0 ? input.files : input.defaultFiles;
  const isTest = testMatcher(globs);
  const overlay = input.overlay === null ? null : await testsFolder(input.taskDir, input.overlay);
  const tests: TestFile[] = [];
  const others: OverlayFile[] = [];
  for (const member of overlay?.members ?? []) {
    if (member.type === 'dir' || overlay === null) continue;
    const { path } = member;
    const isFolder = member.type === 'link' && member.toFolder;
    if (!isFolder && isTest(path))
      tests.push({ path, text: decode(await overlay.read(path), `tests/${input.overlay}/${path}`) });
    else if (member.type === 'link') others.push({ path, linkTarget: member.target });
    else others.push({ path, content: await overlay.read(path), mode: member.mode });
  }
  if (input.files.length > 0) {
    const covers = coverage(overlay?.members ?? []);
    for (const { path, mode, digest } of input.base) {
      if (!isTest(path) || covers(path)) continue;
      if (mode === '120000')
        throw inputError(`the test file ${path} of the workspace is a symbolic link`, {
          fix: 'name the file that it leads to under files, or narrow the globs there',
        });
      tests.push({ path, text: decode(await input.readBlob(digest), path) });
    }
  }
  if (tests.length === 0)
    throw inputError(`no test file is named by ${globs.map((glob) => JSON.stringify(glob)).join(', ')}`, {
      fix: 'correct files under [metadata.assay.tests] in task.toml, or put the tests into the overlay',
    });
  return { tests: tests.toSorted(byPath), others: others.toSorted(byPath) };
}

function testMatcher(globs: readonly string[]): (path: string) => boolean {
  const isNamed = pathFilter(globs);
  return (path) => !foreign.test(path) && isNamed(path);
}

/** What of the base does not show through what the overlay lays. */
function coverage(members: readonly TestsMember[]): (path: string) => boolean {
  const taken = new Set(members.map(({ path }) => path));
  const solid = new Set(members.filter(({ type }) => type !== 'dir').map(({ path }) => path));
  return (path) => taken.has(path) || foldersAbove(path).some((folder) => solid.has(folder));
}

function decode(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (error) {
    throw inputError(`the test file ${path} is not UTF-8 text`, {
      fix: 'save it as UTF-8, or narrow the globs under files',
      cause: error,
    });
  }
}

function byPath(one: { path: string }, other: { path: string }): number {
  return compareText(one.path, other.path);
}

/**
 * The tests and what lies beside them as root's. Every folder on the way, the workspace among them, becomes root's with
 * mode 1777: whoever runs in the container may add files there, and can neither change, delete, rename nor replace
 * what is root's. A file or link that stands in a folder's place is replaced by a real folder. Above the workspace nobody
 * may rename it either. None of this holds for a task whose user is root.
 */
export function overlayEntries(
  tests: readonly TestFile[],
  others: readonly OverlayFile[],
  workdir: string,
): LayerEntry[] {
  const root = { uid: 0, gid: 0 };
  const files = [
    ...tests.map(({ path, text }) => ({ path, content: Buffer.from(text), mode: 0o644 })),
    ...others,
  ].toSorted(byPath);
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  return [
    ...foldersAbove(workdir).map(
      (path): LayerEntry => ({ path, type: 'dir', mode: modeAbove(path), ...root }),
    ),
    ...['', ...[...folders].toSorted(compareText)].map(
      (folder): LayerEntry => ({ path: posix.join(workdir, folder), type: 'dir', mode: 0o1777, ...root }),
    ),
    ...files.map((file): LayerEntry => {
      const path = posix.join(workdir, file.path);
      if ('linkTarget' in file) return { path, type: 'link', linkTarget: file.linkTarget, ...root };
      return { path, type: 'file', mode: file.mode, content: file.content, ...root };
    }),
  ];
}

/** A home or a temp folder stays one that can be written to; elsewhere nothing but the workspace is the user's. */
function modeAbove(folder: string): number {
  return /^\/(?:home\/|tmp(?:\/|$)|var\/tmp(?:\/|$))/.test(folder) ? 0o1777 : 0o755;
}

/** `a/b/c` → `a`, `a/b`; `/a/b` → `/a`. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let slash = path.indexOf('/', 1); slash >= 0; slash = path.indexOf('/', slash + 1))
    folders.push(path.slice(0, slash));
  return folders;
}
