import { XMLBuilder } from 'fast-xml-parser';
import type { RunRecord } from '../harness/domain/run-record.ts';
import type { GateProof } from '../harness/domain/selection.ts';
import { visible, xmlText } from './escape.ts';
import { type TaskView, type TrialView, viewOf } from './model.ts';
import { type Standing, standingOf, standingWords } from './standing.ts';
import { tracesOf } from './traces.ts';
import { millis } from './words.ts';

/** How many failing checks stand in one test case. */
const shownChecks = 20;

interface Attributes {
  [attribute: `@${string}`]: string | number;
}
interface Stated extends Attributes {
  '#text': string;
}
interface TestCase extends Attributes {
  failure?: Stated;
  error?: Stated;
  skipped?: Attributes;
  'system-out'?: string;
}

/**
 * `junit.xml`: one test suite per task, one test case per trial (`classname` is the agent). A gate that said no is a
 * failure; what could not be measured is an error; what is not decided yet is skipped.
 */
export function renderJunit(record: RunRecord): string {
  const view = viewOf(record);
  const suites = view.tasks.map((task) => suiteOf(task, record));
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    textNodeName: '#text',
    format: true,
    suppressEmptyNode: true,
    // Else an agent called "true" would lose its attribute's value.
    suppressBooleanAttributes: false,
    processEntities: true,
  });
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': visible(`${record.started.inputs.suite.name} ${record.started.run}`),
      ...totals(suites.map((suite) => suite.counts)),
      testsuite: suites.map((suite) => suite.element),
    },
  });
}

interface Counts {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
  time: number;
}

function suiteOf(task: TaskView, record: RunRecord) {
  const current = task.trials.filter((trial) => !trial.superseded);
  const cases = current.map((trial) => caseOf(trial, record.started.inputs.policy.gates));
  const counts: Counts = {
    tests: cases.length,
    failures: cases.filter((testcase) => testcase.failure).length,
    errors: cases.filter((testcase) => testcase.error).length,
    skipped: cases.filter((testcase) => testcase.skipped).length,
    time: current.reduce((sum, trial) => sum + (trial.result?.wallSec ?? 0), 0),
  };
  const element = {
    '@name': visible(task.id),
    ...totals([counts]),
    '@timestamp': record.startedAt,
    ...(task.selection === null ? {} : { properties: { property: gateProperties(task.selection.gate) } }),
    testcase: cases,
  };
  return { counts, element };
}

function gateProperties({ proven, reason }: GateProof): Attributes[] {
  return [
    { '@name': 'gate.proven', '@value': String(proven) },
    { '@name': 'gate.reason', '@value': visible(reason, 500) },
  ];
}

function totals(counts: readonly Counts[]): Attributes {
  const sum = (key: keyof Counts) => counts.reduce((total, each) => total + each[key], 0);
  return {
    '@tests': sum('tests'),
    '@failures': sum('failures'),
    '@errors': sum('errors'),
    '@skipped': sum('skipped'),
    '@time': millis(sum('time')),
  };
}

function caseOf(view: TrialView, gates: readonly string[]): TestCase {
  const lines = requirementLines(view);
  const testcase = judgedCase(view, gates);
  return lines.length === 0 ? testcase : { ...testcase, 'system-out': xmlText(lines.join('\n')) };
}

/** One line for each requirement, check and piece of evidence of the candidate. */
function requirementLines({ verdicts }: TrialView): string[] {
  return verdicts.flatMap(({ verdict }) =>
    tracesOf(verdict).map(({ requirement, check, outcome, evidence }) => {
      const by = check === null ? 'no check' : `check ${visible(check)} ${outcome}`;
      const shown = evidence === null ? '' : `, evidence ${visible(evidence.name)} ${evidence.digest}`;
      return `requirement ${visible(requirement.id)}: ${requirement.outcome}: ${by}${shown}`;
    }),
  );
}

function judgedCase(view: TrialView, gates: readonly string[]): TestCase {
  const { trial, result, row } = view;
  const testcase: TestCase = {
    '@classname': visible(trial.agent),
    '@name': visible(`${trial.task} attempt ${trial.attempt}`),
    '@time': millis(result?.wallSec ?? 0),
  };
  if (row === null) {
    return { ...testcase, skipped: { '@message': result === null ? 'not finished' : 'not decided yet' } };
  }
  const standing = standingOf(row, result, gates);
  if (standing === 'pass') return testcase;
  const stated: Stated = {
    '@type': standingWords[standing],
    '@message': visible(row.reason, 500),
    '#text': details(view),
  };
  return isError(standing) ? { ...testcase, error: stated } : { ...testcase, failure: stated };
}

function isError(standing: Standing): boolean {
  return standing === 'error' || standing === 'skipped';
}

/** The trial's reason, each verdict's, and the first checks that did not pass; one per line. */
function details({ result, verdicts }: TrialView): string {
  const lines = result === null ? [] : [`${result.outcome}: ${visible(result.reason, 1000)}`];
  for (const { verdict } of verdicts) {
    lines.push(`${visible(verdict.scorer)}: ${verdict.outcome}: ${visible(verdict.reason, 1000)}`);
    const bad = verdict.checks.filter((check) => check.outcome !== 'pass').slice(0, shownChecks);
    for (const { id, outcome, message } of bad)
      lines.push(`  ${outcome} ${visible(id)}${message === undefined ? '' : `: ${visible(message, 500)}`}`);
  }
  return xmlText(lines.join('\n'));
}
