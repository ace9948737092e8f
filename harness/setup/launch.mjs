#!/usr/bin/env node
// What every npm script starts. Plain JavaScript: it runs on the machine's own Node (18 or newer), before anything
// is installed. It brings the dependencies and the right Node, then hands over:
//   launch.mjs [--prepare] <verb> …             the command line
//   launch.mjs [--prepare] --exec <tool> …      a tool from node_modules/.bin
//   launch.mjs --install                        the dependencies alone
// --prepare also makes an engine and the base images of the shipped suites ready.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';

const NODE_MAJOR = 24;
const INFRASTRUCTURE = 3;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const tools = join(root, 'node_modules', '.bin');

/** Standard output belongs to the command that follows. */
const log = (line) => process.stderr.write(`assay: ${line}\n`);

function parse(argv) {
  const rest = [...argv];
  const prepare = rest[0] === '--prepare';
  if (prepare) rest.shift();
  if (rest[0] === '--install') return { prepare, install: true, tool: null, args: [] };
  if (rest[0] !== '--exec') return { prepare, install: false, tool: null, args: rest };
  return { prepare, install: false, tool: rest[1] ?? '', args: rest.slice(2) };
}

function nodeIsRight() {
  return Number(process.versions.node.split('.')[0]) >= NODE_MAJOR;
}

/** The Node that came with the dependencies, or null where none is published for this platform. */
function bundledNode() {
  const node = join(tools, 'node');
  return existsSync(node) ? node : null;
}

/** Runs a child on our terminal and ends as it ended. */
function become(command, args) {
  return new Promise((resolve, reject) => {
    const path = [tools, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
    const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH: path } });
    // A terminal sends Ctrl-C to the whole group: the child has it already. Without one it came to us alone.
    const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const relay = (signal) => {
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, relay);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, relay);
      if (signal === null) resolve(code ?? 1);
      else process.kill(process.pid, signal);
    });
  });
}

async function main() {
  const request = parse(process.argv.slice(2));
  await ensureDependencies(root, log);
  if (request.install) return 0;

  if (!nodeIsRight()) {
    const node = bundledNode();
    if (node === null) {
      log(
        `Node ${NODE_MAJOR} or newer is needed; this is ${process.version}, and no Node package exists for`,
      );
      log(
        `${process.platform}-${process.arch}. Install Node ${NODE_MAJOR} (https://nodejs.org) and start again.`,
      );
      return INFRASTRUCTURE;
    }
    return become(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
  }

  if (request.prepare) {
    const { prepare } = await import('./prepare.ts');
    const code = await prepare(log);
    if (code !== 0) return code;
  }
  if (request.tool !== null) {
    const tool = join(tools, request.tool);
    if (request.tool !== '' && existsSync(tool)) return become(tool, request.args);
    log(`--exec needs the name of a tool in node_modules/.bin; there is no '${request.tool}'`);
    return 2;
  }
  // npm changes to the project's folder; paths that a person types are meant from where the person is.
  if (process.env.npm_lifecycle_event === 'assay' && process.env.INIT_CWD)
    process.chdir(process.env.INIT_CWD);
  const cli = await import('../cli/main.ts');
  return cli.main(request.args);
}

try {
  process.exitCode = await main();
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = INFRASTRUCTURE;
}
