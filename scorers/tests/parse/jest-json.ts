import { z } from 'zod';
import { plural } from '../../text.ts';
import { BrokenReport, isFailing, type Parsed, parsing, resultList, type TestResult } from './result.ts';

const Count = z.number().int().min(0);

const Status = z.enum(['passed', 'failed', 'skipped', 'pending', 'todo', 'disabled', 'focused']);

/** `pending` is a skipped test to Jest, and one that never ended to Vitest: neither has passed. */
const outcomes: Record<z.infer<typeof Status>, TestResult['outcome']> = {
  passed: 'pass',
  failed: 'fail',
  skipped: 'skipped',
  pending: 'skipped',
  todo: 'skipped',
  disabled: 'skipped',
  focused: 'skipped',
};

const Test = z.object({
  ancestorTitles: z.array(z.string()).nullish(),
  title: z.string(),
  status: Status,
  failureMessages: z.array(z.string().nullable()).nullish(),
  invocations: z.number().nullish(),
});

const File = z.object({
  name: z.string().min(1),
  status: Status,
  message: z.string().nullish(),
  assertionResults: z.array(Test),
});
type File = z.infer<typeof File>;

/** The part that is read of what `jest --json` and `vitest --reporter=json` write; Vitest's is modelled on Jest's. */
const Report = z.object({
  numTotalTests: Count,
  numPassedTests: Count,
  numFailedTests: Count,
  numFailedTestSuites: Count.optional(),
  numRuntimeErrorTestSuites: Count.optional(),
  success: z.boolean().optional(),
  wasInterrupted: z.boolean().optional(),
  testResults: z.array(File),
});

/**
 * Reads Jest's and Vitest's JSON. A test is named `<file> > <describe> > <test>`, the file as the report has it: two
 * files may hold tests of one name, and Jest lists files in the order in which they ended. A file that could not be
 * loaded, or broke outside of its tests, is the result `<file> > (file)`. Counts that disagree with the list break it.
 */
export function parseJestJson(bytes: Uint8Array): Parsed {
  return parsing(bytes, (text) => {
    const checked = Report.safeParse(JSON.parse(text));
    if (!checked.success) {
      const [issue] = checked.error.issues;
      throw new BrokenReport(
        `it is not a JSON report of Jest or Vitest: ${issue?.path.join('.') || 'document'}: ${issue?.message}`,
      );
    }
    const report = checked.data;
    if (report.wasInterrupted) throw new BrokenReport('the run was interrupted');
    const list = resultList();
    let broken = 0;
    for (const file of report.testResults) if (addFile(file, list)) broken += 1;
    checkCounts(report);
    const unlisted = (report.numRuntimeErrorTestSuites ?? 0) - broken;
    const hasFailed = report.success === false || (report.numFailedTestSuites ?? 0) > 0;
    if (unlisted > 0) list.add('(run)', 'error', `${plural(unlisted, 'more file')} failed outside of tests`);
    else if (hasFailed && !list.results.some(isFailing))
      list.add('(run)', 'error', 'the runner says that the run failed, and lists no test that did');
    return list.results;
  });
}

/** Answers whether the file itself broke, and none of its tests says so. */
function addFile(file: File, list: ReturnType<typeof resultList>): boolean {
  let isFailureListed = false;
  for (const test of file.assertionResults) {
    const groups = (test.ancestorTitles ?? []).filter((title) => title !== '');
    list.add([file.name, ...groups, test.title].join(' > '), outcomes[test.status], messageOf(test));
    isFailureListed ||= test.status === 'failed';
  }
  if (file.status !== 'failed' || isFailureListed) return false;
  list.add(`${file.name} > (file)`, 'error', file.message || 'the file failed outside of its tests');
  return true;
}

function messageOf(test: z.infer<typeof Test>): string | undefined {
  if (test.status === 'failed') return test.failureMessages?.find((each) => each) ?? undefined;
  const tries = test.invocations ?? 1;
  return test.status === 'passed' && tries > 1 ? `passed only when tried ${tries} times` : undefined;
}

function checkCounts(report: z.infer<typeof Report>): void {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const listed = (status: string) => tests.filter((test) => test.status === status).length;
  const { numTotalTests: total, numPassedTests: passed, numFailedTests: failed } = report;
  const disagree = (counted: number, found: number, kind: string) => {
    if (counted !== found)
      throw new BrokenReport(`it counts ${plural(counted, `${kind}test`)}, its list holds ${found}`);
  };
  disagree(total, tests.length, '');
  disagree(failed, listed('failed'), 'failed ');
  // Before version 2, Vitest called whatever had not failed passed.
  if (passed !== total - failed) disagree(passed, listed('passed'), 'passed ');
}
