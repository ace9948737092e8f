import { z } from 'zod';
import { BrokenReport, isFailing, type Parsed, parsing, resultList, type TestResult } from './result.ts';

const Count = z.number().int().min(0);

const Test = z.object({
  name: z.string().min(1),
  status: z.enum(['passed', 'failed', 'skipped', 'pending', 'other']),
  suite: z.union([z.string(), z.array(z.string())]).optional(),
  message: z.string().nullish(),
  trace: z.string().nullish(),
  flaky: z.unknown().optional(),
  /** What the runner itself calls it: a test still to do has no status of its own. */
  rawStatus: z.unknown().optional(),
});
type Test = z.infer<typeof Test>;

/**
 * The part of CTRF (Common Test Report Format) that is read. The published schema forbids unknown fields and wants
 * more; reporters in use (pytest-json-ctrf 0.3, which many Harbor tasks pin) write neither, so neither is asked for.
 */
const Report = z.object({
  reportFormat: z.literal('CTRF').optional(),
  specVersion: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/)
    .optional(),
  results: z.object({
    tool: z.object({ name: z.string().min(1) }).optional(),
    summary: z
      .object({
        tests: Count,
        passed: Count,
        failed: Count,
        skipped: Count.optional(),
        pending: Count.optional(),
        other: Count.optional(),
      })
      .optional(),
    tests: z.array(Test),
  }),
});

/** `other` is a test that neither passed, failed nor was left out: it could not be measured. */
const outcomes = {
  passed: 'pass',
  failed: 'fail',
  skipped: 'skipped',
  pending: 'skipped',
  other: 'error',
} as const satisfies Record<string, TestResult['outcome']>;

/** Reads a CTRF report (JSON). A summary that counts more than the list holds is a report with results missing. */
export function parseCtrf(bytes: Uint8Array): Parsed {
  return parsing(bytes, (text) => {
    const checked = Report.safeParse(JSON.parse(text));
    if (!checked.success) throw new BrokenReport(describe(checked.error));
    const { summary, tests } = checked.data.results;
    const list = resultList();
    for (const test of tests) {
      const suite = [test.suite ?? []].flat();
      const isToDo = test.status === 'other' && test.rawStatus === 'todo';
      const outcome = isToDo ? 'skipped' : outcomes[test.status];
      list.add([...suite, test.name].join(' > '), outcome, messageOf(test, outcome));
    }
    if (summary && summary.tests > tests.length)
      throw new BrokenReport(`its summary counts ${summary.tests} tests, its list holds ${tests.length}`);
    if (summary && summary.failed > 0 && !list.results.some(isFailing))
      throw new BrokenReport(`its summary counts ${summary.failed} failed tests, its list holds none`);
    return list.results;
  });
}

function messageOf(test: Test, outcome: TestResult['outcome']): string | undefined {
  if (test.message) return test.message;
  if (outcome === 'fail' || outcome === 'error') return test.trace ?? undefined;
  return outcome === 'pass' && test.flaky === true ? 'passed only when tried again' : undefined;
}

function describe(error: z.ZodError): string {
  const first = error.issues[0];
  if (first === undefined) return 'it is not a CTRF report';
  return `it is not a CTRF report: ${first.path.join('.') || 'document'}: ${first.message}`;
}
