import { visible } from '../../../reports/escape.ts';
import { count, duration } from '../../../reports/words.ts';
import type { Control } from '../../domain/control.ts';
import { isSound, type TaskCheck, unproven } from '../../run/check.ts';
import type { MutantResult } from '../../run/mutant-results.ts';
import { clip } from './grid.ts';
import type { Paint } from './paint.ts';

export interface CheckTextOptions {
  columns: number;
  paint: Paint;
}

/** What a check came to, for people: task by task, every survivor as a diff, and the answer last. */
export function checkText(checks: readonly TaskCheck[], { columns, paint }: CheckTextOptions): string {
  const width = Math.max(40, columns);
  const blocks = checks.map((check) => taskLines(check, width, paint).join('\n'));
  return `${[...blocks, conclusion(checks, paint)].join('\n\n')}\n`;
}

function taskLines(check: TaskCheck, width: number, paint: Paint): string[] {
  const mark = isSound(check) ? paint('green', '✔') : paint('red', '✖');
  const gate = check.gate.proven ? paint('green', 'gate proven') : paint('red', 'gate not proven');
  const head = `${mark} ${paint('bold', visible(check.task))}: ${gate} · ${strengthWords(check)} · ${duration(check.wallSec)}`;
  // What is to be mended is said whole.
  const why = check.gate.proven ? [] : [paint('red', `  ${visible(check.gate.reason)}`)];
  return [
    head,
    ...why,
    ...check.controls.map((control) => clip(controlLine(control), width)),
    ...check.calibrations.flatMap(({ scorer, calibration }) => [
      clip(`  ${visible(scorer)}: ${visible(calibration.words)}`, width),
      ...calibration.quarantined.map(({ id, failed }) =>
        paint('yellow', clip(`  flaky ${Math.round(failed * 100)} %: ${visible(id)}`, width)),
      ),
    ]),
    ...check.mutants
      .filter(({ outcome }) => outcome !== 'killed')
      .flatMap((mutant) => passedLines(mutant, width, paint)),
    ...requirementLines(check, width, paint),
    ...check.unknownEquivalents.map((id) =>
      paint(
        'yellow',
        clip(`  note: no mutant of this check passed as equivalent_mutants "${visible(id)}"`, width),
      ),
    ),
  ];
}

/** How many requirements of the spec some control has broken, and those that none has. */
function requirementLines(check: TaskCheck, width: number, paint: Paint): string[] {
  const { requirements, controlFaults } = check;
  if (requirements.length === 0) return [];
  const proven = requirements.filter(({ provenBy }) => provenBy !== null).length;
  return [
    clip(`  spec: ${proven} of ${count(requirements.length, 'requirement')} refused by a control`, width),
    ...unproven(check).map(({ id, says, isUnverified }) => {
      const word = isUnverified ? 'unverified, it has no check' : 'unproven';
      return paint('red', clip(`  ${word}: ${visible(id)}  ${visible(says)}`, width));
    }),
    ...controlFaults.map((fault) => paint('red', `  ${visible(fault)}`)),
  ];
}

/** `23 of 24 mutants refused, 1 equivalent`. */
function strengthWords({ mutants, mutantsSkipped, possible }: TaskCheck): string {
  if (mutantsSkipped !== null) return `no mutants: ${visible(mutantsSkipped)}`;
  const { killed, total, equivalent } = strength(mutants);
  const known = equivalent > 0 ? `, ${equivalent} equivalent` : '';
  const more = possible > mutants.length ? ` (of ${possible} possible)` : '';
  return `${killed} of ${count(total, 'mutant')} refused${known}${more}`;
}

function strength(mutants: readonly MutantResult[]) {
  const of = (wanted: MutantResult['outcome']) => mutants.filter(({ outcome }) => outcome === wanted).length;
  return { killed: of('killed'), total: of('killed') + of('survived'), equivalent: of('equivalent') };
}

function controlLine({ name, candidate, reason, verdicts }: Control): string {
  const came =
    candidate === null
      ? `none: ${visible(reason)}`
      : verdicts.map((each) => `${visible(each.scorer)} ${each.outcome}: ${visible(each.reason)}`).join('; ');
  return `  ${name.padEnd(6)}  ${came}`;
}

function passedLines(mutant: MutantResult, width: number, paint: Paint): string[] {
  const place = mutant.line === null ? visible(mutant.path) : `${visible(mutant.path)}:${mutant.line}`;
  const title = `  ${mutant.outcome}: ${visible(mutant.id)}  ${place}  ${visible(mutant.words)}`;
  if (mutant.outcome === 'equivalent')
    return [paint('dim', clip(`${title} (${visible(mutant.reason)})`, width))];
  const diff = mutant.diff
    .split('\n')
    .filter((line) => line !== '' && !/^(index|diff|---|\+\+\+) /.test(line));
  return [
    paint('red', clip(title, width)),
    ...diff.map((line) => {
      const shown = clip(`    ${visible(line)}`, width);
      return line.startsWith('+')
        ? paint('green', shown)
        : line.startsWith('-')
          ? paint('red', shown)
          : paint('dim', shown);
    }),
  ];
}

function conclusion(checks: readonly TaskCheck[], paint: Paint): string {
  const sound = checks.filter(isSound).length;
  const proven = checks.filter(({ gate }) => gate.proven).length;
  const { killed, total, equivalent } = strength(checks.flatMap(({ mutants }) => mutants));
  const share = total === 0 ? '' : ` (${Math.floor((killed / total) * 1000) / 10} %)`;
  const known = equivalent > 0 ? `, ${equivalent} equivalent` : '';
  const open = checks.flatMap(unproven).length;
  const faults = checks.flatMap(({ controlFaults }) => controlFaults).length;
  const words = [
    `${proven} of ${count(checks.length, 'gate')} proven`,
    `${killed} of ${count(total, 'mutant')} refused${share}${known}`,
    ...(open > 0 ? [`${count(open, 'requirement')} unproven`] : []),
    ...(faults > 0 ? [`${count(faults, 'control')} wrong`] : []),
  ].join(' · ');
  return paint(['bold', sound === checks.length ? 'green' : 'red'], words);
}
