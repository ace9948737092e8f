import { type Digest, digestOf } from '../domain/digest.ts';
import { officialName, parseImageName } from './base-image-recipes-names.ts';

/** Processor architectures in Node's words that the recipes know. */
export type Architecture = 'x64' | 'arm64';

/** An npm package whose files go into an image. */
export interface NpmPackage {
  name: string;
  version: string;
  /** Subresource integrity of the tarball; null trusts what the registry says of this exact version. */
  integrity: string | null;
}

/** How a stand-in for an official image is made from Debian packages. Plain data: its digest names the result. */
export interface Recipe {
  /** The name under which the stand-in is tagged; never the official one. */
  tag: string;
  /** Codename of the Debian release. */
  suite: 'bookworm';
  packages: readonly string[];
  /** Node's own binary, one package per architecture, and the npm that comes with that release. */
  node: { binary: Readonly<Record<Architecture, NpmPackage>>; npm: NpmPackage } | null;
  /** Shell lines run with the new root as working directory; nothing outside it may be touched. */
  finish: readonly string[];
  env: Readonly<Record<string, string>>;
  command: readonly string[];
}

/** Raised when what this module does not spell out (the builder's own steps) changes what comes out. */
const FORMAT = 1;

/** Debian 12 has this Python and no other. */
const DEBIAN_PYTHON = '3.11';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What every image has on top of Debian's essential packages. */
const COMMON = ['bash', 'ca-certificates'] as const;

/** The tools of the images that are not `slim` which task authors count on. */
const FULL = [
  ...['build-essential', 'curl', 'git', 'gnupg', 'openssh-client', 'patch', 'pkg-config', 'procps'],
  ...['unzip', 'wget', 'xz-utils'],
] as const;

/**
 * The recipe that stands in for an official image, or null when there is none: another distribution, a version that
 * Debian 12 does not have, or a digest (which names bytes that nothing else can be).
 */
export function recipeFor(ref: string): Recipe | null {
  const name = parseImageName(ref);
  if (name === null || name.digest !== null || name.tag === null) return null;
  const tag = `assay/base/${officialName(name)}:${name.tag}`;
  switch (officialName(name)) {
    case 'debian':
      return debianRecipe(tag, name.tag);
    case 'python':
      return pythonRecipe(tag, name.tag);
    case 'node':
      return nodeRecipe(tag, name.tag);
    default:
      return null;
  }
}

/** Names a recipe's content: another digest means that an image made earlier is not this recipe's. */
export function recipeDigest(recipe: Recipe): Digest {
  return digestOf({ format: FORMAT, ...recipe });
}

/** Label that holds the digest of the recipe an image was made by. */
export const RECIPE_LABEL = 'assay.recipe';

/** What an import sets beside the files, in Dockerfile syntax. */
export function importChanges(recipe: Recipe): string[] {
  return [
    ...Object.entries(recipe.env).map(([key, value]) => `ENV ${key}=${value}`),
    `CMD ${JSON.stringify(recipe.command)}`,
    `LABEL ${RECIPE_LABEL}=${recipeDigest(recipe)}`,
  ];
}

function debianRecipe(tag: string, version: string): Recipe | null {
  // A dated tag is a snapshot of one day, which the archive no longer has.
  if (!/^(bookworm|12(\.\d+)?)(-slim)?$/.test(version)) return null;
  const env = { PATH };
  return { tag, suite: 'bookworm', packages: COMMON, node: null, finish: [], env, command: ['bash'] };
}

function pythonRecipe(tag: string, version: string): Recipe | null {
  const match = /^(\d+\.\d+)(-slim)?(-bookworm)?$/.exec(version);
  if (match?.[1] !== DEBIAN_PYTHON) return null;
  // pip and venv are 26 MB of 155: task images run `pip install` in their first line more often than not.
  const python = ['netbase', 'tzdata', 'python3', 'python3-pip', 'python3-venv'];
  const full = match[2] === undefined ? [...FULL, 'python3-dev'] : [];
  return {
    tag,
    suite: 'bookworm',
    packages: [...COMMON, ...python, ...full],
    node: null,
    finish: [
      // The official image lets pip write; Debian's marker would refuse it.
      `rm -f usr/lib/python${DEBIAN_PYTHON}/EXTERNALLY-MANAGED`,
      `for name in python python3 python${DEBIAN_PYTHON}; do ln -sf /usr/bin/python${DEBIAN_PYTHON} usr/local/bin/$name; done`,
      'for name in pip pip3; do ln -sf /usr/bin/pip3 usr/local/bin/$name; done',
    ],
    env: { PATH, LANG: 'C.UTF-8' },
    command: ['python3'],
  };
}

const NPM_10: NpmPackage = {
  name: 'npm',
  version: '10.9.9',
  integrity:
    'sha512-1g+6jLQvaIuB4zwvHL7yrXuXcWZwDsCtBX8bbWDqbvJSSr9nPiDDWTHNgwXR27iIcTTW7v3A57hDW9RYv2W4Yg==',
};
const NPM_11: NpmPackage = {
  name: 'npm',
  version: '11.21.2',
  integrity:
    'sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==',
};

/** The releases that stand for a major version; `lts` is the one that the project itself runs on. */
const NODE_RELEASES: readonly {
  major: string;
  names: readonly string[];
  version: string;
  npm: NpmPackage;
  integrity: Readonly<Record<Architecture, string>>;
}[] = [
  {
    major: '24',
    names: ['24', 'lts', 'krypton'],
    version: '24.21.0',
    npm: NPM_11,
    integrity: {
      x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
      arm64:
        'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
  },
  {
    major: '22',
    names: ['22', 'jod'],
    version: '22.23.3',
    npm: NPM_10,
    integrity: {
      x64: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
      arm64:
        'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    },
  },
  {
    major: '20',
    names: ['20', 'iron'],
    version: '20.20.2',
    npm: NPM_10,
    integrity: {
      x64: 'sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
      arm64:
        'sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==',
    },
  },
];

function nodeRecipe(tag: string, version: string): Recipe | null {
  const match = /^([a-z0-9.]+?)(-bookworm)?(-slim)?$/.exec(version);
  const wanted = match?.[1] ?? '';
  const exact = /^\d+\.\d+\.\d+$/.test(wanted);
  const release = NODE_RELEASES.find(
    (entry) => entry.names.includes(wanted) || (exact && wanted.startsWith(`${entry.major}.`)),
  );
  if (release === undefined) return null;
  const exactly = exact ? wanted : release.version;
  const pinned = exactly === release.version;
  const binary = (architecture: Architecture): NpmPackage => ({
    name: `node-linux-${architecture}`,
    version: exactly,
    integrity: pinned ? release.integrity[architecture] : null,
  });
  return {
    tag,
    suite: 'bookworm',
    packages: [...COMMON, 'libstdc++6', ...(match?.[3] === undefined ? [...FULL, 'python3'] : [])],
    node: { binary: { x64: binary('x64'), arm64: binary('arm64') }, npm: release.npm },
    // The user that the official image brings, by the same numbers.
    finish: [
      'chroot . groupadd --gid 1000 node',
      'chroot . useradd --uid 1000 --gid node --shell /bin/bash --create-home node',
      'ln -sf node usr/local/bin/nodejs',
    ],
    env: { PATH, NODE_VERSION: exactly },
    command: ['node'],
  };
}
