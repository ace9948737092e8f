import { boundedLine } from '../../text.ts';
import { dependenciesId, scopeId } from '../spec.ts';
import type { Linted, PlacedFinding } from './finding.ts';

/** What a person has not written yet. */
const placeholder =
  /\b(?:TODO|TBD|FIXME|XXX)\b|\bFILL[ _]IN\b|\bNEEDS CLARIFICATION\b|\blorem ipsum\b|^\W*\[[^\]]+\]\W*$/;
const shortIntent = 15;

/** Words on which two honest people come to two answers. */
const vague = new RegExp(
  `\\b(?:${[
    'fast|quick(?:ly)?|slow|performant|efficient(?:ly)?|snappy|responsive|scal(?:able|es? well)|optimi[sz]ed|lightweight',
    'user[- ]friendly|intuitive|easy|easily|simple|simply|convenient|seamless(?:ly)?|smooth(?:ly)?|ergonomic',
    'robust|reliable|reliably|stable|resilient|secure(?:ly)?|maintainable|readable|clean|elegant|modern',
    'appropriate(?:ly)?|proper(?:ly)?|reasonable|reasonably|adequate(?:ly)?|sensible|sufficient(?:ly)?|suitable',
    'graceful(?:ly)?|nice(?:ly)?|good|better|improved?|high[- ]quality|as needed|if possible|where possible|etc',
  ].join('|')})\\b`,
  'i',
);
/** A number, a quoted text or code: something that can be held against what comes. */
const measurable = /\d|["“”`«]|\b(?:exactly|never|always|each|every|only|same|equal|empty|zero|no)\b/i;

/** What the sentences of a spec leave open, and what nothing checks. */
export function wordFindings(linted: Linted): PlacedFinding[] {
  return [
    ...intent(linted),
    ...requirements(linted),
    ...fillIns(linted),
    ...unused(linted),
    ...unproven(linted),
  ];
}

function intent({ spec: { file } }: Linted): PlacedFinding[] {
  const base = { id: null, at: ['intent'], fix: 'write in a sentence or two what this task is for' };
  if (placeholder.test(file.intent))
    return [{ ...base, level: 'warning', rule: 'placeholder', message: 'the intent is still to be written' }];
  return file.intent.trim().length < shortIntent
    ? [{ ...base, level: 'note', rule: 'vague', message: 'the intent says very little' }]
    : [];
}

function requirements({ placed }: Linted): PlacedFinding[] {
  return placed.flatMap(({ requirement: { id, says, kind, checks }, path }) => {
    const found: PlacedFinding[] = [];
    const at = [...path, 'says'];
    if (checks.length === 0)
      found.push({
        id,
        level: 'warning',
        rule: 'unverified',
        message: `no check can say no to this ${kind}: no candidate is called conformant as long as it stands here`,
        fix: 'add check: with a test, command, export, pattern, request, schema or property',
        at: path,
      });
    if (placeholder.test(says))
      found.push({
        id,
        level: 'warning',
        rule: 'placeholder',
        message: `is still to be decided: ${boundedLine(says, 80)}`,
        fix: 'decide it, and write down what was decided',
        at,
      });
    const word = vague.exec(says)?.[0];
    if (word !== undefined && !measurable.test(says))
      found.push({
        id,
        level: 'note',
        rule: 'vague',
        message: `"${word}" cannot be measured, and nothing else in the sentence can`,
        fix: 'say how much, how long, or what exactly',
        at,
      });
    return found;
  });
}

/** What `assay spec init` leaves to a person, each with its own line. */
function fillIns({ text }: Linted): PlacedFinding[] {
  return fillInLines(text).map(({ line, words }) => ({
    id: null,
    level: 'warning',
    rule: 'fill-in',
    message: `to be filled in: ${words === '' ? 'what stands here' : words}`,
    fix: 'do what the comment says, and remove it',
    at: [fillInLine, line],
  }));
}

/** Stands for a line in place of a field. */
export const fillInLine = Symbol('line');

/** The comments that ask for a person, with their 1-based lines. */
export function fillInLines(text: string): { line: number; words: string }[] {
  return text.split('\n').flatMap((row, index) => {
    const match = /(?:^|\s)#\s*FILL IN\b:?(.*)$/.exec(row.slice(0, 4000));
    return match === null ? [] : [{ line: index + 1, words: boundedLine(match[1] ?? '', 160) }];
  });
}

function unused({ spec: { file, requirements: all }, named }: Linted): PlacedFinding[] {
  const found: PlacedFinding[] = [];
  const asks = all.some(({ checks }) =>
    checks.some(
      ({ kind, given }) =>
        kind === 'request' || kind === 'steps' || (kind === 'schema' && 'request' in given.of),
    ),
  );
  if (file.service !== undefined && !asks)
    found.push({
      id: null,
      level: 'warning',
      rule: 'unused',
      message: 'no check asks the service',
      fix: 'add a check with request, or remove service',
      at: ['service'],
    });
  for (const { name, field } of named)
    if (name.startsWith('environment/'))
      found.push({
        id: null,
        level: 'warning',
        rule: 'visible',
        message: `${name} lies where agents can read it`,
        fix: 'move it below tests/, which they never see',
        at: field,
      });
  return found;
}

/** Only a control shows that a requirement can say no: those that no control breaks, in one note. */
function unproven({ spec: { file, requirements: all } }: Linted): PlacedFinding[] {
  const broken = new Set(file.controls.flatMap(({ breaks }) => breaks));
  const ids = [
    ...all.filter(({ checks }) => checks.length > 0).map(({ id }) => id),
    ...(file.scope === undefined ? [] : [scopeId]),
    ...(file.dependencies === undefined ? [] : [dependenciesId]),
  ].filter((id) => !broken.has(id));
  if (ids.length === 0) return [];
  const shown = ids.length > 8 ? `${ids.slice(0, 8).join(', ')} and ${ids.length - 8} more` : ids.join(', ');
  return [
    {
      id: null,
      level: 'note',
      rule: 'unproven',
      message: `no control of this file breaks ${shown}`,
      fix: '`assay check` says which of them the base or a mutant breaks; add controls: for the rest',
      at: ['controls'],
    },
  ];
}
