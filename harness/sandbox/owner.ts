import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { execa } from 'execa';

/** Which process, on which machine, a container belongs to. */
export interface Owner {
  /** Digest of host name, machine id and process namespace: who shares it can see the other's processes. */
  host: string;
  /** Boot of the machine, as process start times count from it; `-` where they are absolute. */
  boot: string;
  pid: number;
  /** When the process started, in the machine's own form without `:`: tells it from a later one with the same pid. */
  started: string;
}

/** Owner as a label's value. */
export function formatOwner(owner: Owner): string {
  return [owner.host, owner.boot, owner.pid, owner.started].join(':');
}

/** Reads a label's value; null when it is not one of ours. */
export function parseOwner(text: string): Owner | null {
  const match = /^([0-9a-f]{16}):([^:]+):(\d{1,10}):([^:]+)$/.exec(text);
  if (match === null) return null;
  const [, host = '', boot = '', pid = '', started = ''] = match;
  return { host, boot, pid: Number(pid), started };
}

/** This process. */
export async function currentOwner(): Promise<Owner> {
  const machine = await machineFacts();
  const started = await startOf(process.pid);
  return { ...machine, pid: process.pid, started: started ?? 'unknown' };
}

/**
 * True when the owner was a process of this machine that no longer lives. Another machine's process is never called
 * dead: several machines may share an engine.
 */
export async function isDead(owner: Owner): Promise<boolean> {
  const machine = await machineFacts();
  if (owner.host !== machine.host || owner.started === 'unknown') return false;
  if (owner.boot !== machine.boot) return true;
  return (await startOf(owner.pid)) !== owner.started;
}

async function machineFacts(): Promise<{ host: string; boot: string }> {
  const [machineId, boot, namespace] = await Promise.all([
    readFile('/etc/machine-id', 'utf8').catch(() => ''),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '-'),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  const host = createHash('sha256')
    .update([hostname(), machineId.trim(), namespace].join('\n'))
    .digest('hex');
  return { host: host.slice(0, 16), boot: boot.trim() };
}

/** Start time of a living process; null when there is none. A zombie does not live. */
async function startOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (stat === null) return null;
    // The second field is the command in parentheses and may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    return state === 'Z' || state === 'X' ? null : (fields[19] ?? null);
  }
  const { stdout, failed } = await execa('ps', ['-o', 'lstart=', '-p', String(pid)], {
    reject: false,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdin: 'ignore',
  });
  const text = stdout?.trim() ?? '';
  return failed || text === '' ? null : text.replace(/[^A-Za-z0-9]+/g, '-');
}
