import type { FieldPath } from '../../../harness/plan/place.ts';
import type { Cases, Expected } from '../../tests/blackbox/cases.ts';
import { mismatch } from '../../tests/blackbox/match.ts';
import { openRegexJudge, type RegexJudge } from '../../tests/blackbox/regex.ts';
import { boundedLine } from '../../text.ts';
import type { PlacedCheck } from '../load/checks-of.ts';
import { caseOf, resolveCase } from '../load/named-files.ts';
import type { Linted, PlacedFinding } from './finding.ts';
import { isFoundAnywhere, whyNeverFound } from './regex/facts.ts';
import { parseRegex } from './regex/syntax.ts';

/** What is wrong with what commands and requests are expected to give. */
export async function expectationFindings(
  linted: Linted,
  checks: readonly PlacedCheck[],
): Promise<PlacedFinding[]> {
  const judge = openRegexJudge();
  try {
    const found: PlacedFinding[] = [];
    for (const placed of checks) found.push(...(await findingsOf(placed, linted, judge)));
    return found;
  } finally {
    await judge.close();
  }
}

async function findingsOf(
  { check, path }: PlacedCheck,
  { files }: Linted,
  judge: RegexJudge,
): Promise<PlacedFinding[]> {
  const asked = caseOf(check, path);
  if (asked === null) return [];
  const cases = resolveCase(asked, files);
  const found: PlacedFinding[] = [];
  const idle = cases.commands.map(({ argv }) => whyIdle(argv)).find((reason) => reason !== null);
  if (idle !== undefined)
    found.push({
      id: check.id,
      level: 'error',
      rule: 'cannot-fail',
      message: `${idle}: whatever the candidate does, the answer is the same`,
      fix: 'run a program of the workspace',
      at: asked.path,
    });
  const empty = new Set<Expected>();
  for (const { expected, at } of expectationsIn(cases, asked.given.kind === 'steps')) {
    const place = [...asked.path, ...at];
    const all = await matcherFindings(expected, judge);
    // A file or header must at least be there, which says something.
    const isOutput = !at.includes('files') && !at.includes('headers');
    const findings = all.filter(({ rule }) => isOutput || rule !== 'says-nothing');
    if (findings.some(({ rule }) => rule === 'says-nothing')) empty.add(expected);
    found.push(...findings.map((each) => ({ ...each, id: check.id, at: place })));
  }
  // A schema is what says no where the check has one.
  if (check.kind !== 'schema' && acceptsAnything(cases, empty))
    found.push({
      id: check.id,
      level: 'error',
      rule: 'cannot-fail',
      message: cases.commands.length > 0 ? 'accepts every exit code and output' : 'accepts every answer',
      fix: cases.commands.length > 0 ? 'expect an exit code or an output' : 'expect a status or a body',
      at: asked.path,
    });
  return found;
}

