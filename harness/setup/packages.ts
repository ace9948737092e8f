import { execa } from 'execa';
import { infrastructureError } from '../domain/errors.ts';

export interface InstallOptions {
  log: (line: string) => void;
  /** Asks the person at the terminal; absent where nobody can be asked. */
  confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Prefix that makes us root: empty, or `sudo -n`. */
  become: readonly string[];
}

/**
 * Installs Debian packages with apt-get, without their recommendations; asks first where someone can be asked.
 *
 * @throws infrastructure when the person declines or apt-get fails
 */
export async function installPackages(packages: readonly string[], options: InstallOptions): Promise<void> {
  const list = packages.join(' ');
  if (options.confirm !== undefined && !(await options.confirm(`Install the Debian packages ${list}?`))) {
    throw infrastructureError(`needed and not installed: ${list}`, { fix: `sudo apt-get install ${list}` });
  }
  options.log(`installing the Debian packages ${list} ...`);
  const start = performance.now();
  const update = await aptGet(['update'], options.become);
  // One broken third-party source must not stop us: the packages may be known well enough.
  if (update.failed) options.log('apt-get update reported errors; going on with what it knows');
  const install = await aptGet(['install', '--yes', '--no-install-recommends', ...packages], options.become);
  if (install.failed) {
    throw infrastructureError(`apt-get could not install ${list}:\n  ${lastLines(install.all ?? '')}`, {
      fix: `make the Debian archive reachable and run: apt-get install ${list}`,
    });
  }
  options.log(`installed them in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

function aptGet(args: readonly string[], become: readonly string[]) {
  // Through env(1), as sudo drops the environment.
  const command = [...become, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C', 'apt-get'];
  const [file = 'env', ...prefix] = command;
  // Another apt may be at work just after a boot.
  return execa(file, [...prefix, '-o', 'DPkg::Lock::Timeout=120', ...args], {
    reject: false,
    all: true,
    stdin: 'ignore',
    timeout: 15 * 60_000,
  });
}

function lastLines(text: string): string {
  return text
    .trim()
    .split('\n')
    .slice(-12)
    .join('\n  ')
    .replace(/\/\/[^/@\s]+@/g, '//***@');
}
