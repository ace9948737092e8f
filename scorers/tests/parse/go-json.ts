import { z } from 'zod';
import { jsonObject, linesOf } from './lines.ts';
import {
  BrokenReport,
  isFailing,
  type Parsed,
  parsing,
  reportLimits,
  resultList,
  type TestResult,
} from './result.ts';

/** The part that is read of an event of `go test -json`; see `go doc test2json` and `go help buildjson`. */
const Event = z.object({
  Action: z.string(),
  Package: z.string().min(1).optional(),
  ImportPath: z.string().min(1).optional(),
  Test: z.string().min(1).optional(),
  Output: z.string().optional(),
  FailedBuild: z.string().optional(),
});
type Event = z.infer<typeof Event>;

interface GoTest {
  name: string;
  /** null: it started and has not ended. */
  outcome: TestResult['outcome'] | null;
  output: string;
}

interface GoPackage {
  name: string;
  tests: GoTest[];
  open: Map<string, GoTest>;
  ended: string | null;
  failedBuild: string | undefined;
  output: string;
}

const ends = { pass: 'pass', fail: 'fail', skip: 'skipped', bench: 'pass' } as const;
const isEnd = (action: string): action is keyof typeof ends => Object.hasOwn(ends, action);

/** How Go before 1.24 says, in the midst of its JSON, that a package cannot be built. */
const plainFailure = /^FAIL\t(\S+) \[/;
const outputKept = 2000;

/**
 * Reads the events of `go test -json`. A test is named `<package>::<Test/sub-test>`; parents count as tests, as Go
 * itself counts them. A test that never ended is an error, as is `<package>::(package)` where a package fails without
 * a failing test: it does not build, or ends the process. A package without an end means that the stream is cut off.
 * Lines of other programs (`go: downloading …`) are passed over, but not a line with a damaged event.
 */
export function parseGoJson(bytes: Uint8Array): Parsed {
  return parsing(bytes, (text) => {
    const packages: GoPackage[] = [];
    const current = new Map<string, GoPackage>();
    const builds = new Map<string, { output: string; failed: boolean }>();
    const unbuilt: string[] = [];
    let tests = 0;

    for (const line of linesOf(text)) {
      const event = eventOf(line);
      if (event === null) {
        const name = plainFailure.exec(line)?.[1];
        if (name !== undefined) unbuilt.push(name);
        continue;
      }
      if (event.Package === undefined) {
        const build = builds.get(event.ImportPath ?? '') ?? { output: '', failed: false };
        builds.set(event.ImportPath ?? '', build);
        build.output = appended(build.output, event.Output);
        build.failed ||= event.Action === 'build-fail';
        continue;
      }
      let place = current.get(event.Package);
      // Several runs may follow each other in one file.
      if (place === undefined || (place.ended !== null && event.Action !== 'output')) {
        place = {
          ...{ name: event.Package, tests: [], open: new Map(), ended: null, failedBuild: undefined },
          output: '',
        };
        packages.push(place);
        current.set(event.Package, place);
      }
      tests += apply(event, place);
      if (tests > reportLimits.tests || packages.length > reportLimits.tests)
        throw new BrokenReport(`it holds more than ${reportLimits.tests} tests`);
    }

    if (packages.length === 0 && builds.size === 0 && unbuilt.length === 0)
      throw new BrokenReport('it holds no event of go test');
    const list = resultList();
    for (const each of packages) addPackage(each, builds.get(each.failedBuild ?? '')?.output, list);
    for (const name of unbuilt) list.add(`${name}::(package)`, 'error', 'it cannot be built');
    for (const [name, { failed, output }] of builds)
      if (failed && !list.results.some(isFailing)) list.add(`${name}::(build)`, 'error', output);
    return list.results;
  });
}

/** The event of a line; null for one that another program printed. */
function eventOf(line: string): Event | null {
  const value = jsonObject(line);
  if (value !== null) {
    const checked = Event.safeParse(value);
    if (checked.success) return checked.data;
  }
  if (line.trimStart().startsWith('{') || line.includes('"Action":'))
    throw new BrokenReport('a line of it is damaged');
  return null;
}

/** Answers with the number of tests that the event made known. */
function apply(event: Event, place: GoPackage): number {
  const { Action: action, Test: name } = event;
  if (name === undefined) {
    place.output = appended(place.output, event.Output);
    if (isEnd(action)) {
      place.ended = action;
      place.failedBuild = event.FailedBuild;
    }
    return 0;
  }
  let test = place.open.get(name);
  const known = place.tests.length;
  if (test === undefined || action === 'run') {
    // Output may follow the end of its test.
    if (action !== 'run' && !isEnd(action)) return 0;
    test = { name, outcome: null, output: '' };
    place.tests.push(test);
    place.open.set(name, test);
  }
  test.output = appended(test.output, event.Output);
  if (isEnd(action)) {
    test.outcome = ends[action];
    place.open.delete(name);
  }
  return place.tests.length - known;
}

function addPackage(each: GoPackage, build: string | undefined, list: ReturnType<typeof resultList>): void {
  if (each.ended === null) throw new BrokenReport(`it is cut off: package ${each.name} never ended`);
  let hasFailed = false;
  for (const { name, outcome, output } of each.tests) {
    hasFailed ||= outcome === 'fail' || outcome === null;
    list.add(
      `${each.name}::${name}`,
      outcome ?? 'error',
      outcome === null ? `it started and never ended\n${output}` : outcome === 'fail' ? output : undefined,
    );
  }
  if (each.ended === 'fail' && !hasFailed)
    list.add(`${each.name}::(package)`, 'error', build || each.output || 'it failed outside of its tests');
}

/** Output as far as a message needs it, without the lines that only frame it. */
function appended(output: string, more: string | undefined): string {
  if (more === undefined || output.length > outputKept || /^\s*(===|---) /.test(more)) return output;
  return output + more.slice(0, outputKept);
}
