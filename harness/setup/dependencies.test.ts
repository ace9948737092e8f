import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type LockEntry, type LockFile, staleReason } from './dependencies.mjs';

const here = { os: [process.platform as string], cpu: [process.arch as string] };
const elsewhere = { os: ['plan9'], cpu: [process.arch as string] };
const a: LockEntry = { version: '1.0.0', integrity: 'sha512-a' };

interface Case {
  name: string;
  lock?: Record<string, LockEntry>;
  installed: Record<string, LockEntry> | null;
  stamped?: boolean;
  removed?: string;
  reason: string | null;
}

const cases: Case[] = [
  { name: 'nothing installed', installed: null, reason: 'nothing is installed' },
  { name: 'exactly the lock', installed: { a }, reason: null },
  {
    name: 'the root entry does not count',
    lock: { '': { version: '9' }, a },
    installed: { a },
    reason: null,
  },
  { name: 'missing package', installed: {}, reason: 'a is missing' },
  { name: 'other version', installed: { a: { ...a, version: '1.0.1' } }, reason: 'a is 1.0.1, not 1.0.0' },
  {
    name: 'same version, other bytes',
    installed: { a: { ...a, integrity: 'sha512-b' } },
    reason: 'a has other content than locked',
  },
  { name: 'recorded but deleted', installed: { a }, removed: 'a', reason: 'a has been removed' },
  { name: 'extra package', installed: { a, b: a }, reason: 'b is not in the lock file' },
  {
    name: 'optional, for this machine, missing',
    lock: { a, b: { ...a, ...here, optional: true } },
    installed: { a },
    reason: 'b is missing',
  },
  {
    name: 'optional, as a string, for this machine, missing',
    lock: { a, b: { ...a, os: process.platform, cpu: process.arch, optional: true } },
    installed: { a },
    reason: 'b is missing',
  },
  {
    name: 'optional, missing, yet npm has decided so before',
    lock: { a, b: { ...a, ...here, optional: true } },
    installed: { a },
    stamped: true,
    reason: null,
  },
  {
    name: 'optional, for another machine',
    lock: { a, b: { ...a, ...elsewhere, optional: true } },
    installed: { a },
    reason: null,
  },
  {
    name: 'optional by exclusion of this machine',
    lock: { a, b: { ...a, os: [`!${process.platform}`], optional: true } },
    installed: { a },
    reason: null,
  },
  {
    name: 'optional by exclusion of another machine',
    lock: { a, b: { ...a, os: ['!plan9'], optional: true } },
    installed: { a },
    reason: 'b is missing',
  },
  {
    name: 'optional of another version',
    lock: { a, b: { ...a, optional: true } },
    installed: { a, b: { ...a, version: '2.0.0', optional: true } },
    stamped: true,
    reason: 'b is 2.0.0, not 1.0.0',
  },
];

describe('staleReason', () => {
  it.each(cases)('$name', ({ lock = { a }, installed, stamped = false, removed, reason }) => {
    const found = installed === null ? null : { packages: installed };
    const facts = { stamped, present: (path: string) => path !== removed };
    expect(staleReason({ packages: lock }, found, facts)).toBe(reason);
  });
});

describe('package-lock.json', () => {
  it('lists every optional package that it names: npm ci refuses it otherwise, on every machine', () => {
    const text = readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8');
    const packages = (JSON.parse(text) as LockFile).packages ?? {};
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});
