import { entriesOf, fieldOf, type Lock, type Locked, recordOf, textOf, Unreadable } from '../model.ts';

/** Berry's lock is YAML; classic Yarn's only looks like it. */
export function yarnFormat(text: string): 'yaml' | 'lines' {
  return /^__metadata:/m.test(text) ? 'yaml' : 'lines';
}

/** `yarn.lock`: the lines of classic Yarn's, or Berry's document. */
export function readYarnLock(document: unknown): Lock {
  return Array.isArray(document) ? readClassic(document) : readBerry(document);
}

function readBerry(document: unknown): Lock {
  const entries = entriesOf(recordOf(document, 'the lock')).filter(([key]) => key !== '__metadata');
  const locked = entries.map(([key, entry]) => berryEntry(key, entry));
  const byDescriptor = new Map(
    entries.flatMap(([key], index) =>
      key.split(', ').map((each) => [each, locked[index]?.version ?? ''] as const),
    ),
  );
  return {
    kind: 'lock',
    locked,
    recorded: () => null,
    versionsOf: ({ name, spec }) =>
      [spec, `npm:${spec}`].flatMap((each) => byDescriptor.get(`${name}@${each}`) ?? []).slice(0, 1),
  };
}

function berryEntry(key: string, entry: unknown): Locked {
  const name = nameOf(key);
  const [real, reference = ''] = splitDescriptor(textOf(fieldOf(entry, 'resolution')) ?? '');
  const isLocal = /^(?:workspace|link|portal):/.test(reference);
  const checksum = textOf(fieldOf(entry, 'checksum'));
  const version = String(fieldOf(entry, 'version') ?? '');
  return {
    name,
    version: real === name ? version : `npm:${real}@${version}`,
    source: isLocal || reference.startsWith('npm:') ? null : reference,
    isLocal,
    hashes: checksum === null ? [] : [checksum],
    // What depends on the platform has none.
    isHashed: !isLocal && fieldOf(entry, 'conditions') === undefined,
    licence: null,
    scripts: null,
  };
}

function readClassic(lines: readonly string[]): Lock {
  const locked: Locked[] = [];
  const byDescriptor = new Map<string, string>();
  let entry: { keys: string[]; fields: Map<string, string> } | null = null;
  const end = () => {
    if (entry === null) return;
    const made = classicEntry(entry.keys, entry.fields);
    locked.push(made);
    for (const key of entry.keys) byDescriptor.set(key, made.version);
    entry = null;
  };
  for (const line of lines) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      end();
      if (!line.endsWith(':')) throw new Unreadable('a line of it is no entry');
      const keys = line.slice(0, -1).split(', ').map(unquoted);
      entry = { keys, fields: new Map() };
      continue;
    }
    const field = /^ {2}(\S+) (.+)$/.exec(line);
    if (entry === null) throw new Unreadable('a field of it belongs to no entry');
    if (field !== null) entry.fields.set(unquoted(field[1] ?? ''), unquoted(field[2] ?? ''));
  }
  end();
  return {
    kind: 'lock',
    locked,
    recorded: () => null,
    versionsOf: ({ name, spec }) => [byDescriptor.get(`${name}@${spec}`) ?? []].flat(),
  };
}

function classicEntry(keys: readonly string[], fields: ReadonlyMap<string, string>): Locked {
  const [key = ''] = keys;
  const name = nameOf(key);
  const spec = splitDescriptor(key)[1] ?? '';
  const version = fields.get('version') ?? '';
  const source = fields.get('resolved') ?? null;
  const hash = source === null ? undefined : /#([0-9a-f]{40})$/.exec(source)?.[1];
  const integrity = fields.get('integrity');
  return {
    name,
    version: spec.startsWith('npm:') ? `${spec.replace(/@[^@]*$/, '')}@${version}` : version,
    source: source?.replace(/#[0-9a-f]{40}$/, '') ?? null,
    isLocal: spec.startsWith('file:') || spec.startsWith('link:'),
    hashes: [
      ...(integrity?.split(/\s+/) ?? []),
      ...(integrity === undefined && hash !== undefined ? [hash] : []),
    ].toSorted(),
    isHashed: true,
    licence: null,
    scripts: null,
  };
}

function nameOf(key: string): string {
  return splitDescriptor(key.split(', ')[0] ?? '')[0];
}

/** `@scope/name@spec` → name and spec. */
function splitDescriptor(descriptor: string): [string, string?] {
  const at = descriptor.indexOf('@', 1);
  return at < 0 ? [descriptor] : [descriptor.slice(0, at), descriptor.slice(at + 1)];
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/s, '$1');
}
