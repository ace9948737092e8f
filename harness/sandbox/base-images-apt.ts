import { access } from 'node:fs/promises';
import { execa } from 'execa';

/** Debian's own keys, where the package `debian-archive-keyring` puts them. */
export const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** How this machine reaches Debian packages: what the builder is told, and nothing of which stays in an image. */
export interface AptAccess {
  /** Lines of a sources.list. They may hold credentials: hand them over on standard input, never show them. */
  sources: string[];
  /** apt options as `Key "value";`: proxies, certificates, date checks. */
  options: string[];
  /** Folders and files with credentials that exist here. */
  auth: string[];
}

/** Reads the host's apt configuration through apt's own tools, so that every form of it is understood. */
export async function hostAptAccess(suite: string): Promise<AptAccess> {
  const fields = ['REPO_URI', 'RELEASE', 'COMPONENT', 'ORIGIN'].map((name) => `$(${name})`).join('|');
  const [targets, config, release] = await Promise.all([
    execa('apt-get', ['indextargets', '--format', fields, 'Identifier: Packages'], { reject: false }),
    execa('apt-config', ['dump'], { reject: false }),
    execa('sh', ['-c', '. /etc/os-release && printf %s "$VERSION_CODENAME"'], { reject: false }),
  ]);
  const auth = ['/etc/apt/auth.conf', '/etc/apt/auth.conf.d'];
  const present = await Promise.all(
    auth.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return {
    sources: debianSources(targets.stdout ?? '', release.stdout ?? '', suite),
    options: transportOptions(config.stdout ?? ''),
    auth: auth.filter((_, index) => present[index]),
  };
}

/**
 * Debian's own archives out of apt's list of index targets (`uri|release|component|origin` per line), for `suite`.
 * Where the host runs another Debian release, its archives are asked for `suite` instead; where it has none, Debian's
 * public ones are.
 */
export function debianSources(targets: string, hostCodename: string, suite: string): string[] {
  const wanted = new Map<string, string>();
  for (const line of targets.split('\n')) {
    const [uri = '', release = '', component = '', origin = ''] = line.split('|');
    // Before the first `apt-get update` the origin is unknown and is printed as the placeholder itself.
    const debian = origin === 'Debian' || origin === '' || origin.startsWith('$(');
    const match = /^([a-z]+)(-updates|-security)?$/.exec(release);
    if (!debian || component !== 'main' || match === null) continue;
    if (match[1] !== suite && match[1] !== hostCodename) continue;
    const target = `${suite}${match[2] ?? ''}`;
    // The host's own line for the suite beats one that is derived from another release.
    if (!wanted.has(target) || match[1] === suite) wanted.set(target, uri);
  }
  if (!wanted.has(suite)) {
    wanted.clear();
    wanted.set(suite, 'http://deb.debian.org/debian');
    wanted.set(`${suite}-updates`, 'http://deb.debian.org/debian');
    wanted.set(`${suite}-security`, 'http://deb.debian.org/debian-security');
  }
  return [...wanted].map(([release, uri]) => `deb [signed-by=${DEBIAN_KEYRING}] ${uri} ${release} main`);
}

/** The options that decide how packages travel; never those that would let unsigned ones in. */
export function transportOptions(configDump: string): string[] {
  const kept = /^Acquire::(https?|ftp|Retries|Check-Valid-Until|Check-Date|ForceIPv4|ForceIPv6)\b/;
  return configDump.split('\n').filter((line) => kept.test(line) && !/ "";$/.test(line));
}
