import { Buffer } from 'node:buffer';
import type { IngestLimits } from '../domain/limits.ts';
import { refusePath } from './refusal.ts';

/** Deeper folders serve only to break tools. */
const maxDepth = 100;
/** What file systems bear. */
const maxNameBytes = 255;

/** Code points that HFS+ ignores in names: `.g\u200cit` is `.git` there. */
const hfsIgnored = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** `git`: exactly `.git`. `lookalike`: what another system or a newer git would take for it. */
export function dotGit(component: string): 'git' | 'lookalike' | null {
  if (component === '.git') return 'git';
  const lower = component.replace(hfsIgnored, '').toLowerCase();
  if (!lower.includes('git')) return null;
  for (const piece of lower.split('\\')) {
    const stem = (piece.split(':')[0] ?? '').replace(/[ .]+$/, '');
    if (stem === '.git' || stem === 'git~1') return 'lookalike';
  }
  return null;
}

/** Why no tree can hold this path (relative, without the root's name); null when it can. */
export function pathProblem(path: string, limits: IngestLimits): string | null {
  if (path.includes('\0')) return 'the name holds a NUL';
  if (path.startsWith('/')) return 'the path is absolute';
  const components = path.split('/');
  if (components.includes('..')) return 'the path climbs out with ".."';
  if (components.some((name) => name === '' || name === '.')) return 'the path has an empty or "." component';
  if (Buffer.byteLength(path) > limits.maxPathBytes)
    return `the path is longer than ${limits.maxPathBytes} bytes`;
  if (components.length > maxDepth) return `the path is more than ${maxDepth} folders deep`;
  if (components.some((name) => Buffer.byteLength(name) > maxNameBytes))
    return `a name is longer than ${maxNameBytes} bytes`;
  return null;
}

/** Why this path may not come from a candidate: names that git or another system takes for its own. */
export function gitNameProblem(path: string, isLink: boolean): string | null {
  const components = path.split('/');
  if (components.some((name) => dotGit(name) !== null)) return 'the name would be taken for a .git folder';
  // Git itself refuses to check such a link out.
  if (isLink && components.at(-1)?.toLowerCase() === '.gitmodules')
    return '.gitmodules may not be a symbolic link';
  return null;
}

/**
 * Why a symbolic link may not come from a candidate; null when it stays inside. `isLink` tells which paths of the
 * delivered tree are links: behind one of those `..` does not lead back to where its name stands.
 */
export function linkProblem(path: string, target: string, isLink: (path: string) => boolean): string | null {
  if (target === '' || target.includes('\0')) return 'the symbolic link has no proper target';
  if (target.startsWith('/')) return 'the symbolic link points to an absolute path';
  const at = path.split('/').slice(0, -1);
  let throughLink = false;
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') {
      at.push(name);
      throughLink ||= isLink(at.join('/'));
    } else if (throughLink || at.pop() === undefined) return 'the symbolic link points outside the workspace';
  }
  return null;
}

/** Throws Refusal when a path is both a file and a folder of others. */
export function checkNoClash(files: ReadonlySet<string>) {
  const folders = new Set<string>();
  for (const path of files) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) break;
      if (files.has(folder)) throw refusePath(folder, 'it is a file and also a folder');
      folders.add(folder);
    }
  }
}
