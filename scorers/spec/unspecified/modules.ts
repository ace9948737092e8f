import type { Unspecified } from '../../../harness/domain/verdict.ts';

type Kind = Unspecified['kind'];

/** What a program reaches through a module, by the module's name; what is not here tells nothing. */
const node: Readonly<Record<string, Kind>> = {
  http: 'network',
  https: 'network',
  http2: 'network',
  net: 'network',
  dgram: 'network',
  tls: 'network',
  dns: 'network',
  fs: 'file-system',
  child_process: 'process',
  cluster: 'process',
  worker_threads: 'process',
  vm: 'process',
};
const packages: Readonly<Record<string, Kind>> = {
  undici: 'network',
  axios: 'network',
  got: 'network',
  ky: 'network',
  ws: 'network',
  superagent: 'network',
  request: 'network',
  'node-fetch': 'network',
  'cross-fetch': 'network',
  'socket.io-client': 'network',
  'fs-extra': 'file-system',
  'graceful-fs': 'file-system',
  rimraf: 'file-system',
  execa: 'process',
  'cross-spawn': 'process',
  shelljs: 'process',
};
const python: Readonly<Record<string, Kind>> = {
  requests: 'network',
  urllib: 'network',
  urllib3: 'network',
  http: 'network',
  socket: 'network',
  socketserver: 'network',
  ssl: 'network',
  ftplib: 'network',
  smtplib: 'network',
  telnetlib: 'network',
  xmlrpc: 'network',
  aiohttp: 'network',
  httpx: 'network',
  websockets: 'network',
  paramiko: 'network',
  shutil: 'file-system',
  tempfile: 'file-system',
  subprocess: 'process',
  multiprocessing: 'process',
  ctypes: 'process',
  pty: 'process',
};
/** Parts of what is listed that reach nothing. */
const harmless = new Set(['urllib.parse', 'urllib.error', 'http.cookies']);

/** What a module gives, and the name by which it is listed; null for one that tells nothing. */
export function moduleUse(
  language: 'javascript' | 'python',
  name: string,
): { kind: Kind; what: string } | null {
  if (harmless.has(name)) return null;
  if (language === 'python') {
    const [first = ''] = name.split('.');
    const kind = Object.hasOwn(python, first) ? python[first] : undefined;
    return kind === undefined ? null : { kind, what: name };
  }
  const builtIn = name.replace(/^node:/, '').split('/')[0] ?? '';
  if (Object.hasOwn(node, builtIn)) {
    const kind = node[builtIn];
    return kind === undefined ? null : { kind, what: `node:${builtIn}` };
  }
  const kind = Object.hasOwn(packages, name) ? packages[name] : undefined;
  return kind === undefined ? null : { kind, what: name };
}
