import { z } from 'zod';
import { parseJunit } from './junit.ts';
import { jsonObject, linesOf } from './lines.ts';
import {
  BrokenReport,
  isFailing,
  noTest,
  type Parsed,
  parsing,
  reportLimits,
  resultList,
  type TestResult,
} from './result.ts';
import { parseTap } from './tap.ts';

const Count = z.number().int().min(0);
/** `skip` and `todo` are true or the reason; false and undefined are none. */
const Directive = z.union([z.boolean(), z.string()]).nullish();

const Ended = z.object({
  name: z.string(),
  nesting: Count.max(reportLimits.depth),
  file: z.string().nullish(),
  entryFile: z.string().nullish(),
  skip: Directive,
  todo: Directive,
  details: z
    .object({
      type: z.string().nullish(),
      error: z
        .object({ message: z.unknown(), cause: z.unknown(), failureType: z.unknown() })
        .partial()
        .nullish()
        .catch(null),
    })
    .nullish(),
});
type Ended = z.infer<typeof Ended>;

/** The events that are read of node:test's `TestsStream` (https://nodejs.org/api/test.html#class-testsstream). */
const Event = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['test:pass', 'test:fail']), data: Ended }),
  z.object({
    type: z.literal('test:plan'),
    data: z.object({ nesting: Count.max(reportLimits.depth), count: Count }),
  }),
  z.object({
    type: z.literal('test:summary'),
    data: z.object({
      file: z.string().nullish(),
      success: z.boolean(),
      counts: z.object({ tests: Count, failed: Count, cancelled: Count }),
    }),
  }),
]);

/** A result whose parents have not ended yet: `path` goes from the outermost known group to the test. */
interface Entry {
  path: string[];
  file: string | undefined;
  outcome: TestResult['outcome'];
  message: string | undefined;
}

/** Results of one nesting level since its parent began. */
interface Level {
  direct: number;
  entries: Entry[];
}

/**
 * Reads what node:test's runner reports, in whichever form: its TAP and JUnit reporters, or its events as lines of
 * JSON, `{"type": "test:pass", "data": {…}}`, as a reporter of one line writes them. Of events, a test is named
 * `<file> > <parents> > <name>`; a parent that only sums its sub-tests up is not counted. The plan of the whole run or its
 * summary must be there, and agree.
 */
export function parseNodeTest(bytes: Uint8Array): Parsed {
  const start = new TextDecoder().decode(bytes.subarray(0, 1000)).trimStart();
  if (start.startsWith('<')) return parseJunit(bytes);
  return start.startsWith('{') ? parseEvents(bytes) : parseTap(bytes);
}

function parseEvents(bytes: Uint8Array): Parsed {
  return parsing(bytes, (text) => {
    const levels: Level[] = [];
    let tests = 0;
    let ended = 0;
    let isComplete = false;
    let planned: number | null = null;
    let failure: string | null = null;
    for (const line of linesOf(text)) {
      if (line.trim() === '') continue;
      const event = eventOf(line);
      if (event === null) continue;
      if (event.type === 'test:plan') {
        const { nesting, count } = event.data;
        const found = levels[nesting]?.direct ?? 0;
        if (found !== count) throw new BrokenReport(`planned ${count} tests, ran ${found}`);
        if (nesting === 0) planned = count;
      } else if (event.type === 'test:summary') {
        // One with a file speaks of that file alone.
        if (event.data.file) continue;
        const { counts, success } = event.data;
        if (counts.tests !== tests)
          throw new BrokenReport(`it counts ${counts.tests} tests, its list holds ${tests}`);
        if (!success || counts.failed + counts.cancelled > 0) failure = 'the runner says that the run failed';
        isComplete = true;
      } else {
        ended += 1;
        if (ended > reportLimits.tests)
          throw new BrokenReport(`it holds more than ${reportLimits.tests} tests`);
        if (event.data.details?.type !== 'suite') tests += 1;
        addEnded(event.type === 'test:pass', event.data, levels);
      }
    }
    if (levels.slice(1).some((level) => level.direct > 0))
      throw new BrokenReport('it is cut off: a sub-test has no parent');
    if (planned !== null && planned !== (levels[0]?.direct ?? 0))
      throw new BrokenReport('it goes on after its plan');
    if (!isComplete && planned === null)
      throw new BrokenReport('it is cut off: neither a plan nor a summary');
    const list = resultList();
    for (const { file, path, outcome, message } of levels[0]?.entries ?? [])
      list.add([...(file ? [file] : []), ...path].join(' > '), outcome, message);
    if (failure !== null && !list.results.some(isFailing))
      list.add('(run)', 'error', `${failure}, and lists no test that did`);
    return list.results;
  });
}

