import { z } from 'zod';
import { plural } from '../../text.ts';
import { jsonObject, linesOf } from './lines.ts';
import { BrokenReport, type Parsed, parsing, reportLimits, resultList } from './result.ts';

const Count = z.number().int().min(0);

/**
 * The events that are read of libtest's unstable `--format json`
 * (https://github.com/rust-lang/rust/blob/master/library/test/src/formatters/json.rs). `timeout` is no end: it only
 * says that a test takes long.
 */
const Event = z.union([
  z.object({ type: z.literal('suite'), event: z.literal('started'), test_count: Count }),
  z.object({
    type: z.literal('suite'),
    event: z.enum(['ok', 'failed']),
    passed: Count,
    failed: Count,
    ignored: Count,
    measured: Count,
  }),
  z.object({
    type: z.literal('test'),
    event: z.enum(['started', 'ok', 'failed', 'ignored', 'timeout']),
    name: z.string().min(1),
    stdout: z.string().optional(),
    message: z.string().optional(),
    reason: z.string().optional(),
  }),
  z.object({ type: z.literal('bench'), name: z.string().min(1) }),
]);
type Event = z.infer<typeof Event>;
type TestEvent = Extract<Event, { type: 'test' }>;

interface Suite {
  planned: number;
  open: Set<string>;
  counts: { passed: number; failed: number; ignored: number; measured: number };
}

type List = ReturnType<typeof resultList>;

/** Foreign lines that look like JSON: each is tried, which takes time. */
const maxBraces = 100_000;

const outcomes = { ok: 'pass', failed: 'fail', ignored: 'skipped' } as const;
const counted = { ok: 'passed', failed: 'failed', ignored: 'ignored' } as const;

/**
 * Reads what `cargo test -- -Zunstable-options --format json` prints: one suite of events per test binary, one after
 * the other. A test is named as libtest names it; it does not say of which binary. Other lines, such as cargo's own
 * and what a test prints past libtest, are passed over: each suite says at its start and at its end how many results
 * it has, so that none is lost unseen. A suite that another one follows before its end has crashed, and its running
 * tests are errors; after the last one nobody can tell a crash from a report that is cut off, which breaks it.
 * (nextest's imitation of the format does not keep to its own counts; its JUnit report does.)
 */
export function parseCargoJson(bytes: Uint8Array): Parsed {
  return parsing(bytes, (text) => {
    const list = resultList();
    let suite: Suite | null = null;
    let suites = 0;
    let braces = 0;
    let isCut = false;
    for (const line of linesOf(text)) {
      const event = eventOf(line);
      isCut = event === null && line.startsWith('{');
      if (event === null) {
        if (isCut && braces++ > maxBraces) throw new BrokenReport('it is full of other output');
        continue;
      }
      if (event.type === 'suite' && event.event === 'started') {
        if (suite !== null) addCrashed(suite, list);
        suite = newSuite(event.test_count);
        suites += 1;
        if (suites > reportLimits.tests)
          throw new BrokenReport(`it holds more than ${reportLimits.tests} suites`);
      } else if (suite === null) throw new BrokenReport('it holds a result outside of any suite');
      else if (event.type === 'suite') {
        end(suite, event, list);
        suite = null;
      } else if (event.type === 'bench') {
        suite.counts.measured += 1;
        list.add(event.name, 'pass');
      } else addTest(suite, event, list);
    }
    if (suite !== null)
      throw new BrokenReport('it is cut off, or its last suite crashed: a suite never ended');
    if (isCut && !text.endsWith('\n')) throw new BrokenReport('it is cut off in the midst of a line');
    if (suites === 0) throw new BrokenReport('it holds no suite of libtest');
    return list.results;
  });
}

/** The event of a line; null for a line that libtest did not print, or that matters to no result. */
function eventOf(line: string): Event | null {
  const value = jsonObject(line);
  const isEvent =
    value === null
      ? /^\s*\{\s*"type":\s*"(suite|test|bench)"/.test(line)
      : 'type' in value && kinds.has(value.type);
  if (!isEvent) return null;
  const checked = Event.safeParse(value);
  if (checked.success) return checked.data;
  throw new BrokenReport('a line of it is damaged');
}

const kinds = new Set<unknown>(['suite', 'test', 'bench']);

function newSuite(planned: number): Suite {
  return { planned, open: new Set(), counts: { passed: 0, failed: 0, ignored: 0, measured: 0 } };
}

function addTest(suite: Suite, test: TestEvent, list: List): void {
  if (test.event === 'timeout') return;
  if (test.event === 'started') {
    suite.open.add(test.name);
    return;
  }
  suite.open.delete(test.name);
  suite.counts[counted[test.event]] += 1;
  const why = [test.reason, test.message, test.event === 'failed' ? test.stdout : undefined];
  list.add(test.name, outcomes[test.event], why.filter((each) => each?.trim()).join('\n'));
}

function end(suite: Suite, said: Extract<Event, { event: 'ok' | 'failed' }> & Suite['counts'], list: List) {
  for (const kind of ['passed', 'failed', 'ignored', 'measured'] as const) {
    if (said[kind] !== suite.counts[kind])
      throw new BrokenReport(
        `a suite counts ${plural(said[kind], `${kind} test`)}, its list holds ${suite.counts[kind]}`,
      );
  }
  const { passed, failed, ignored, measured } = suite.counts;
  if (passed + failed + ignored + measured !== suite.planned)
    throw new BrokenReport(`a suite announced ${plural(suite.planned, 'test')}, and lists another number`);
  if (said.event === 'ok' && failed > 0)
    throw new BrokenReport('a suite calls itself ok, and lists a failure');
  if (said.event === 'failed' && failed === 0)
    list.add('(suite)', 'error', 'the suite failed, and lists no test that did');
}

function addCrashed(suite: Suite, list: List): void {
  for (const name of suite.open) list.add(name, 'error', 'it started and never ended');
  if (suite.open.size === 0) list.add('(suite)', 'error', 'the suite started and never ended');
}
