import type { NewPackage } from './compare.ts';
import type { Ecosystem, Lock } from './model.ts';

/** Where packages come from unless somebody says otherwise. */
const registries: Readonly<Record<Ecosystem, readonly string[]>> = {
  npm: ['https://registry.npmjs.org', 'https://registry.yarnpkg.com'],
  pypi: ['https://files.pythonhosted.org', 'https://pypi.org'],
  cargo: [],
  go: [],
};

/** All places from which a lock of the base takes packages. */
export function knownOrigins(locks: readonly (Lock | null)[]): ReadonlySet<string> {
  return new Set(locks.flatMap((lock) => lock?.locked.flatMap(({ source }) => originOf(source) ?? []) ?? []));
}

/**
 * What is wrong with where a new package comes from, or with how it is checked; null where nothing is. `isHashing`: the
 * base's lock names hashes at all.
 */
export function sourceFault(
  entry: NewPackage,
  known: ReadonlySet<string>,
  isHashing: boolean,
): string | null {
  const { name, version, source, path, ecosystem } = entry;
  const what = `${name} ${version} in ${path}`;
  if (source !== null) {
    const origin = originOf(source);
    if (origin === null) return `${what} comes from ${source}`;
    const isRegistry = registries[ecosystem].includes(origin);
    if (!isRegistry && !known.has(origin)) return `${what} comes from ${origin}`;
    if (isRegistry && ecosystem === 'npm' && !isOwnArchive(name, version, source))
      return `${what} is the archive of something else: ${source}`;
  }
  return entry.isHashed && entry.hashes.length === 0 && isHashing ? `${what} has no hash` : null;
}

/** https://registry.npmjs.org/<name>/-/<last part of name>-<version>.tgz; an alias has that of what it stands for. */
function isOwnArchive(name: string, version: string, source: string): boolean {
  const alias = /^npm:(.+)@([^@]+)$/.exec(version);
  const [real, number] = alias === null ? [name, version] : [alias[1] ?? '', alias[2] ?? ''];
  const path = URL.parse(source)?.pathname ?? '';
  const file = `${real.slice(real.lastIndexOf('/') + 1)}-${number.split('+')[0]}.tgz`;
  return [path, path.replaceAll('%2f', '/').replaceAll('%2F', '/')].includes(`/${real}/-/${file}`);
}

/** null for what is no https URL: a folder, a git repository, a plain connection. */
function originOf(source: string | null): string | null {
  const url = source === null ? null : URL.parse(source);
  return url?.protocol === 'https:' ? url.origin : null;
}
