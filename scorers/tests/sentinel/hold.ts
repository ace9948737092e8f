import type { RunnerReport } from '../runners/report.ts';
import { underRealNames, withoutRow } from './renamed.ts';
import type { Hold, Sentinels } from './sentinel.ts';

type ReportedTest = RunnerReport['tests'][number];

/** What came out otherwise than it must, gravest first. */
const wrongs = {
  passed: 'a test that must fail was reported as passed',
  stray: 'a test was reported under a name that no test has',
  unloadedPassed: 'a test was reported as passed in a file that could not be loaded',
  failed: 'a test that must pass was reported as failed, although others of its file passed',
  skipped: 'a test that must run was reported as skipped',
  twice: 'one of our tests was reported more than once',
  missing: 'one of our tests is missing from the report',
} as const;
type Wrong = keyof typeof wrongs;

const several: Record<Wrong, string> = {
  passed: 'tests that must fail were reported as passed',
  stray: 'tests were reported under names that no test has',
  unloadedPassed: 'tests were reported as passed in files that could not be loaded',
  failed: 'tests that must pass were reported as failed, although others of their files passed',
  skipped: 'tests that must run were reported as skipped',
  twice: 'of our tests were reported more than once',
  missing: 'tests of ours are missing from the report',
};

/**
 * Compares what was planted with what was reported. A broken hook makes tests fail or be skipped, sentinels too. Where a
 * file claims no passed test at all, they may therefore; where a group claims none, a sentinel in it may be skipped, as
 * long as another one of the file fails. None may ever pass that must fail, and none be missing. Tests of the file that
 * got other names have their own in what is given back; none may be reported under those.
 */
export const holdSentinels: Hold = (planted, report) => {
  const files = new Map(report.files.map((file) => [file.path, file]));
  const tests = Map.groupBy(report.tests, ({ file }) => file);
  const ours = new Set<ReportedTest>();
  const names = new Map<ReportedTest, ReportedTest>();
  const found: { wrong: Wrong; path: string }[] = [];
  let held = 0;
  for (const sentinels of planted) {
    const { path } = sentinels;
    const file = files.get(path);
    if (file === undefined) return { ok: false, reason: `a test file is missing from the report: ${path}` };
    const inFile = tests.get(path) ?? [];
    const sorted = sortOut(sentinels, inFile);
    for (const test of sorted.ours) ours.add(test);
    const real = inFile.filter((test) => !sorted.ours.has(test));
    const { named, strays } = underRealNames(sentinels, real);
    for (const [index, test] of real.entries()) names.set(test, named[index] ?? test);
    if (strays > 0) found.push({ wrong: 'stray', path });
    const claimsNothing = claimsNone(real) && real.some(({ outcome }) => isFailing(outcome));
    let failed = 0;
    for (const { must, name, reported } of sorted.sentinels) {
      const wrong = file.loaded
        ? wrongOf(must, reported, claimsNothing)
        : reported.some(({ outcome }) => outcome === 'pass')
          ? 'unloadedPassed'
          : null;
      const isLeftOut = wrong === 'skipped' && must === 'fail' && claimsNone(within(name.slice(0, -1), real));
      if (wrong !== null && !isLeftOut) found.push({ wrong, path });
      else if (file.loaded && reported.every(({ outcome }) => isAsItMust(must, outcome))) {
        held += 1;
        if (must === 'fail') failed += 1;
      }
    }
    const isNamed = found.some((one) => one.path === path);
    if (file.loaded && !claimsNothing && !isNamed && failed === 0) found.push({ wrong: 'skipped', path });
  }
  for (const wrong of Object.keys(wrongs) as Wrong[]) {
    const these = found.filter((one) => one.wrong === wrong);
    const [first] = these;
    if (first === undefined) continue;
    return {
      ok: false,
      reason:
        these.length === 1
          ? `${wrongs[wrong]} (${first.path})`
          : `${these.length} ${several[wrong]} (first: ${first.path})`,
    };
  }
  const own = report.tests.filter((test) => !ours.has(test)).map((test) => names.get(test) ?? test);
  return { ok: true, report: { ...report, tests: own }, held };
};

type Must = 'pass' | 'fail';

function wrongOf(must: Must, reported: readonly ReportedTest[], claimsNothing: boolean): Wrong | null {
  if (reported.length === 0) return 'missing';
  // A parametrised fixture makes several tests of one, each with its own name.
  if (new Set(reported.map(({ name }) => name.at(-1))).size !== reported.length) return 'twice';
  const outcomes = reported.map(({ outcome }) => outcome);
  if (must === 'fail' && outcomes.includes('pass')) return 'passed';
  if (claimsNothing) return null;
  if (outcomes.includes('skipped')) return 'skipped';
  return must === 'pass' && outcomes.some(isFailing) ? 'failed' : null;
}

function isAsItMust(must: Must, outcome: ReportedTest['outcome']): boolean {
  return must === 'pass' ? outcome === 'pass' : isFailing(outcome);
}

function isFailing(outcome: ReportedTest['outcome']): boolean {
  return outcome === 'fail' || outcome === 'error';
}

function claimsNone(tests: readonly ReportedTest[]): boolean {
  return tests.length > 0 && tests.every(({ outcome }) => outcome !== 'pass');
}

/** Tests of a group and of those in it. */
function within(group: readonly string[], tests: readonly ReportedTest[]): ReportedTest[] {
  return tests.filter(({ name }) => group.every((part, at) => name[at] === part));
}

/** Every sentinel with the tests reported under its name, and all that is not the file's own: parts of sentinels too. */
function sortOut({ mustPass, mustFail }: Sentinels, inFile: readonly ReportedTest[]) {
  const byKey = new Map<string, ReportedTest[]>();
  for (const name of [...mustPass, ...mustFail]) byKey.set(keyOf(name), []);
  const depths = [...new Set([...mustPass, ...mustFail].map((name) => name.length))];
  const ours = new Set<ReportedTest>();
  for (const test of inFile) {
    for (const depth of depths) {
      const reported = byKey.get(keyOf(test.name.slice(0, depth)));
      if (reported === undefined || test.name.length < depth) continue;
      ours.add(test);
      // A test within a test is no outcome of its own.
      if (test.name.length === depth) reported.push(test);
    }
  }
  const entries = (must: Must, names: string[][]) =>
    names.map((name) => ({ must, name, reported: byKey.get(keyOf(name)) ?? [] }));
  return { ours, sentinels: [...entries('fail', mustFail), ...entries('pass', mustPass)] };
}

function keyOf(name: readonly string[]): string {
  return JSON.stringify(withoutRow(name));
}
