// Runs in a container, by the mounted Node, with no code of the candidate: compares exported names with what a spec says.
// `typescript-main.cjs <request>` asks about all modules in one further process; where the compiler cannot bear that, about
// each in a process of its own, so that one module says nothing of the others. With indexes of modules behind it, it is
// such a process. JSON on stdout.
const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { askModule } = require('./typescript-module.cjs');

const [, self, requestFile, ...indexes] = process.argv;
const request = JSON.parse(readFileSync(requestFile, 'utf8'));
const results = indexes.length === 0 ? askAll(request.modules.map((_, index) => index)) : askHere(indexes);
process.stdout.write(JSON.stringify(results));

function askAll(all) {
  const end = performance.now() + request.timeoutMs;
  const together = askApart(all, all.length === 1 ? request.timeoutMs : request.timeoutMs / 2);
  if (Array.isArray(together)) return together;
  if (all.length === 1) return [together];
  return all.map((index, place) => {
    const found = askApart([index], (end - performance.now()) / (all.length - place));
    return Array.isArray(found) ? found[0] : found;
  });
}

function askApart(some, milliseconds) {
  const timeout = Math.max(1, Math.floor(milliseconds));
  const child = spawnSync(
    process.execPath,
    [`--max-old-space-size=${request.heapMb}`, self, requestFile, ...some.map(String)],
    { timeout, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 16 * 1024 ** 2 },
  );
  if (child.error?.code === 'ETIMEDOUT')
    return { problem: `the compiler did not end within ${Math.ceil(timeout / 1000)} s` };
  if (child.status === 0) return JSON.parse(String(child.stdout));
  const said = String(child.stderr)
    .split('\n')
    .find((line) => /\w*Error\b|FATAL/.test(line));
  return { problem: `the compiler crashed (${child.signal ?? `exit code ${child.status}`}): ${said ?? ''}` };
}

function askHere(some) {
  const ts = require(request.typescript);
  // Programs share the files that they read.
  const parsed = new Map();
  return some.map((index) => {
    const { module, checks } = request.modules[Number(index)];
    return { answers: askModule({ ts, parsed, workdir: request.workdir, module, checks }) };
  });
}
