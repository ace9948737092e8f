import { posix } from 'node:path';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { Facts } from './facts.ts';

/**
 * Never part of what an attempt delivered: memory and what the engine mounts or makes, logs, and the places that belong
 * to the harness and to the tests when the state is judged.
 */
const always = [
  ...['/tmp', '/proc', '/sys', '/dev', '/logs', '/opt/assay', '/tests', '/solution'],
  ...['/.dockerenv', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/etc/mtab'],
  ...['/sbin/docker-init', '/usr/sbin/docker-init'],
];

/** Tells which paths are left out, with all that they hold: the fixed ones, and the files that were laid beforehand. */
export function leftOut(laid: readonly LayerEntry[]): (path: string) => boolean {
  const out = new Set([...always, ...laid.filter(({ type }) => type !== 'dir').map(({ path }) => path)]);
  return (path) => {
    for (let at = path; at !== '/'; at = posix.dirname(at)) if (out.has(at)) return true;
    return false;
  };
}

/** Tells which new folders are there only because something was laid into them: as the engine makes them for that. */
export function ownFolders(laid: readonly LayerEntry[]): (path: string, facts: Facts) => boolean {
  const own = new Set<string>();
  for (const { path } of laid)
    for (let at = posix.dirname(path); at !== '/'; at = posix.dirname(at)) own.add(at);
  return (path, facts) =>
    own.has(path) && facts.type === 'dir' && facts.mode === 0o755 && facts.uid === 0 && facts.gid === 0;
}
