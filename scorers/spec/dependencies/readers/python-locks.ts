import {
  entriesOf,
  fieldOf,
  type Lock,
  type Locked,
  listOf,
  recordOf,
  textOf,
  versionsByName,
} from '../model.ts';
import { normalName } from './python-names.ts';

/** `poetry.lock`. What it has noted of the manifest is a hash of Poetry's own making. */
export function readPoetryLock(document: unknown): Lock {
  const value = recordOf(document, 'the lock');
  const locked = listOf(fieldOf(value, 'package')).map((entry): Locked => {
    const name = textOf(fieldOf(entry, 'name')) ?? '';
    // Until version 1.1 files stood apart.
    const files = listOf(fieldOf(entry, 'files') ?? fieldOf(value, 'metadata', 'files', name));
    const source = textOf(fieldOf(entry, 'source', 'url'));
    const type = textOf(fieldOf(entry, 'source', 'type'));
    return packageOf(entry, {
      files: files.map((file) => ({
        name: textOf(fieldOf(file, 'file')) ?? '',
        hash: textOf(fieldOf(file, 'hash')),
      })),
      source,
      isLocal: type === 'directory' || type === 'file',
      isHashed: type === null || type === 'legacy' || type === 'url',
    });
  });
  return { kind: 'lock', locked, recorded: () => null, versionsOf: versionsByName(locked) };
}

/** `uv.lock`. */
export function readUvLock(document: unknown): Lock {
  const value = recordOf(document, 'the lock');
  const locked = listOf(fieldOf(value, 'package')).map((entry): Locked => {
    const source = entriesOf(fieldOf(entry, 'source'));
    const [kind = 'registry', place] = source[0] ?? [];
    const files = [fieldOf(entry, 'sdist'), ...listOf(fieldOf(entry, 'wheels'))].filter(
      (file) => file !== undefined,
    );
    const urls = files.map((file) => textOf(fieldOf(file, 'url')) ?? '');
    return packageOf(entry, {
      files: files.map((file, index) => ({
        name: (urls[index] ?? '').split(/[?#]/, 1)[0] ?? '',
        hash: textOf(fieldOf(file, 'hash')),
      })),
      source:
        kind === 'registry'
          ? (urls.find((url) => !isKnown(url)) ?? otherIndex(textOf(place)))
          : textOf(place),
      isLocal: ['virtual', 'editable', 'directory', 'path'].includes(kind),
      isHashed: kind === 'registry' || kind === 'url',
    });
  });
  return { kind: 'lock', locked, recorded: () => null, versionsOf: versionsByName(locked) };
}

function isKnown(url: string): boolean {
  return url === '' || /^https:\/\/files\.pythonhosted\.org\//.test(url);
}

function otherIndex(index: string | null): string | null {
  return index === null || /^https:\/\/pypi\.org\/simple\/?$/.test(index) ? null : index;
}

/** `Pipfile.lock`. */
export function readPipfileLock(document: unknown): Lock {
  const value = recordOf(document, 'the lock');
  const sources = new Map(
    listOf(fieldOf(value, '_meta', 'sources')).map((each) => [
      textOf(fieldOf(each, 'name')),
      textOf(fieldOf(each, 'url')),
    ]),
  );
  const locked = ['default', 'develop'].flatMap((section) =>
    entriesOf(fieldOf(value, section)).map(([name, entry]): Locked => {
      const version = (textOf(fieldOf(entry, 'version')) ?? '').replace(/^==/, '');
      const hashes = listOf(fieldOf(entry, 'hashes')).flatMap((each) => textOf(each) ?? []);
      const elsewhere = textOf(fieldOf(entry, 'git')) ?? textOf(fieldOf(entry, 'file'));
      const path = textOf(fieldOf(entry, 'path'));
      const index = otherIndex(sources.get(textOf(fieldOf(entry, 'index'))) ?? null);
      return {
        name: normalName(name),
        version,
        source: elsewhere ?? path ?? index,
        isLocal: path !== null,
        hashes: hashes.toSorted(),
        isHashed: elsewhere === null && path === null,
        licence: null,
        scripts: null,
      };
    }),
  );
  return { kind: 'lock', locked, recorded: () => null, versionsOf: versionsByName(locked) };
}

interface Found {
  files: { name: string; hash: string | null }[];
  source: string | null;
  isLocal: boolean;
  isHashed: boolean;
}

/** A wheel runs nothing when it is installed, whatever else there is: installers take it where one fits. */
function packageOf(entry: unknown, { files, source, isLocal, isHashed }: Found): Locked {
  const isWheel = files.some(({ name }) => name.endsWith('.whl'));
  return {
    name: normalName(textOf(fieldOf(entry, 'name')) ?? ''),
    version: textOf(fieldOf(entry, 'version')) ?? '',
    source,
    isLocal,
    hashes: files.every(({ hash }) => hash !== null)
      ? files.flatMap(({ hash }) => hash ?? []).toSorted()
      : [],
    isHashed,
    licence: null,
    scripts: isLocal ? false : files.length === 0 ? null : !isWheel,
  };
}