function eventOf(line: string): z.infer<typeof Event> | null {
  const value = jsonObject(line);
  if (value === null || !('type' in value) || typeof value.type !== 'string')
    throw new BrokenReport('a line of it is not an event of node:test');
  if (!/^test:(pass|fail|plan|summary)$/.test(value.type)) return null;
  const checked = Event.safeParse(value);
  if (checked.success) return checked.data;
  throw new BrokenReport(`an event of it is damaged: ${checked.error.issues[0]?.path.join('.')}`);
}

/** Children end before their parent does: what ended one level deeper since then is its own. */
function addEnded(hasPassed: boolean, test: Ended, levels: Level[]): void {
  const { nesting, name } = test;
  const children = levels[nesting + 1]?.entries ?? [];
  if (levels.slice(nesting + 2).some((level) => level.direct > 0))
    throw new BrokenReport('a sub-test has no parent');
  levels.length = Math.min(levels.length, nesting + 1);
  while (levels.length <= nesting) levels.push({ direct: 0, entries: [] });
  const level = levels[nesting];
  if (level === undefined) return;
  level.direct += 1;
  for (const child of children) {
    child.path.unshift(name);
    level.entries.push(child);
  }
  const own = resultOf(hasPassed, test, children);
  if (own !== null) level.entries.push(own);
}

/** What a test itself comes to; null where it only sums up what its sub-tests came to. */
function resultOf(hasPassed: boolean, test: Ended, children: readonly Entry[]): Entry | null {
  const { name, details } = test;
  const file = test.entryFile ?? test.file ?? undefined;
  const entry = (outcome: Entry['outcome'], message?: string): Entry => ({
    path: isFile(test) ? ['(file)'] : [name],
    ...{ file, outcome, message },
  });
  const directive = test.skip || test.todo;
  if (directive) {
    if (children.length > 0) return null;
    return entry('skipped', typeof directive === 'string' ? directive : test.skip ? 'skipped' : 'to do');
  }
  if (!hasPassed) {
    const type = details?.error?.failureType;
    if (type === 'subtestsFailed' && children.some((child) => child.outcome !== 'pass')) return null;
    return entry(isFile(test) || broken.has(String(type)) ? 'error' : 'fail', messageOf(test));
  }
  if (children.length > 0 || details?.type === 'suite') return null;
  return isFile(test) ? entry('skipped', noTest) : entry('pass');
}

/** Failures before the test itself could pass or fail. */
const broken = new Set(['cancelledByParent', 'hookFailed', 'testAborted']);

/** A file stands for its tests where it reported none: it broke, ended the process early, or holds none. */
function isFile({ name, file, nesting }: Ended): boolean {
  return nesting === 0 && typeof file === 'string' && (file === name || file.endsWith(`/${name}`));
}

function messageOf({ details }: Ended): string | undefined {
  const error = details?.error;
  const cause: unknown = error?.cause;
  const inner = typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause;
  // An error has no message left after JSON.stringify, unless the reporter saw to it.
  return [error?.message, inner, error?.failureType].find((each) => typeof each === 'string');
}
