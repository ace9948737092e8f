import { createHash } from 'node:crypto';
import { infrastructureError } from '../domain/errors.ts';
import { download } from './download.ts';
import { type IndexFile, parseIndexPage } from './index-page.ts';
import type { PinnedWheel } from './wheel-name.ts';

const bounds = { page: 128 * 1024 ** 2, wheel: 512 * 1024 ** 2 };
const publicIndex = 'https://pypi.org/simple';
const accept =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/** A package index of Python, for the length of one installation. */
export interface PackageIndex {
  /** Files of a project, as PEP 503 spells its name. Throws `infrastructure`, or the signal's reason. */
  files(project: string): Promise<readonly IndexFile[]>;
  /** A pinned wheel, checked. Throws `infrastructure`, also for another content; the signal's reason. */
  wheel(pinned: PinnedWheel): Promise<Uint8Array>;
}

/**
 * The index that pip or uv is told to use by the environment, the public one by default. Credentials in its address go
 * to its own origin alone, and into no message.
 */
export function openIndex(env: NodeJS.ProcessEnv, signal?: AbortSignal): PackageIndex {
  const address = env.UV_DEFAULT_INDEX || env.UV_INDEX_URL || env.PIP_INDEX_URL || publicIndex;
  const { index, authorization } = parseAddress(address);
  const authorized = (url: URL) => (url.origin === index.origin ? authorization : undefined);
  const pages = new Map<string, Promise<IndexFile[]>>();

  const page = async (project: string): Promise<IndexFile[]> => {
    const url = new URL(`${project}/`, index);
    const found = await download(url, {
      accept,
      maxBytes: bounds.page,
      authorization: authorized(url),
      signal,
    });
    return parseIndexPage(Buffer.from(found.body).toString('utf8'), found.contentType, found.url);
  };
  const files = (project: string): Promise<IndexFile[]> => {
    const known = pages.get(project) ?? page(project);
    pages.set(project, known);
    return known;
  };

  return {
    files,
    async wheel({ project, filename, sha256 }) {
      const file = (await files(project)).find((each) => each.filename === filename);
      if (file === undefined) {
        throw infrastructureError(`the package index ${index.origin} has no ${filename}`, {
          fix: 'name an index that has it in PIP_INDEX_URL',
        });
      }
      const { body } = await download(file.url, {
        maxBytes: bounds.wheel,
        authorization: authorized(file.url),
        signal,
      });
      if (createHash('sha256').update(body).digest('hex') === sha256) return body;
      throw infrastructureError(`${filename} from ${file.url.origin} is not the file that is pinned`, {
        fix: 'find out why this index serves another file; PIP_INDEX_URL names another index',
      });
    },
  };
}

function parseAddress(address: string): { index: URL; authorization: string | undefined } {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw infrastructureError('the address of the Python package index is no http or https URL', {
      fix: 'correct PIP_INDEX_URL, UV_INDEX_URL or UV_DEFAULT_INDEX',
    });
  }
  const index = new URL(address.endsWith('/') ? address : `${address}/`);
  const { username, password } = index;
  index.username = '';
  index.password = '';
  if (username === '' && password === '') return { index, authorization: undefined };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { index, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
