import type { DependencyFile, Ecosystem } from './model.ts';
import { readCargoLock, readCargoToml } from './readers/cargo.ts';
import { readGoMod, readGoSum } from './readers/go.ts';
import { readPackageJson, readPackageLock } from './readers/npm.ts';
import type { Format } from './readers/parse.ts';
import { readPnpmLock } from './readers/pnpm.ts';
import { readPipfileLock, readPoetryLock, readUvLock } from './readers/python-locks.ts';
import { readPipfile, readPyproject, readRequirements, readSetupCfg } from './readers/python-manifests.ts';
import { readYarnLock, yarnFormat } from './readers/yarn.ts';

/** How a file of dependencies is read. */
export interface FileKind {
  ecosystem: Ecosystem;
  kind: DependencyFile['kind'];
  format(text: string): Format;
  /** What a document of this format says. Throws `Unreadable`. */
  read(document: unknown): DependencyFile;
  /** Of a manifest: names of the locks that answer it. */
  locks: readonly string[];
}

const documentOf = (ecosystem: Ecosystem, format: Format | FileKind['format']) => {
  const made = { ecosystem, format: typeof format === 'string' ? () => format : format };
  return {
    manifest: (read: FileKind['read'], locks: readonly string[] = []): FileKind => ({
      ...made,
      kind: 'manifest',
      read,
      locks,
    }),
    lock: (read: FileKind['read']): FileKind => ({ ...made, kind: 'lock', read, locks: [] }),
  };
};
/** Lines are what the format's parser gives; nothing else gets to these readers. */
const ofLines =
  (read: (lines: readonly string[]) => DependencyFile): FileKind['read'] =>
  (document) =>
    read(document as readonly string[]);

const javascript = documentOf('npm', 'json');
const python = documentOf('pypi', 'toml');
const pythonLines = documentOf('pypi', 'lines');
const rust = documentOf('cargo', 'toml');
const golang = documentOf('go', 'lines');

const kinds: Readonly<Record<string, FileKind>> = {
  'package.json': javascript.manifest(readPackageJson, [
    'package-lock.json',
    'npm-shrinkwrap.json',
    'pnpm-lock.yaml',
    'yarn.lock',
  ]),
  'package-lock.json': javascript.lock(readPackageLock),
  'npm-shrinkwrap.json': javascript.lock(readPackageLock),
  'pnpm-lock.yaml': documentOf('npm', 'yaml').lock(readPnpmLock),
  'yarn.lock': documentOf('npm', yarnFormat).lock(readYarnLock),
  'pyproject.toml': python.manifest(readPyproject, ['poetry.lock', 'uv.lock']),
  'setup.cfg': pythonLines.manifest(ofLines(readSetupCfg)),
  Pipfile: python.manifest(readPipfile, ['Pipfile.lock']),
  'poetry.lock': python.lock(readPoetryLock),
  'uv.lock': python.lock(readUvLock),
  'Pipfile.lock': documentOf('pypi', 'json').lock(readPipfileLock),
  'Cargo.toml': rust.manifest(readCargoToml, ['Cargo.lock']),
  'Cargo.lock': rust.lock(readCargoLock),
  'go.mod': golang.manifest(ofLines(readGoMod), ['go.sum']),
  'go.sum': golang.lock(ofLines(readGoSum)),
};

/** Locks that change with every change of their manifest: they hold a hash of it. */
export const followsManifest = new Set(['poetry.lock', 'uv.lock', 'Pipfile.lock']);

/** What depends on what in other words, which nobody here reads. */
const unread =
  /^(?:setup\.py|environment\.ya?ml|conda-lock\.yml|pdm\.lock|pylock(?:\..+)?\.toml|bun\.lockb?|deno\.jsonc?|deno\.lock|Gemfile|Gemfile\.lock|.+\.gemspec|composer\.(?:json|lock)|pom\.xml|build\.gradle(?:\.kts)?|gradle\.lockfile|mix\.(?:exs|lock)|.+\.csproj|packages\.lock\.json|pubspec\.(?:yaml|lock)|Package\.swift|Package\.resolved|pnpm-workspace\.yaml|go\.work)$/;
/** What says from where, or with which code, package managers install. */
const sources =
  /^(?:\.npmrc|\.pnp\.(?:cjs|js|loader\.mjs)|\.yarnrc|\.yarnrc\.yml|\.pnpmfile\.[cm]?js|pip\.conf|pip\.ini|uv\.toml|poetry\.toml|bunfig\.toml)$/;
const requirements = /^(?:.*[-_.])?(?:requirements|constraints)(?:[-_.].*)?\.(?:txt|in)$/i;

export type PathKind = FileKind | 'unread' | 'sources' | { vendored: string };

/** What a path is to dependencies; null for nothing. */
export function kindOf(path: string): PathKind | null {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const vendored = parts.findIndex(
    (part, index) => index < parts.length - 1 && /^(?:node_modules|site-packages)$/i.test(part),
  );
  if (vendored >= 0) {
    const [first = '', second = ''] = parts.slice(vendored + 1);
    return { vendored: first.startsWith('@') && second !== '' ? `${first}/${second}` : first };
  }
  if (Object.hasOwn(kinds, name)) return kinds[name] ?? null;
  const isRequirements =
    requirements.test(name) || (parts.at(-2) === 'requirements' && /\.(?:txt|in)$/.test(name));
  if (isRequirements) return pythonLines.manifest(ofLines(readRequirements));
  if (sources.test(name) || /(?:^|\/)\.cargo\/config(?:\.toml)?$/.test(path)) return 'sources';
  return unread.test(name) ? 'unread' : null;
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
