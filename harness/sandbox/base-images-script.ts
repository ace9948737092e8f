import { join } from 'node:path';
import type { Recipe } from './base-image-recipes.ts';
import { type AptAccess, DEBIAN_KEYRING } from './base-images-apt.ts';
import type { NpmFiles } from './base-images-npm.ts';

/** What a recipe names, resolved to files of this machine. */
export interface RecipeFiles {
  node: { binary: NpmFiles; npm: NpmFiles } | null;
}

/** The builder's arguments; pure. */
export function builderArguments(
  recipe: Recipe,
  apt: Pick<AptAccess, 'options' | 'auth'>,
  paths: { finish: string; mergedUsr: string | null; tar: string },
): string[] {
  const slim = ['path-exclude=/usr/share/doc/*', 'path-include=/usr/share/doc/*/copyright'];
  for (const folder of ['man', 'info', 'locale', 'groff', 'lintian'])
    slim.push(`path-exclude=/usr/share/${folder}/*`);
  const packages = paths.mergedUsr === null ? recipe.packages : ['usr-is-merged', ...recipe.packages];
  return [
    '--variant=minbase',
    '--format=tar',
    ...(paths.mergedUsr === null ? [] : [`--hook-dir=${paths.mergedUsr}`]),
    `--include=${packages.join(',')}`,
    ...slim.map((option) => `--dpkgopt=${option}`),
    // The result is a tar file: syncing each package to disk on the way would double the time.
    '--dpkgopt=force-unsafe-io',
    ...apt.options.map((option) => `--aptopt=${option}`),
    ...apt.auth.map((path) => `--setup-hook=cp -a ${shellQuote(path)} "$1/etc/apt/"`),
    `--customize-hook=sh -eu ${shellQuote(paths.finish)} "$1"`,
    recipe.suite,
    paths.tar,
    '-',
  ];
}

/** The last step inside the new root: the recipe's own lines, then everything of the host's goes; pure. */
export function finishScript(recipe: Recipe, files: RecipeFiles): string {
  const sources = [
    'Types: deb',
    'URIs: http://deb.debian.org/debian',
    `Suites: ${recipe.suite} ${recipe.suite}-updates`,
    'Components: main',
    `Signed-By: ${DEBIAN_KEYRING}`,
    '',
    'Types: deb',
    'URIs: http://deb.debian.org/debian-security',
    `Suites: ${recipe.suite}-security`,
    'Components: main',
    `Signed-By: ${DEBIAN_KEYRING}`,
  ];
  return [
    'cd "$1"',
    ...(files.node === null ? [] : nodeLines(files.node)),
    ...recipe.finish,
    '# Nothing of the machine that built this stays.',
    'rm -rf etc/apt/auth.conf etc/apt/auth.conf.d etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap',
    'rm -f etc/resolv.conf etc/hostname etc/machine-id var/lib/dbus/machine-id',
    'mkdir -p etc/apt/auth.conf.d etc/apt/sources.list.d etc/apt/apt.conf.d',
    heredoc('etc/apt/sources.list.d/debian.sources', sources),
    heredoc('etc/apt/apt.conf.d/docker', ['Acquire::Languages "none";', 'Acquire::GzipIndexes "true";']),
    'if [ -e etc/dpkg/dpkg.cfg.d/99mmdebstrap ]; then mv etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/docker; fi',
    '# No init runs in a container: packages must not start services.',
    heredoc('usr/sbin/policy-rc.d', ['#!/bin/sh', 'exit 101']),
    'chmod 755 usr/sbin/policy-rc.d',
    'find var/log -type f -exec truncate -s 0 {} +',
    // Not /tmp: mmdebstrap's own apt configuration lies there, and without it apt would clean the host.
    'rm -rf var/cache/debconf/*-old var/lib/dpkg/*-old',
    '',
  ].join('\n');
}

function nodeLines(node: { binary: NpmFiles; npm: NpmFiles }): string[] {
  const npmRoot = 'usr/local/lib/node_modules/npm';
  return [
    `mkdir -p ${npmRoot} usr/local/bin`,
    'folder' in node.binary
      ? `cp ${shellQuote(join(node.binary.folder, 'bin', 'node'))} usr/local/bin/node`
      : `tar -xzf ${shellQuote(node.binary.tarball)} -C usr/local --strip-components=1 package/bin/node`,
    'folder' in node.npm
      ? `cp -R ${shellQuote(node.npm.folder)}/. ${npmRoot}`
      : `tar -xzf ${shellQuote(node.npm.tarball)} -C ${npmRoot} --strip-components=1 --exclude=package/docs --exclude=package/man`,
    'for name in npm npx; do ln -sf ../lib/node_modules/npm/bin/$name-cli.js usr/local/bin/$name; done',
    'chmod 755 usr/local/bin/node usr/local/lib/node_modules/npm/bin/*.js',
    'chown -R 0:0 usr/local',
  ];
}

function heredoc(file: string, lines: string[]): string {
  return [`cat > ${file} <<'END'`, ...lines, 'END'].join('\n');
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
