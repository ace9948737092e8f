import { Parser, type Result } from 'tap-parser';
import { bounded } from '../../text.ts';
import { BrokenReport, noTest, type Parsed, parsing, resultList } from './result.ts';
import { tapLines } from './tap-lines.ts';

/** How node:test ends its TAP. */
const nodeSummary = /^# suites \d+\r?\n# pass \d+\r?\n# fail \d+\r?\n# cancelled \d+\r?$/m;
/** node:test numbers a file without tests by its place among the files, so that numbers repeat: only the plan holds. */
const ownNumber = /^((?:not )?ok) \d+(?= - )/;
const scriptName = /\.[cm]?[jt]sx?$/;

/**
 * Reads a TAP stream, version 12 to 14, with sub-tests. A test is named `<parent> > <name>`; a parent that only sums
 * its sub-tests up is not counted. Strict where TAP producers die: no plan, a plan that the tests do not meet, a
 * test number outside it or twice, "Bail out!", at any level, and the whole report is broken.
 */
export function parseTap(bytes: Uint8Array): Parsed {
  return parsing(bytes, (text) => {
    const parser = new Parser();
    const broken: string[] = [];
    const list = resultList();
    const isNode = nodeSummary.test(text);
    let sawPlan = false;
    parser.on('plan', () => {
      sawPlan = true;
    });
    parser.on('result', (result: Result) => addResult(result, list, isNode));
    // What comes after a closing plan is noise to the library: there, a failure would be lost.
    parser.on('extra', (noise: string) => {
      if (/^( {4})*(not )?ok\b/m.test(noise)) broken.push('a test result after the plan was closed');
    });
    watch(parser, broken);
    for (const line of tapLines(text)) parser.write(isNode ? line.replace(ownNumber, '$1') : line);
    // Without either, the library makes up a plan, and any text is an empty but successful run.
    const isPlanned = sawPlan;
    parser.end();
    if (!isPlanned && parser.count === 0) throw new BrokenReport('it is not TAP: no plan and no test');
    const [first] = broken;
    if (first !== undefined) throw new BrokenReport(first);
    return list.results;
  });
}

/** Notes what is wrong with the structure of a stream, and of every sub-test in it. */
function watch(parser: Parser, broken: string[]): void {
  parser.on('child', (child: Parser) => watch(child, broken));
  parser.on('complete', (final: Parser['results']) => {
    if (final === null) return;
    const where = parser.fullname ? ` in ${JSON.stringify(bounded(parser.fullname, 80))}` : '';
    if (final.bailout) broken.push(`the run bailed out${where}: ${String(final.bailout)}`);
    for (const failure of final.failures) {
      if (failure.tapError) broken.push(`${failure.tapError}${where}`);
    }
    const { start, end } = final.plan;
    const planned = start === null || end === null ? null : end - start + 1;
    if (planned === null) broken.push(`no plan${where}`);
    else if (planned !== final.count) broken.push(`planned ${planned} tests, ran ${final.count}${where}`);
  });
}

function addResult(result: Result, list: ReturnType<typeof resultList>, isNode: boolean): void {
  const name = result.fullname || `test ${result.id || list.results.length + 1}`;
  // A test marked as to do may fail; one that was skipped did not run: neither counts as executed.
  if (result.skip || result.todo) {
    const why = result.skip || result.todo;
    list.add(name, 'skipped', `${result.skip ? 'skipped' : 'to do'}${why === true ? '' : `: ${why}`}`);
  } else if (isNode && result.ok && scriptName.test(name) && name === result.name) {
    // A file stands for its tests where it reported none: an end before the first one must not pass.
    list.add(name, 'skipped', noTest);
  } else list.add(name, result.ok ? 'pass' : 'fail', messageOf(result));
}

function messageOf(result: Result): string | undefined {
  const message: unknown = result.diag?.message;
  return typeof message === 'string' ? message : undefined;
}
