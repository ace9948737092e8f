import { spawn } from 'node:child_process';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { judge } from './judge.mjs';
import { makeReport } from './report.mjs';

/** What one test file may say about its tests, in bytes. */
const maxBytes = 64 * 1024 ** 2;
const guardFile = new URL('node-test-guard.mjs', import.meta.url);

await judge(async ({ workdir, files, config, integrity, library = null }) => {
  if (config !== null) throw new Error(`${config}: node:test has no configuration file`);
  const report = makeReport(files);
  let exitCode = 0;
  for (const path of files) {
    report.begin(path);
    const end = await runFile(workdir, path, { integrity, library });
    readRecords(report, path, end, integrity);
    if (end.code !== 0) exitCode = 1;
  }
  return report.finish(report.hasFailed() ? 1 : exitCode);
});

/** Runs a test file in a process of its own; gives what the guard in there sent, and how the process ended. */
function runFile(workdir, path, told) {
  const key = randomBytes(32).toString('hex');
  const child = spawn(process.execPath, [...flags(path), join(workdir, path)], {
    cwd: workdir,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const channel = child.stdio[3];
  const records = [];
  let problem = null;
  let rest = '';
  let bytes = 0;
  channel.setEncoding('utf8');
  channel.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes > maxBytes) problem ??= 'it says too much about its tests';
    if (problem !== null) return child.kill('SIGKILL');
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const record = readLine(line, records.length, key);
      if (record === null) problem ??= 'its results were written to by others';
      else records.push(record);
    }
  });
  channel.on('error', () => undefined);
  channel.write(`${JSON.stringify({ key, ...told })}\n`);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const finish = () => {
        channel.destroy();
        resolve({ records, problem, code, how: signal ?? `exit code ${code}` });
      };
      // A process that was left behind may hold the other end open; what this one wrote is there already.
      if (channel.readableEnded) finish();
      else {
        channel.once('end', finish);
        setTimeout(finish, 2000);
      }
    });
  });
}

function flags(path) {
  const optional = [
    '--disable-sigusr1',
    ...(/\.[cm]?ts$/.test(path) && !process.features.typescript ? ['--experimental-strip-types'] : []),
  ];
  return [
    ...optional.filter((flag) => process.allowedNodeEnvironmentFlags.has(flag)),
    `--import=${guardFile.href}`,
    `--test-reporter=${guardFile.href}`,
    '--test-reporter-destination=stdout',
  ];
}

/** One line of the guard's: its number, its signature and a JSON object; null where it is not from there. */
function readLine(line, number, key) {
  const [, sequence, mac, json] = /^(\d+) ([0-9a-f]{64}) (.*)$/s.exec(line) ?? [];
  if (sequence !== String(number)) return null;
  const expected = createHmac('sha256', key).update(`${sequence} ${json}`).digest();
  return timingSafeEqual(expected, Buffer.from(mac, 'hex')) ? JSON.parse(json) : null;
}

function readRecords(report, path, { records, problem, code, how }, integrity) {
  const find = (wanted) => records.find(({ type }) => type === wanted);
  const said = records.filter(
    ({ type, message }) => type === 'diagnostic' && /^(Error|Warning)/.test(message),
  );
  const why = find('crash')?.message ?? said[0]?.message;
  const isDone = problem === null && find('done') !== undefined;
  const failures = readTests(report, path, records);
  if (!isDone) report.broken(path, problem ?? why ?? `its process ended with ${how} before its tests did`);
  else {
    report.loaded(path);
    if (code !== 0 && failures === 0)
      report.test(path, ['its process'], 'error', why ?? `it ended with ${how}`);
  }
  for (const { type, ...fields } of records) if (type === 'note') report.note(fields);
  if (problem !== null) report.violation(`${path}: ${problem}`);
  if (!integrity) return;
  for (const found of (find('end')?.found ?? '').split('\n').filter(Boolean))
    report.violation(`${path}: ${found}`);
  if (isDone && find('end') === undefined)
    report.violation(`${path}: the guard did not see the end of its tests`);
}

/** Results come in the order in which tests were defined, every group's own after those in it. Gives how many failed. */
function readTests(report, path, records) {
  const groups = [];
  let failures = 0;
  for (const record of records) {
    const { type, name, nesting } = record;
    if (type === 'start') groups[nesting] = name;
    if (type !== 'pass' && type !== 'fail') continue;
    if (record.isSuite && (type === 'pass' || record.failure === 'subtestsFailed')) continue;
    const names = [...groups.slice(0, nesting), name];
    if (record.isSkipped || record.isTodo) report.test(path, names, 'skipped');
    else if (type === 'pass') report.test(path, names, 'pass');
    else {
      failures += 1;
      report.test(path, names, record.isSuite ? 'error' : 'fail', record.message);
    }
  }
  return failures;
}
