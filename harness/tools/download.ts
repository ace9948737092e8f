import { setTimeout as sleep } from 'node:timers/promises';
import { infrastructureError, messageOf } from '../domain/errors.ts';

export interface Download {
  body: Uint8Array;
  /** Where it came from in the end, after redirects. */
  url: URL;
  contentType: string;
}

interface DownloadOptions {
  /** Bound of the body. */
  maxBytes: number;
  accept?: string;
  /** Sent to the origin of the first address alone. */
  authorization?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds without a byte after which an attempt is given up. */
  idleMs?: number;
  /** Milliseconds before each further attempt. */
  delaysMs?: readonly number[];
}

/** What another attempt will not change. */
class Final extends Error {
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/**
 * Fetches a file over HTTP into memory, with a few attempts. Throws `infrastructure` when it cannot be had, with the
 * file's address without any credentials; the signal's reason.
 */
export async function download(url: URL, options: DownloadOptions): Promise<Download> {
  const delays = options.delaysMs ?? [500, 2000];
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(url, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const delay = delays[attempt];
      if (error instanceof Final || delay === undefined) throw unreachable(url, error);
      await sleep(delay, undefined, { signal: options.signal }).catch(() => options.signal?.throwIfAborted());
    }
  }
}

async function once(url: URL, options: DownloadOptions): Promise<Download> {
  const idle = new AbortController();
  const idleMs = options.idleMs ?? 30_000;
  const timer = setTimeout(() => idle.abort(new Error(`no byte for ${idleMs / 1000} s`)), idleMs);
  try {
    const signals = options.signal === undefined ? [idle.signal] : [idle.signal, options.signal];
    const response = await fetch(url, {
      signal: AbortSignal.any(signals),
      headers: {
        accept: options.accept ?? '*/*',
        'user-agent': 'assay',
        ...(options.authorization === undefined ? {} : { authorization: options.authorization }),
      },
    });
    if (!response.ok) {
      await response.body?.cancel();
      const message = `HTTP status ${response.status}`;
      throw [408, 429].includes(response.status) || response.status >= 500
        ? new Error(message)
        : new Final(message, response.status);
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      bytes += chunk.byteLength;
      if (bytes > options.maxBytes) throw new Final(`it is larger than ${options.maxBytes} bytes`);
      chunks.push(chunk);
    }
    return {
      body: Buffer.concat(chunks),
      url: new URL(response.url),
      contentType: response.headers.get('content-type') ?? '',
    };
  } catch (error) {
    throw idle.signal.aborted ? idle.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(url: URL, error: unknown) {
  // fetch says only "fetch failed"; what happened is its cause.
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  const absent = error instanceof Final && (error.status === 404 || error.status === 410);
  return infrastructureError(`cannot download ${url.origin}${url.pathname}: ${messageOf(error)}${cause}`, {
    fix: absent
      ? 'check the name of the package, or name a package index that has it in PIP_INDEX_URL'
      : 'check the network, and PIP_INDEX_URL if it is set; behind a proxy set NODE_USE_ENV_PROXY=1, for a certificate authority of your own NODE_EXTRA_CA_CERTS',
    cause: error,
  });
}
