// Plain JavaScript without dependencies: runs before `npm ci`, on any Node from 18 on.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** Remembers for which lock file and platform `npm ci` ran: npm leaves some optional packages out on purpose. */
const STAMP = '.assay-install.json';

/**
 * Why the installed packages are not those of the lock file, or null when they are.
 * `lock` and `installed` are the parsed package-lock.json and node_modules/.package-lock.json.
 */
export function staleReason(lock, installed, { stamped, present }) {
  if (installed === null) return 'nothing is installed';
  const wanted = lock.packages ?? {};
  const found = installed.packages ?? {};
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const actual = found[path];
    if (actual === undefined) {
      if (entry.optional && (stamped || entry.peer || !fits(entry))) continue;
      return `${path} is missing`;
    }
    if (actual.version !== entry.version) return `${path} is ${actual.version}, not ${entry.version}`;
    if (actual.integrity !== entry.integrity) return `${path} has other content than locked`;
    if (!present(path)) return `${path} has been removed`;
  }
  const extra = Object.keys(found).find((path) => wanted[path] === undefined);
  return extra === undefined ? null : `${extra} is not in the lock file`;
}

/** Whether a package with `os` and `cpu` constraints is meant for this machine; without any nobody can tell. */
function fits(entry) {
  const allows = (rule, value) => {
    const list = [rule].flat();
    return (
      list.includes(value) || (list.every((item) => item.startsWith('!')) && !list.includes(`!${value}`))
    );
  };
  if (entry.os === undefined && entry.cpu === undefined) return false;
  if (entry.os !== undefined && !allows(entry.os, process.platform)) return false;
  if (entry.cpu !== undefined && !allows(entry.cpu, process.arch)) return false;
  // Which C library this machine has is npm's to find out, not ours.
  return entry.libc === undefined;
}

/** Looks at the files: null when the dependencies are those of the lock file, else the reason in words. */
function checkDependencies(root) {
  const modules = join(root, 'node_modules');
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = readJson(join(modules, STAMP));
  return staleReason(JSON.parse(lockText), readJson(join(modules, '.package-lock.json')), {
    stamped: stamp !== null && stamp.key === stampKey(lockText),
    present: (path) => existsSync(join(root, path, 'package.json')),
  });
}

function stampKey(lockText) {
  const digest = createHash('sha256').update(lockText).digest('hex');
  return `${digest} ${process.platform} ${process.arch}`;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Missing or torn: either way it proves nothing.
    return null;
  }
}

/** Makes the dependencies those of the lock file; does nothing when they are. Throws with npm's own words. */
export async function ensureDependencies(root, log) {
  if (checkDependencies(root) === null) return;
  const release = await lockInstall(root, log);
  try {
    const reason = checkDependencies(root);
    if (reason === null) return;
    log(`installing the dependencies with npm ci (${reason}) ...`);
    const start = Date.now();
    const seconds = () => ((Date.now() - start) / 1000).toFixed(1);
    const pulse = setInterval(() => log(`still installing (${seconds()} s) ...`), 15_000);
    try {
      await npmCi(root);
    } finally {
      clearInterval(pulse);
    }
    const key = stampKey(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    writeFileSync(join(root, 'node_modules', STAMP), `${JSON.stringify({ key })}\n`);
    const left = checkDependencies(root);
    if (left !== null) throw new Error(`npm ci ended well, yet ${left}`);
    log(`dependencies installed in ${seconds()} s`);
  } finally {
    release();
  }
}

/** Install scripts stay off: none of ours is needed, and they would compile native extras for minutes. */
function npmCi(root) {
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--no-progress', '--ignore-scripts'];
  args.push('--include=dev', '--include=optional');
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', args, {
      cwd: root,
      env: { ...process.env, PATH: pathWithoutModules(root) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(0, 20_000);
    };
    npm.stdout.on('data', keep);
    npm.stderr.on('data', keep);
    npm.on('error', (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    npm.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}):\n${telling(output)}`));
    });
  });
}

/** What npm said first is the cause; news about npm itself and its page of usage are not. */
function telling(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('npm notice'));
  return lines.slice(0, 12).join('\n');
}

/** npm must not run on the Node that it is about to delete. */
function pathWithoutModules(root) {
  const own = join(root, 'node_modules');
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(own))
    .join(delimiter);
}

/**
 * One installation at a time per checkout. An abstract socket is held by the kernel and goes with its process, even
 * on SIGKILL; only Linux has them, elsewhere two first starts at once are the user's own affair.
 */
async function lockInstall(root, log) {
  if (process.platform !== 'linux') return () => undefined;
  const name = `\0assay-install-${createHash('sha256').update(root).digest('hex').slice(0, 32)}`;
  for (let attempt = 0; ; attempt++) {
    const server = await listen(name);
    if (server !== null) return () => server.close();
    if (attempt === 0) log('another process is installing the dependencies; waiting for it ...');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function listen(name) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(name, () => {
      server.unref();
      resolve(server);
    });
  });
}
