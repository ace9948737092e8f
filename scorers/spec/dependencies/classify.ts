import type { DependencyFile, Ecosystem } from './model.ts';
import { readCargoLock, readCargoToml } from './readers/cargo.ts';
import { readGoMod, readGoSum } from './readers/go.ts';
import { readPackageJson, readPackageLock } from './readers/npm.ts';
import { readPnpmLock } from './readers/pnpm.ts';
import { readPipfileLock, readPoetryLock, readUvLock } from './readers/python-locks.ts';
import { readPipfile, readPyproject, readRequirements, readSetupCfg } from './readers/python-manifests.ts';
import { readYarnLock } from './readers/yarn.ts';

/** How a file of dependencies is read. */
export interface FileKind {
  ecosystem: Ecosystem;
  kind: DependencyFile['kind'];
  read(text: string): DependencyFile;
  /** Of a manifest: names of the locks that answer it. */
  locks: readonly string[];
}

const manifest = (ecosystem: Ecosystem, read: FileKind['read'], locks: readonly string[] = []): FileKind => ({
  ecosystem,
  kind: 'manifest',
  read,
  locks,
});
const lock = (ecosystem: Ecosystem, read: FileKind['read']): FileKind => ({
  ecosystem,
  kind: 'lock',
  read,
  locks: [],
});

const kinds: Readonly<Record<string, FileKind>> = {
  'package.json': manifest('npm', readPackageJson, [
    'package-lock.json',
    'npm-shrinkwrap.json',
    'pnpm-lock.yaml',
    'yarn.lock',
  ]),
  'package-lock.json': lock('npm', readPackageLock),
  'npm-shrinkwrap.json': lock('npm', readPackageLock),
  'pnpm-lock.yaml': lock('npm', readPnpmLock),
  'yarn.lock': lock('npm', readYarnLock),
  'pyproject.toml': manifest('pypi', readPyproject, ['poetry.lock', 'uv.lock']),
  'setup.cfg': manifest('pypi', readSetupCfg),
  Pipfile: manifest('pypi', readPipfile, ['Pipfile.lock']),
  'poetry.lock': lock('pypi', readPoetryLock),
  'uv.lock': lock('pypi', readUvLock),
  'Pipfile.lock': lock('pypi', readPipfileLock),
  'Cargo.toml': manifest('cargo', readCargoToml, ['Cargo.lock']),
  'Cargo.lock': lock('cargo', readCargoLock),
  'go.mod': manifest('go', readGoMod, ['go.sum']),
  'go.sum': lock('go', readGoSum),
};

/** Locks that change with every change of their manifest: they hold a hash of it. */
export const followsManifest = new Set(['poetry.lock', 'uv.lock', 'Pipfile.lock']);

/** What depends on what in other words, which nobody here reads. */
const unread =
  /^(?:setup\.py|environment\.ya?ml|conda-lock\.yml|pdm\.lock|pylock(?:\..+)?\.toml|bun\.lockb?|deno\.jsonc?|deno\.lock|Gemfile|Gemfile\.lock|.+\.gemspec|composer\.(?:json|lock)|pom\.xml|build\.gradle(?:\.kts)?|gradle\.lockfile|mix\.(?:exs|lock)|.+\.csproj|packages\.lock\.json|pubspec\.(?:yaml|lock)|Package\.swift|Package\.resolved|pnpm-workspace\.yaml|go\.work)$/;
/** What says from where, or with which code, package managers install. */
const sources =
  /^(?:\.npmrc|\.yarnrc|\.yarnrc\.yml|\.pnpmfile\.[cm]?js|pip\.conf|pip\.ini|uv\.toml|poetry\.toml|bunfig\.toml)$/;
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
  if (isRequirements) return manifest('pypi', readRequirements);
  if (sources.test(name) || /(?:^|\/)\.cargo\/config(?:\.toml)?$/.test(path)) return 'sources';
  return unread.test(name) ? 'unread' : null;
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