const constant = /^\s*(?:(?:true|false|:|exit(?:\s+\d+)?)|(?:echo|printf)\b[^|;&<>`$()]*)\s*$/;

/** Why a command does not depend on the workspace; null where it may. */
function whyIdle(argv: readonly string[]): string | null {
  const [program = '', flag, script = ''] = argv;
  const line = program === '/bin/sh' && flag === '-c' ? script : argv.join(' ');
  if (constant.test(line)) return `\`${boundedLine(line, 60)}\` runs nothing of the workspace`;
  return null;
}

interface Placed {
  expected: Expected;
  at: FieldPath;
}

function expectationsIn({ commands, dialogues }: Cases, hasSteps: boolean): Placed[] {
  const found: Placed[] = [];
  const add = (expected: Expected | 'absent' | null, at: FieldPath) => {
    if (expected !== null && expected !== 'absent') found.push({ expected, at });
  };
  for (const { expect } of commands) {
    add(expect.stdout, ['expect', 'stdout']);
    add(expect.stderr, ['expect', 'stderr']);
    for (const { path, content } of expect.files) add(content, ['expect', 'files', path]);
  }
  for (const { steps } of dialogues)
    for (const [index, { expect }] of steps.entries()) {
      const prefix = hasSteps ? ['steps', index] : [];
      add(expect.body, [...prefix, 'expect', 'body']);
      for (const { name, value } of expect.headers) add(value, [...prefix, 'expect', 'headers', name]);
    }
  return found;
}

/** `empty`: the expectations that everything meets. */
function acceptsAnything({ commands, dialogues }: Cases, empty: ReadonlySet<Expected>): boolean {
  const isOpen = (expected: Expected | null) => expected === null || empty.has(expected);
  return (
    commands.every(
      ({ argv, expect }) =>
        (isEveryCode(expect.exitCode, 0, 255) || isExitHidden(argv, expect.exitCode)) &&
        isOpen(expect.stdout) &&
        isOpen(expect.stderr) &&
        expect.files.length === 0,
    ) &&
    dialogues.every(({ steps }) =>
      steps.every(
        ({ expect }) =>
          expect.status !== null &&
          isEveryCode(expect.status, 100, 599) &&
          expect.headers.length === 0 &&
          isOpen(expect.body),
      ),
    )
  );
}

function isEveryCode(codes: readonly number[] | 'any', from: number, to: number): boolean {
  return codes === 'any' || new Set(codes).size > to - from;
}

/** `… || true`: the shell's own success is all that is seen. */
function isExitHidden(argv: readonly string[], codes: readonly number[] | 'any'): boolean {
  return /(?:\|\||;)\s*(?:true|:|exit 0)\s*$/.test(argv.at(-1) ?? '') && codes !== 'any' && codes.includes(0);
}

type Unplaced = Omit<PlacedFinding, 'id' | 'at'>;

async function matcherFindings(expected: Expected, judge: RegexJudge): Promise<Unplaced[]> {
  const found: Unplaced[] = [];
  const { regex, exact, contains, lines, json } = expected;
  const shown = regex === null ? '' : boundedLine(`/${regex.source}/${regex.flags}`, 80);
  if (regex !== null) {
    const node = parseRegex(regex.source, regex.flags);
    const reason = node === null ? null : whyNeverFound(node, regex.flags.includes('m'));
    if (reason !== null)
      found.push({
        level: 'error',
        rule: 'cannot-pass',
        message: `${shown} is found in no text: ${reason}`,
        fix: 'correct the expression; for an empty output write text: ""',
      });
  }
  if (exact !== null) {
    const difference = await whyUnfit(exact, expected, judge);
    if (difference !== null)
      found.push({
        level: 'error',
        rule: 'cannot-pass',
        message: `the text that it must be does not fit the rest: ${difference}`,
        fix: 'leave out one of the two',
      });
  }
  if (found.length > 0 || exact !== null || lines !== null || json !== null) return found;
  const isOpen = regex === null || (await isFoundEverywhere(regex, judge));
  if (!isOpen || contains.some((part) => part.trim().length > 1)) return found;
  found.push({
    level: 'warning',
    rule: 'says-nothing',
    message:
      contains.length > 0
        ? 'asks for so little that nearly every output contains it'
        : `${shown} is found in every text`,
    fix: 'expect a text that only a right answer holds; anchor an expression by ^ and $',
  });
  return found;
}

/** How a text that is expected exactly differs from what else is expected of it. An expression without an answer says nothing. */
async function whyUnfit(exact: Uint8Array, expected: Expected, judge: RegexJudge): Promise<string | null> {
  const { regex } = expected;
  const difference = await mismatch({ ...expected, exact: null, regex: null }, exact, judge);
  if (difference !== null || regex === null) return difference;
  const isFound = await judge.test(regex.source, regex.flags, Buffer.from(exact).toString());
  return isFound === false ? boundedLine(`/${regex.source}/${regex.flags} is not found in it`, 120) : null;
}

const texts = [
  '',
  ' ',
  '\n',
  'x',
  'error: it failed\n',
  '{"a": [1, null]}',
  'one\ntwo\r\nthree\n\n',
  '☃\u0000',
];

async function isFoundEverywhere(
  { source, flags }: { source: string; flags: string },
  judge: RegexJudge,
): Promise<boolean> {
  const node = parseRegex(source, flags);
  if (node !== null && isFoundAnywhere(node)) return true;
  for (const text of texts) if ((await judge.test(source, flags, text)) !== true) return false;
  return true;
}
