import { type Glob, matchGlob, matchName } from './glob.ts';

/** Tells whether one of many globs matches a path. */
export type GlobSet = (path: string) => boolean;

type Matches = (name: string, path: string) => boolean;

/**
 * Files globs under what the last name of a path must hold for them to match, so that each path is tried against few.
 * `**` at a glob's end is left out: whoever asks goes from the outermost folder inwards and asks for each.
 */
export function globSet(globs: readonly Glob[]): GlobSet {
  const filed = new Map<string, Matches[]>();
  for (const glob of globs) {
    const end = glob.findLastIndex((component) => component !== '**') + 1;
    const bare = end === 0 ? glob : glob.slice(0, end);
    const key = keyOf(bare);
    const others = filed.get(key);
    if (others === undefined) filed.set(key, [matcher(bare)]);
    else others.push(matcher(bare));
  }
  const isNear = (key: string, name: string, path: string) =>
    filed.get(key)?.some((matches) => matches(name, path)) === true;
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (isNear(anyName, name, path) || isNear(name, name, path)) return true;
    if (!name.includes('.')) return false;
    return isNear(stemOf(name), name, path) || isNear(extensionOf(name), name, path);
  };
}

function matcher(glob: Glob): Matches {
  const [first, last] = glob;
  // Most are of this form, and need no path taken apart.
  if (glob.length === 2 && first === '**' && last !== undefined && last !== '**')
    return (name) => matchName(last, name);
  return (_, path) => matchGlob(glob, path.split('/'));
}

/** Keys other than names hold a slash, which no name does. */
const anyName = '/';

function keyOf(glob: Glob): string {
  const last = glob.at(-1);
  if (last === undefined || last === '**') return anyName;
  if (last.kind === 'exact') return last.text;
  if (last.prefix.includes('.')) return stemOf(last.prefix);
  return last.suffix.includes('.') ? extensionOf(last.suffix) : anyName;
}

/** `/a.` for `a.b.c`. */
function stemOf(name: string): string {
  return `/${name.slice(0, name.indexOf('.') + 1)}`;
}

/** `.c/` for `a.b.c`. */
function extensionOf(name: string): string {
  return `${name.slice(name.lastIndexOf('.'))}/`;
}
