import type { Measurement } from '../../tests/measurement.ts';
import { boundedLine } from '../../text.ts';

/** What a property check says of how it is to run. */
interface Asked {
  seed: number;
  runs: number;
  timeoutSec: number;
}

/** What broke a property, as small as it was found. Hostile text. */
interface Counterexample {
  seed: number;
  runs: number;
  /** As the language writes it; null where a test failed beside its property. May be cut at its end. */
  counterexample: string | null;
  /** fast-check's way from the first failing input to this one; with the seed, it finds it at once. */
  path?: string;
  error: string;
}

export type PropertyOutcome =
  | { outcome: 'pass'; message: string }
  | { outcome: 'unknown'; message: string }
  | { outcome: 'fail'; message: string; found: Counterexample };

const ends: Readonly<Record<Exclude<Measurement['end'], 'exited' | 'timeout'>, string>> = {
  oom: 'it ran out of memory',
  storage: 'it wrote more than its container may hold',
  unhealthy: 'its container did not become healthy',
  aborted: 'it was ended from outside',
};

/** Errors of Hypothesis itself: what they say is not that the property does not hold. */
const untested =
  /^(?:Property not tested|(?:Unsatisfiable|Unsatisfied|FailedHealthCheck|InvalidArgument|InvalidDefinition)\b)/;

/**
 * What the run of a property file came to. A test that fails is a counterexample; where none does, all must have passed,
 * and at least one property must have run with inputs that it takes.
 */
export function outcomeOf(
  measurement: Pick<Measurement, 'end' | 'setupFailure' | 'forged' | 'reports'>,
  notes: readonly Readonly<Record<string, unknown>>[],
  { seed, runs, timeoutSec }: Asked,
): PropertyOutcome {
  const { end, setupFailure, forged, reports } = measurement;
  const unknown = (message: string): PropertyOutcome => ({ outcome: 'unknown', message });
  if (end === 'timeout') return unknown(`the properties did not end within ${timeoutSec} s`);
  if (end !== 'exited') return unknown(ends[end]);
  const refused = setupFailure ?? forged;
  if (refused !== null) return unknown(refused);
  if (reports === null || !reports.ok) return unknown(reports?.reason ?? 'there is no report');

  const { results } = reports;
  const failures = results.filter(({ outcome }) => outcome === 'fail');
  const broken = failures.find(({ message = '' }) => !untested.test(message));
  if (broken !== undefined) {
    const found = counterexampleOf(broken.message ?? 'it failed', { seed, runs });
    const { counterexample, error } = found;
    const shown = counterexample === null ? '' : `counterexample ${boundedLine(counterexample, 300)}: `;
    return { outcome: 'fail', message: `${broken.id}: ${shown}${boundedLine(error, 250)}`, found };
  }
  const other = results.find(({ outcome }) => outcome !== 'pass');
  if (other !== undefined)
    return unknown(
      `${other.id}: ${gistOf(other.message ?? '') || (other.outcome === 'skipped' ? 'it was skipped' : 'no result')}`,
    );
  if (results.length === 0) return unknown('the file has no tests');
  const counts = notes.filter(({ failed }) => failed === false).map((note) => Number(note.runs));
  if (counts.length === 0) return unknown('no property ran');
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (!(least > 0)) return unknown('a property ran with no input at all');
  const counted = least === most ? String(least) : `${least} to ${most}`;
  return { outcome: 'pass', message: `${counted} ${most === 1 ? 'run' : 'runs'}, seed ${seed}` };
}

/** The line that names the error, of a text with a stack and code around it. */
function gistOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const named = lines.find((line) =>
    /^(?:[A-Za-z.]*(?:Error|Exception|Interrupt|Exit)\b|Error\b).*:/.test(line),
  );
  return named ?? lines.find((line) => line !== '') ?? '';
}

/** Out of what the library's script made of it: see property-fast-check.mjs and property-hypothesis.py. */
function counterexampleOf(text: string, asked: { seed: number; runs: number }): Counterexample {
  const script =
    /^Property failed: (\d+) runs, seed (-?\d+), \d+ shrinks\nPath: (.*)\nError: (.*)\nCounterexample: ([\s\S]*)$/.exec(
      text,
    );
  if (script !== null) {
    const [, , seed, path = '', error = '', counterexample = ''] = script;
    const found = { ...asked, seed: Number(seed), counterexample, error };
    return path === '' ? found : { ...found, path };
  }
  const [error = '', ...notes] = text.split(/\n?(?=Falsifying (?:explicit )?example: )/);
  // Which object the test is of says nothing, and may bear a name of ours.
  const example = notes[0]?.replace(/^Falsifying (?:explicit )?example: /, '').replace(/^\s*self=.*\n/m, '');
  return { ...asked, counterexample: example?.trim() ?? null, error: error.trim() };
}
