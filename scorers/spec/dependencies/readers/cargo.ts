import semver from 'semver';
import {
  type Declared,
  entriesOf,
  fieldOf,
  type Lock,
  type Locked,
  listOf,
  type Manifest,
  recordOf,
  textOf,
  versionsByName,
} from '../model.ts';

const sections = ['dependencies', 'dev-dependencies', 'build-dependencies'];

/** `Cargo.toml`. */
export function readCargoToml(document: unknown): Manifest {
  const value = recordOf(document, 'Cargo.toml');
  const targets = entriesOf(fieldOf(value, 'target')).flatMap(([target, table]) =>
    sections.flatMap((section) => declaredIn(fieldOf(table, section), `${target} ${section}`)),
  );
  const own = sections.flatMap((section) => declaredIn(fieldOf(value, section), section));
  const shared = declaredIn(fieldOf(value, 'workspace', 'dependencies'), 'workspace');
  const steering = ['patch', 'replace', 'registries'].map((name): [string, string] => [
    name,
    JSON.stringify(fieldOf(value, name) ?? null),
  ]);
  const build = fieldOf(value, 'package', 'build');
  return {
    kind: 'manifest',
    declared: [...own, ...shared, ...targets],
    steering: Object.fromEntries(steering),
    scripts: build === undefined ? {} : { build: JSON.stringify(build) },
  };
}

function declaredIn(table: unknown, section: string): Declared[] {
  return entriesOf(table).map(([key, given]) => {
    const version = textOf(given) ?? textOf(fieldOf(given, 'version'));
    const isElsewhere = entriesOf(given).some(([name]) =>
      ['git', 'path', 'registry', 'package'].includes(name),
    );
    // Its version stands in the workspace's own table.
    const isShared = fieldOf(given, 'workspace') === true && !isElsewhere;
    return {
      name: key,
      section,
      spec: typeof given === 'string' ? given.trim() : JSON.stringify(given),
      range: isShared ? '*' : version === null || isElsewhere ? null : cargoRange(version),
    };
  });
}

/** https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html: a bare version is a caret one. */
export function cargoRange(spec: string): string | null {
  if (spec.length > 500) return null;
  const clauses = spec.split(',').map((each) => each.trim().replace(/^(?=\d)/, '^'));
  return semver.validRange(clauses.join(' '));
}

const registries = [
  'registry+https://github.com/rust-lang/crates.io-index',
  'sparse+https://index.crates.io/',
];

/** `Cargo.lock`. */
export function readCargoLock(document: unknown): Lock {
  const value = recordOf(document, 'the lock');
  const locked = listOf(fieldOf(value, 'package')).map((entry): Locked => {
    const source = textOf(fieldOf(entry, 'source'));
    const name = textOf(fieldOf(entry, 'name')) ?? '';
    const version = textOf(fieldOf(entry, 'version')) ?? '';
    // Version 1 kept them apart.
    const checksum =
      textOf(fieldOf(entry, 'checksum')) ??
      textOf(fieldOf(value, 'metadata', `checksum ${name} ${version} (${source})`));
    return {
      name,
      version,
      source: source === null || registries.includes(source) ? null : source,
      isLocal: source === null,
      hashes: checksum === null ? [] : [checksum],
      isHashed: source !== null && !source.startsWith('git+'),
      licence: null,
      scripts: source === null ? false : null,
    };
  });
  return { kind: 'lock', locked, recorded: () => null, versionsOf: versionsByName(locked) };
}
