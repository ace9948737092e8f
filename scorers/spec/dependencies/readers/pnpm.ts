import {
  type Declared,
  entriesOf,
  fieldOf,
  type Lock,
  type Locked,
  recordOf,
  textOf,
  Unreadable,
} from '../model.ts';

const sections = ['dependencies', 'devDependencies', 'optionalDependencies'];

/** `pnpm-lock.yaml` of lockfileVersion 6 and 9. */
export function readPnpmLock(document: unknown): Lock {
  const value = recordOf(document, 'the lock');
  const version = Number.parseFloat(String(fieldOf(value, 'lockfileVersion')));
  if (!(version >= 6 && version < 10)) throw new Unreadable('its lockfileVersion is not 6 or 9');
  // Without workspaces, lockfileVersion 6 has no importers.
  const importers = entriesOf(fieldOf(value, 'importers') ?? { '.': value });
  const importerOf = (folder: string) =>
    importers.find(([name]) => name === (folder === '' ? '.' : folder))?.[1];
  return {
    kind: 'lock',
    locked: entriesOf(fieldOf(value, 'packages')).map(([key, entry]) => lockedAs(key, entry)),
    recorded: (folder) => {
      const importer = importerOf(folder);
      return importer === undefined ? null : recordedIn(importer);
    },
    versionsOf: ({ name }, folder) => {
      const given = sections.map((section) => fieldOf(importerOf(folder), section, name, 'version'));
      return given.flatMap((version) => (version === undefined ? [] : [bare(version)]));
    },
  };
}

function recordedIn(importer: unknown): Pick<Declared, 'name' | 'section' | 'spec'>[] {
  return sections.flatMap((section) =>
    entriesOf(fieldOf(importer, section)).map(([name, given]) => ({
      name,
      section,
      spec: textOf(fieldOf(given, 'specifier')) ?? '',
    })),
  );
}

/** Keys are `/name@1.0.0(peers)` or `name@1.0.0`; of what is no registry's, `name@<url>`. */
function lockedAs(key: string, entry: unknown): Locked {
  const plain = bare(key.replace(/^\//, ''));
  const at = plain.indexOf('@', 1);
  const [name, version] = at < 0 ? [plain, ''] : [plain.slice(0, at), plain.slice(at + 1)];
  const resolution = fieldOf(entry, 'resolution');
  const integrity = textOf(fieldOf(resolution, 'integrity'));
  const source = textOf(fieldOf(resolution, 'tarball')) ?? textOf(fieldOf(resolution, 'repo'));
  const isLocal = textOf(fieldOf(resolution, 'directory')) !== null;
  return {
    name,
    version,
    source: source ?? (/^\d/.test(version) || isLocal ? null : version),
    isLocal,
    hashes: integrity === null ? [] : integrity.split(/\s+/).toSorted(),
    isHashed: !isLocal,
    licence: null,
    // Until version 9 the lock said so; from then on it is not known.
    scripts: fieldOf(entry, 'requiresBuild') === true ? true : null,
  };
}

/** Without the peers that it was resolved with. */
function bare(version: unknown): string {
  return (textOf(version) ?? '').replace(/\(.*$/s, '');
}
