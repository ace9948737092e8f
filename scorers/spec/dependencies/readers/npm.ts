import semver from 'semver';
import {
  type Declared,
  entriesOf,
  fieldOf,
  type Lock,
  type Locked,
  type Manifest,
  recordOf,
  textOf,
  Unreadable,
} from '../model.ts';

const sections = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;
/** https://docs.npmjs.com/cli/using-npm/scripts: what runs on a plain `npm install` of the project. */
const lifeCycle = [
  'preinstall',
  'install',
  'postinstall',
  'preprepare',
  'prepare',
  'postprepare',
  'prepublish',
  'dependencies',
];
/** What changes which packages are installed, or how, without being a dependency. */
const steeringFields = [
  ['overrides'],
  ['resolutions'],
  ['pnpm'],
  ['bundleDependencies'],
  ['bundledDependencies'],
  ['packageManager'],
  ['workspaces'],
  ['dependenciesMeta'],
  ['peerDependenciesMeta'],
  ['trustedDependencies'],
  ['gypfile'],
] as const;

/** `package.json`. */
export function readPackageJson(document: unknown): Manifest {
  const value = recordOf(document, 'package.json');
  const scripts = entriesOf(fieldOf(value, 'scripts')).filter(([name]) => lifeCycle.includes(name));
  const steering = steeringFields.flatMap((path): [string, string][] => {
    const given = fieldOf(value, ...path);
    return given === undefined ? [] : [[path.join('.'), JSON.stringify(given)]];
  });
  return {
    kind: 'manifest',
    declared: declaredIn(value),
    steering: Object.fromEntries(steering),
    scripts: Object.fromEntries(scripts.map(([name, command]) => [name, JSON.stringify(command)])),
  };
}

function declaredIn(value: unknown): Declared[] {
  return sections.flatMap((section) =>
    entriesOf(fieldOf(value, section)).map(([name, given]) => {
      if (typeof given !== 'string') throw new Unreadable(`${section} does not give a version as text`);
      const spec = given.trim();
      return { name, section, spec, range: npmRange(spec) };
    }),
  );
}

/** A spec as a range; null for tags, aliases, URLs, folders and protocols of package managers. */
function npmRange(spec: string): string | null {
  if (spec.length > 500) return null;
  return semver.validRange(spec) === null ? null : spec;
}

/** `package-lock.json` and `npm-shrinkwrap.json`, of lockfileVersion 2 and 3. */
export function readPackageLock(document: unknown): Lock {
  const value = recordOf(document, 'the lock');
  const packages = fieldOf(value, 'packages');
  if (packages === undefined) throw new Unreadable('it is of lockfileVersion 1, which is not read');
  const entries = entriesOf(recordOf(packages, 'packages'));
  const places = new Map(
    entries.flatMap(([place, entry]) => (place === '' ? [] : [[place, lockedAt(place, entry)] as const])),
  );
  return {
    kind: 'lock',
    locked: [...places.values()],
    recorded: (folder) => {
      const own = entries.find(([place]) => place === folder)?.[1];
      return own === undefined ? null : declaredIn(own);
    },
    versionsOf: ({ name }, folder) => {
      const own = folder === '' ? undefined : places.get(`${folder}/node_modules/${name}`);
      const found = own ?? places.get(`node_modules/${name}`);
      return found === undefined ? [] : [found.version];
    },
  };
}

function lockedAt(place: string, entry: unknown): Locked {
  const at = place.lastIndexOf('node_modules/');
  const inPlace = at < 0 ? place : place.slice(at + 'node_modules/'.length);
  const isLink = fieldOf(entry, 'link') === true;
  const version = textOf(fieldOf(entry, 'version'));
  const resolved = textOf(fieldOf(entry, 'resolved'));
  const integrity = textOf(fieldOf(entry, 'integrity'));
  // An entry outside of node_modules is a workspace or folder of the project, a link leads to one.
  const isLocal = at < 0 || isLink;
  // Under another name than its place's it is an alias.
  const name = textOf(fieldOf(entry, 'name'));
  return {
    name: inPlace,
    version: name === null || name === inPlace || isLocal ? (version ?? '') : `npm:${name}@${version}`,
    source: isLocal ? null : resolved,
    isLocal,
    hashes: integrity === null ? [] : integrity.split(/\s+/).toSorted(),
    // What comes in another package's archive has no hash of its own.
    isHashed: !isLocal && fieldOf(entry, 'inBundle') !== true,
    licence: licenceOf(fieldOf(entry, 'license')),
    scripts: fieldOf(entry, 'hasInstallScript') === true,
  };
}

function licenceOf(value: unknown): string | null {
  return textOf(value) ?? textOf(fieldOf(value, 'type'));
}
