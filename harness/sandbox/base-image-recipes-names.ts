/** An image's name in its full form. */
export interface ImageName {
  /** Host, with port where given; `docker.io` when the reference names none. */
  registry: string;
  /** Path without tag; official images are `library/<name>`. */
  repository: string;
  /** null when only a digest is given. */
  tag: string | null;
  /** `sha256:…` when the reference pins the content. */
  digest: string | null;
}

const DOCKER_HUB = 'docker.io';

/** Reads a reference as the engine does: defaults for registry, `library/` and `latest` filled in; null when malformed. */
export function parseImageName(ref: string): ImageName | null {
  const [named = '', digest = null, ...more] = ref.split('@');
  if (more.length > 0 || (digest !== null && !/^sha256:[0-9a-f]{64}$/.test(digest))) return null;
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const path = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? (digest === null ? 'latest' : null) : named.slice(colon + 1);
  if (tag !== null && !/^\w[\w.-]{0,127}$/.test(tag)) return null;

  const [first = '', ...others] = path.split('/');
  // Only a dot, a port or this one word makes the first part a host.
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasHost ? first.replace(/^(index|registry-1)\.docker\.io$/, DOCKER_HUB) : DOCKER_HUB;
  if (hasHost && !/^[a-z0-9][a-z0-9.-]*(:\d+)?$/i.test(first)) return null;
  let repository = hasHost ? others.join('/') : path;
  if (!/^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(repository)) return null;
  if (registry === DOCKER_HUB && !repository.includes('/')) repository = `library/${repository}`;
  return { registry, repository, tag, digest };
}

/** The name of an official Docker Hub image (`python`), null for every other repository. */
export function officialName(name: ImageName): string | null {
  const match = /^library\/([^/]+)$/.exec(name.repository);
  return name.registry === DOCKER_HUB ? (match?.[1] ?? null) : null;
}

/** Where a mirror of Docker Hub (`host[:port][/prefix]`) has the image; null for images of other registries. */
export function mirroredRef(mirror: string, name: ImageName): string | null {
  if (name.registry !== DOCKER_HUB) return null;
  const base = mirror.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  return `${base}/${name.repository}${suffix(name)}`;
}

/** The reference with everything spelled out, as a registry is asked for it. */
export function fullRef(name: ImageName): string {
  return `${name.registry}/${name.repository}${suffix(name)}`;
}

/** A digest outranks a tag, as in the engine. */
function suffix(name: ImageName): string {
  return name.digest === null ? `:${name.tag}` : `@${name.digest}`;
}
