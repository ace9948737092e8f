import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { RunnerReport } from '../../runners/report.ts';
import type { TestFile } from '../../runners/runner.ts';
import type { RandomBelow } from '../sentinel.ts';

type ReportedTest = RunnerReport['tests'][number];

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** The same numbers for the same seed (mulberry32). */
export function seeded(seed: number): RandomBelow {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Writes files below a folder in which the project's own packages are found. */
export async function layOut(folder: string, files: readonly TestFile[]): Promise<void> {
  await symlink(modules, join(folder, 'node_modules')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

const eventReporter = `
export default async function* (events) {
  for await (const { type, data } of events)
    if (/^test:(start|pass|fail)$/.test(type))
      yield JSON.stringify({ type, file: data.file, name: data.name, nesting: data.nesting,
        skip: data.skip !== undefined || data.todo !== undefined, kind: data.details?.type,
        message: String(data.details?.error?.cause?.message ?? data.details?.error?.message ?? '') }) + '\\n';
}`;

interface NodeEvent {
  type: string;
  file?: string;
  name: string;
  nesting: number;
  skip: boolean;
  kind?: string;
  message: string;
}

/** What `node --test` says of these files, with real processes and no reporter of anyone else. */
export async function runWithNode(folder: string, files: readonly string[]): Promise<RunnerReport> {
  await writeFile(join(folder, 'events.mjs'), eventReporter);
  const run = await execa(
    process.execPath,
    [
      '--test',
      '--no-warnings',
      '--test-concurrency=2',
      `--test-reporter=${join(folder, 'events.mjs')}`,
      '--test-reporter-destination=events.jsonl',
      ...files,
    ],
    // Inside of a test run, node:test would take itself for a nested one.
    { cwd: folder, env: {}, extendEnv: false, reject: false, timeout: 60_000 },
  );
  const lines = (await readFile(join(folder, 'events.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '');
  const tests: ReportedTest[] = [];
  let path: string[] = [];
  for (const event of lines.map((line): NodeEvent => JSON.parse(line))) {
    if (event.type === 'test:start') path = [...path.slice(0, event.nesting), event.name];
    const file = files.find((one) => event.file === join(folder, one));
    if (event.type === 'test:start' || event.kind === 'suite' || file === undefined) continue;
    const outcome = event.skip ? 'skipped' : event.type === 'test:pass' ? 'pass' : 'fail';
    tests.push({
      file,
      name: [...path.slice(0, event.nesting), event.name],
      outcome,
      message: event.message,
    });
  }
  return reportOf(files, tests, run.exitCode);
}

interface VitestJson {
  testResults: {
    name: string;
    assertionResults: {
      ancestorTitles: string[];
      title: string;
      status: string;
      failureMessages: string[] | null;
    }[];
  }[];
}

/** What Vitest says of these files. */
export async function runWithVitest(
  folder: string,
  files: readonly string[],
  options: readonly string[] = [],
): Promise<RunnerReport> {
  const cli = join(modules, 'vitest/vitest.mjs');
  const report = join(folder, 'vitest.json');
  const run = await execa(
    process.execPath,
    [
      cli,
      'run',
      '--root',
      folder,
      '--reporter=json',
      `--outputFile=${report}`,
      '--allowOnly',
      ...options,
      ...files,
    ],
    {
      cwd: folder,
      env: { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, CI: '1' },
      extendEnv: false,
      reject: false,
      timeout: 60_000,
    },
  );
  const json: VitestJson = JSON.parse(await readFile(report, 'utf8'));
  const outcomes: Record<string, ReportedTest['outcome']> = { passed: 'pass', failed: 'fail' };
  const tests = json.testResults.flatMap(({ name, assertionResults }) => {
    const file = files.find((one) => name === join(folder, one)) ?? name;
    return assertionResults.map(
      ({ ancestorTitles, title, status, failureMessages }): ReportedTest => ({
        file,
        name: [...ancestorTitles, title],
        outcome: outcomes[status] ?? 'skipped',
        message: failureMessages?.join('\n') ?? '',
      }),
    );
  });
  return reportOf(files, tests, run.exitCode);
}

/** All files that tests were reported of count as loaded. */
export function reportOf(
  files: readonly string[],
  tests: ReportedTest[],
  exitCode: number | undefined,
): RunnerReport {
  const loaded = new Set(tests.map(({ file }) => file));
  // Which file is run first depends on how long each took before.
  tests.sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file));
  return {
    version: 1,
    exitCode: exitCode ?? null,
    files: files.map((path) => ({ path, loaded: loaded.has(path) })),
    tests,
    violations: [],
  };
}

/** What a report says of each test, in its order, without words that may differ from run to run. */
export function outcomesIn(report: RunnerReport): string[] {
  return report.tests.map(({ file, name, outcome }) => `${file}: ${name.join(' > ')}: ${outcome}`);
}
