import { ToolFailure } from '../tool.ts';
import { ArtifactLocation, type Run } from './schema.ts';

/** `PATH_MAX`: what is longer is no path. */
const maxPath = 4096;
/** Tools write one or two. */
const maxBases = 1000;
/** A folder in which relative URIs lie, as the components of an absolute path; null: not on this file system. */
type Folder = readonly string[] | null;

/** What the locations of a run are resolved against. */
export interface UriContext {
  workdir: readonly string[];
  bases: ReadonlyMap<string, Folder>;
  artifacts: NonNullable<Run['artifacts']>;
  /** Paths of artifacts that were asked for, by index. */
  paths: Map<number, string | null>;
}

/** Resolves a run's base folders (3.14.14). Throws `ToolFailure` where they form a circle. */
export function uriContext(run: Run, workdir: string): UriContext {
  const root = split(workdir);
  const entries = new Map(Object.entries(run.originalUriBaseIds ?? {}));
  if (entries.size > maxBases)
    throw new ToolFailure(`its SARIF log names more than ${maxBases} base folders`);
  const bases = new Map<string, Folder>();
  for (const id of entries.keys()) resolveBase(id, entries, bases, root);
  return { workdir: root, bases, artifacts: run.artifacts ?? [], paths: new Map() };
}

/** Walks up the chain to a base that is known or ends it, then back down; each base is resolved once. */
function resolveBase(
  id: string,
  entries: ReadonlyMap<string, unknown>,
  bases: Map<string, Folder>,
  root: readonly string[],
): void {
  const chain: { id: string; uri: string }[] = [];
  const seen = new Set<string>();
  // A base that says no place is the workspace: that is where tools are run.
  let folder: Folder = root;
  for (let next: string | null | undefined = id; next != null; ) {
    const known = bases.get(next);
    if (known !== undefined) {
      folder = known;
      break;
    }
    if (seen.has(next)) throw new ToolFailure('the base folders of its SARIF log form a circle');
    seen.add(next);
    const entry = ArtifactLocation.safeParse(entries.get(next) ?? {});
    if (!entry.success) throw new ToolFailure('a base folder of its SARIF log is malformed');
    chain.push({ id: next, uri: entry.data.uri ?? '' });
    next = entry.data.uriBaseId;
  }
  for (const base of chain.reverse()) {
    folder = resolve(base.uri, folder);
    bases.set(base.id, folder);
  }
}

/**
 * Path of a location relative to the workspace (3.4), or null: it is the workspace itself, or no file in it. Liberal: URIs
 * that are not percent-encoded, that hold `#` or `?`, plain absolute paths, bases without a slash at the end, unknown ones.
 */
export function pathOf(location: ArtifactLocation | null | undefined, context: UriContext): string | null {
  if (location?.uri != null) return pathOfUri(location.uri, location.uriBaseId, context);
  // The URI stands with the artifact alone.
  const index = location?.index ?? -1;
  const artifact = context.artifacts[index]?.location;
  if (artifact?.uri == null) return null;
  const known = context.paths.get(index);
  if (known !== undefined) return known;
  const path = pathOfUri(artifact.uri, artifact.uriBaseId, context);
  context.paths.set(index, path);
  return path;
}

function pathOfUri(
  uri: string,
  base: string | null | undefined,
  { workdir, bases }: UriContext,
): string | null {
  const known = base == null ? undefined : bases.get(base);
  const full = resolve(uri, known === undefined ? workdir : known);
  if (full === null || full.length <= workdir.length) return null;
  return workdir.every((part, at) => full[at] === part) ? full.slice(workdir.length).join('/') : null;
}

/** A URI of a relative path, as a relative reference: every component percent-encoded. */
export function uriOf(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
}

function resolve(uri: string, folder: Folder): Folder {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri.slice(0, 100));
  if (scheme === null) {
    // `//host/…` is another machine.
    if (uri.startsWith('//')) return null;
    return uri.startsWith('/') ? join([], uri) : folder && join(folder, uri);
  }
  if (scheme[1]?.toLowerCase() !== 'file') return null;
  const rest = uri.slice(scheme[0].length);
  const local = /^\/\/(localhost)?(?=\/)/i.exec(rest.slice(0, 12));
  if (local !== null) return join([], rest.slice(local[0].length));
  return rest.startsWith('//') || !rest.startsWith('/') ? null : join([], rest);
}

function join(folder: readonly string[], uri: string): Folder {
  if (uri.length > maxPath * 3) return null;
  const parts = [...folder];
  for (const part of decoded(uri).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const length = parts.reduce((sum, part) => sum + part.length + 1, 0);
  return length > maxPath || parts.some((part) => part.includes('\0')) ? null : parts;
}

/** Tools that do not encode write names like `100%.ts` as they are. */
function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri).toWellFormed();
  } catch {
    return uri.toWellFormed();
  }
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
