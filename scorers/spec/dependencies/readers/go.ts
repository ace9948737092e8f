import { type Declared, type Lock, type Locked, type Manifest, Unreadable } from '../model.ts';

/** `go.mod`: https://go.dev/ref/mod#go-mod-file. Indirect requirements are the lock's business. */
export function readGoMod(lines: readonly string[]): Manifest {
  const declared: Declared[] = [];
  const steering: Record<string, string> = {};
  let block: string | null = null;
  for (const line of lines) {
    const [code = '', comment = ''] = line.split(/\/\/(.*)/s);
    const words = code
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) continue;
    if (block !== null && words[0] === ')') {
      block = null;
      continue;
    }
    if (block === null && words[1] === '(') {
      block = words[0] ?? '';
      continue;
    }
    const [verb = '', ...rest] = block === null ? words : [block, ...words];
    if (verb === 'require') {
      const [name, version] = rest.map(unquoted);
      if (name === undefined || version === undefined)
        throw new Unreadable('a requirement of it has no version');
      if (!/^\s*indirect\b/.test(comment))
        declared.push({ name, section: 'require', spec: version, range: version.replace(/^v/, '') });
    } else if (verb !== 'module' && verb !== 'go') steering[[verb, ...rest].join(' ')] = verb;
  }
  return { kind: 'manifest', declared, steering, scripts: {} };
}

/** `go.sum`: one hash for each module and version, and one for its `go.mod`. */
export function readGoSum(lines: readonly string[]): Lock {
  const found = new Map<string, Locked & { hashes: string[] }>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const [name, version, hash, more] = line.trim().split(/\s+/);
    if (name === undefined || version === undefined || hash === undefined || more !== undefined)
      throw new Unreadable('a line of it is not a module, a version and a hash');
    // For the choice of versions alone the go.mod of further ones is fetched, which installs nothing.
    if (version.endsWith('/go.mod')) continue;
    const key = `${name} ${version}`;
    const entry = found.get(key) ?? {
      name,
      version: version.replace(/^v/, ''),
      source: null,
      isLocal: false,
      hashes: [],
      isHashed: true,
      licence: null,
      // Nothing of a module runs when it is fetched.
      scripts: false,
    };
    entry.hashes.push(hash);
    found.set(key, entry);
  }
  const locked = [...found.values()];
  return {
    kind: 'lock',
    locked,
    recorded: () => null,
    versionsOf: ({ name, spec }) =>
      locked
        .filter((each) => each.name === name && `v${each.version}` === spec)
        .map(({ version }) => version),
  };
}

function unquoted(word: string): string {
  return word.replace(/^["`](.*)["`]$/, '$1');
}
