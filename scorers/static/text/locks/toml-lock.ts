import { Unreadable } from './unreadable.ts';

const header = /^(?:\[[\w.-]+(?:\."[^"\\]*")*\]|\[\[[\w.-]+\]\])\s*(?:#.*)?$/;
const field = /^(name|version)\s*=\s*("[^"\\]*"|'[^']*')\s*(?:#.*)?$/;

/**
 * Packages of `poetry.lock`, `uv.lock` and `Cargo.lock`: TOML as these tools write it, line by line. Parsing it all takes a
 * second for each MiB, and far longer where a text is made for it. Whatever could say a package in another way than
 * these tools do is `Unreadable`.
 */
export function readTomlLock(text: string): { name: string; version: string }[] {
  if (/"""|'''/.test(text)) throw new Unreadable('it has a text of several lines');
  const packages: Map<string, string>[] = [];
  let table: 'root' | 'package' | 'other' = 'root';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (isStrange(raw, line, table)) throw new Unreadable(`line ${index + 1} is not as a lock has it`);
    if (raw.startsWith('[')) {
      table = line.startsWith('[[package]]') ? 'package' : 'other';
      if (table === 'package') packages.push(new Map());
      continue;
    }
    const [, key, value] = field.exec(line) ?? [];
    const current = packages.at(-1);
    if (table !== 'package' || current === undefined || key === undefined || value === undefined) continue;
    if (current.has(key)) throw new Unreadable(`line ${index + 1} says the ${key} of a package again`);
    current.set(key, value.slice(1, -1));
  }
  if (packages.length === 0 && /\S/.test(text) && !/^package\s*=/m.test(text))
    throw new Unreadable('it has no packages');
  return packages.map((each) => {
    const [name, version] = [each.get('name'), each.get('version')];
    if (name === undefined) throw new Unreadable('a package of it has no plain name');
    // What is built of the project itself may have none.
    return { name, version: version ?? '' };
  });
}

/** Valid TOML may be, but another way to name a table or a key that matters. */
function isStrange(raw: string, line: string, table: 'root' | 'package' | 'other'): boolean {
  if (raw.startsWith('[')) return !header.test(line);
  // Elements of a list are strings, lists and tables; a header is none of these.
  if (/^\[+\s*[\w"'-]+\s*\]/.test(line) && !/^\[\s*["']/.test(line)) return true;
  if (/^(?:<{7}|>{7}|={7})/.test(line)) return true;
  if (table === 'root') return /^["']|^package\b/.test(line) && !/^package\s*=\s*\[\s*\]$/.test(line);
  // A list's elements may be strings, but are not followed by a sign of equality.
  if (table !== 'package') return false;
  return /^(?:"[^"]*"|'[^']*')\s*=/.test(line) || (/^(?:name|version)\s*=/.test(line) && !field.test(line));
}
