import type { CapturedOutput, ContainerEnd } from '../../../harness/sandbox/sandbox.ts';

/** What one case came to. Messages and outputs are hostile text. */
export interface CaseResult {
  name: string;
  /** `error`: it could not be run. */
  outcome: 'pass' | 'fail' | 'error';
  /** Why it did not pass. */
  message: string | null;
  /** What the program printed or answered, by what it is; only of cases that did not pass. */
  outputs: { title: string; content: Uint8Array }[];
  /** True where the service was not there to be asked: never ready, or ended by an earlier case. */
  isUnasked?: true;
}

/** What the containers of one kind of case came to. */
export interface PartResult {
  end: ContainerEnd;
  /** Why no case was run at all; null when some were. */
  setupFailure: string | null;
  results: CaseResult[];
  /** What containers said beside the cases: the driver, or the service. */
  logs: { name: string; output: CapturedOutput }[];
}

/** A case that there was no way to run. */
export function notRun(name: string, message: string): CaseResult {
  return { name, outcome: 'error', message, outputs: [] };
}

/** A case by what is wrong with it: nothing is a pass. */
export function judged(name: string, wrong: readonly string[], outputs: CaseResult['outputs']): CaseResult {
  if (wrong.length === 0) return { name, outcome: 'pass', message: null, outputs: [] };
  return { name, outcome: 'fail', message: wrong.join('; '), outputs };
}
