import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { messageOf } from '../domain/errors.ts';
import { engineWords } from './engine-errors.ts';

/** A registry that has not answered the engine within this time counts as out of reach. */
const ANSWER_MS = 8000;
/** A download that brings no news for this long has died. */
const STALL_MS = 120_000;

/** `unreachable` is true of the registry, `refused` only of this image. */
export type PullResult =
  | { outcome: 'pulled'; id: string }
  | { outcome: 'unreachable' | 'refused'; reason: string };

/** Pulls through the engine, bounded in time. Never throws for what a registry says or does not say. */
export async function pullImage(docker: Docker, ref: string, signal?: AbortSignal): Promise<PullResult> {
  const stop = new AbortController();
  const abort = () => stop.abort(new Error('interrupted'));
  signal?.addEventListener('abort', abort, { once: true });
  let watchdog = setTimeout(() => stop.abort(new Error('the registry does not answer')), ANSWER_MS);
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => stop.abort(new Error('the download has stopped')), STALL_MS);
  };
  try {
    const { repository, tag } = splitRef(ref);
    const stream = await docker.createImage({ fromImage: repository, tag, abortSignal: stop.signal });
    alive();
    await follow(docker, stream as Readable, stop.signal, alive);
    return { outcome: 'pulled', id: (await docker.getImage(ref).inspect()).Id };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = stop.signal.aborted ? messageOf(stop.signal.reason) : engineWords(error);
    const silent = stop.signal.aborted || isUnreachable(reason);
    return { outcome: silent ? 'unreachable' : 'refused', reason };
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', abort);
  }
}

/** The engine takes the digest where the tag would be. */
function splitRef(ref: string): { repository: string; tag: string } {
  const at = ref.indexOf('@');
  const cut = at >= 0 ? at : ref.lastIndexOf(':');
  return { repository: ref.slice(0, cut), tag: ref.slice(cut + 1) };
}

function follow(docker: Docker, stream: Readable, signal: AbortSignal, alive: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      stream.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()), alive);
  });
}

/** Whether the engine's words mean that nobody answered, rather than that somebody said no. */
export function isUnreachable(message: string): boolean {
  return UNREACHABLE.test(message);
}

const UNREACHABLE = new RegExp(
  [
    ...[
      'no such host',
      'dial tcp',
      'i/o timeout',
      'connection refused',
      'connection reset',
      'no route to host',
    ],
    ...['network is unreachable', 'server misbehaving', 'temporary failure in name resolution'],
    ...['client\\.timeout', 'context deadline exceeded', 'tls handshake', 'x509:', '\\bEOF\\b'],
    ...['proxyconnect', 'server gave http response to https client', '\\b50[234]\\b'],
  ].join('|'),
  'i',
);
