import { visible } from '../../../reports/escape.ts';
import { count } from '../../../reports/words.ts';
import type { LintFinding } from '../../../scorers/spec/lint/finding.ts';
import { formatProblem, type Problem } from '../../domain/errors.ts';
import type { Format, Paint } from './paint.ts';

/** What came of one spec: problems where it cannot be used, else findings. */
export interface LintedFile {
  file: string;
  problems: readonly Problem[];
  findings: readonly LintFinding[];
}

const formats: Readonly<Record<LintFinding['level'], Format>> = {
  error: 'red',
  warning: 'yellow',
  note: 'dim',
};
const lineLength = 1000;

/** Findings for people, file by file in the order of their lines, and the sum last. `without`: tasks that have no spec. */
export function specLintText(
  files: readonly LintedFile[],
  without: readonly string[],
  { paint }: { paint: Paint },
): string {
  const blocks = files.map((file) => fileLines(file, paint).join('\n'));
  if (without.length > 0)
    blocks.push(without.map((task) => paint('dim', `- ${visible(task)}: no spec.yaml`)).join('\n'));
  return `${[...blocks, conclusion(files, paint)].join('\n\n')}\n`;
}

function fileLines({ file, problems, findings }: LintedFile, paint: Paint): string[] {
  const isBad = problems.length > 0 || findings.some(({ level }) => level === 'error');
  const mark = isBad ? paint('red', '✖') : paint('green', '✔');
  const words =
    problems.length > 0 ? `cannot be used: ${count(problems.length, 'problem')}` : inWords(findings);
  const width = Math.max(1, ...findings.map(({ line }) => String(line ?? '').length));
  return [
    `${mark} ${paint('bold', visible(file))}: ${words}`,
    ...problems.map((problem) => `  ${visible(formatProblem(problem), lineLength)}`),
    ...findings.flatMap(({ id, level, rule, message, fix, line }) => {
      const place = String(line ?? '').padStart(width);
      const whose = id === null ? '' : `${paint('bold', visible(id))}: `;
      return [
        `  ${place}  ${paint(formats[level], level)}  ${whose}${visible(message, lineLength)} ${paint('dim', `(${rule})`)}`,
        paint('dim', `  ${' '.repeat(width)}  fix: ${visible(fix, lineLength)}`),
      ];
    }),
  ];
}

function inWords(findings: readonly LintFinding[]): string {
  const words = (['error', 'warning', 'note'] as const).flatMap((level) => {
    const number = findings.filter((finding) => finding.level === level).length;
    return number === 0 ? [] : [count(number, level)];
  });
  return words.length === 0 ? 'nothing to say' : words.join(', ');
}

function conclusion(files: readonly LintedFile[], paint: Paint): string {
  const unusable = files.filter(({ problems }) => problems.length > 0).length;
  const findings = files.flatMap((file) => file.findings);
  const isBad = unusable > 0 || findings.some(({ level }) => level === 'error');
  const words = [
    count(files.length, 'spec'),
    ...(unusable > 0 ? [`${unusable} cannot be used`] : []),
    inWords(findings),
  ];
  return paint(['bold', isBad ? 'red' : 'green'], words.join(' · '));
}
