import { boundedLine } from '../../text.ts';
import { specLimits } from '../schema.ts';
import { shownCommands } from './commands.ts';
import { draftExports, type MentionedExport } from './draft-exports.ts';
import { draftScope } from './draft-scope.ts';
import { idMaker } from './ids.ts';
import { findMentions, type Mentions } from './mentions.ts';
import type { Repository } from './repository.ts';
import type { Issue, Statement } from './statements.ts';

/** A requirement as it is proposed. Comments stand above it, a line each; those of `fillIn` ask for a person. */
export interface DraftRequirement {
  id: string;
  says: string;
  /** `{ <kind>: … }`; null where nothing could be proposed. */
  check: Record<string, unknown> | null;
  comments: string[];
  fillIn: string[];
}

export interface Draft {
  /** About the whole, at the top of the file. */
  comments: string[];
  intent: { text: string; fillIn: string[] };
  scope: { value: Record<string, unknown>; comments: string[]; fillIn: string[] } | null;
  criteria: DraftRequirement[];
  invariants: DraftRequirement[];
  dependencies: { value: Record<string, unknown>; fillIn: string[] } | null;
}

const anyCheck = 'a check (test, command, export, pattern, request, schema or property)';

/** Drafts a spec from an issue and what its repository shows. Pure: the same for the same input. */
export function draftSpec(issue: Issue, repository: Repository): Draft {
  const mentions = findMentions(issue, repository);
  const nextId = idMaker();
  const wanted = issue.statements.filter(({ kind }) => kind === 'wanted');
  const kept = issue.statements.filter(({ kind }) => kind === 'kept');
  const exports = draftExports(issue, repository, mentions);
  const criteria = [
    ...wanted.map((statement) => fromStatement(statement, nextId)),
    ...testDrafts(mentions, false, nextId),
    ...shownCommands(issue).map(({ command, output, line, isActual }) => ({
      id: nextId(`prints ${command}`),
      says: boundedLine(`\`${command}\` prints what the issue shows`, 300),
      check: { command: { command, expect: { stdout: expectedOutput(output) } } },
      comments: [`line ${line}`],
      fillIn: [
        isActual
          ? 'the issue shows this output as what is wrong: write what it must be'
          : 'confirm output and exit code, and that the command runs in the workspace',
      ],
    })),
    ...exports.filter(({ isNew }) => isNew).map((each) => fromExport(each, nextId)),
  ];
  const invariants = [
    ...kept.map((statement) => fromStatement(statement, nextId)),
    ...testDrafts(mentions, true, nextId),
    ...exports.filter(({ isNew }) => !isNew).map((each) => fromExport(each, nextId)),
  ];
  if (criteria.length === 0) criteria.push(emptyCriterion(nextId));
  return {
    comments: commentsOf(issue, repository, criteria.length, invariants.length),
    intent: intentOf(issue),
    ...draftScope(issue, repository, mentions),
    criteria: criteria.slice(0, specLimits.requirements),
    invariants: invariants.slice(0, specLimits.requirements),
  };
}

function fromStatement({ says, section, line, label, open }: Statement, nextId: NextId): DraftRequirement {
  const place = section === '' ? `line ${line}` : `${boundedLine(section, 80)}, line ${line}`;
  return {
    id: nextId(label ?? says),
    says,
    check: null,
    comments: [place],
    fillIn: [
      ...open.map((question) => `decide: ${question === '' ? 'what the sentence leaves open' : question}`),
      anyCheck,
    ],
  };
}

type NextId = (words: string) => string;

function emptyCriterion(nextId: NextId): DraftRequirement {
  return {
    id: nextId('first criterion'),
    says: 'TODO',
    check: null,
    comments: [],
    fillIn: ['what must be so afterwards: nothing in the text says it', anyCheck],
  };
}

function testDrafts({ tests }: Mentions, isKept: boolean, nextId: NextId): DraftRequirement[] {
  return tests
    .filter(({ passes }) => (passes === 'already') === isKept)
    .map(({ path, passes, line }) => ({
      id: nextId(`tests ${stemOf(path)}`),
      says: isKept ? `The tests in ${path} go on passing` : `The tests in ${path} pass`,
      check: { test: { pattern: `*${stemOf(path)}*` } },
      comments: [`line ${line}`],
      fillIn: [
        ...(passes === 'unknown' ? ['whether these tests pass on the base: then it is an invariant'] : []),
        'narrow the pattern to the tests that show this, by their ids in a report of the tests scorer',
      ],
    }));
}

/** The part of a test file's name that its tests' ids hold in every framework. */
function stemOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.\w+$/, '');
}

function fromExport(
  { module, name, kind, signature, isNew, line }: MentionedExport,
  nextId: NextId,
): DraftRequirement {
  return {
    id: nextId(`${isNew ? 'exports' : 'keeps'} ${name}`),
    says: isNew ? `\`${name}\` is exported from ${module}` : `\`${name}\` stays exported from ${module}`,
    check: {
      export: {
        module,
        name,
        ...(signature === null ? {} : { signature }),
        ...(kind === 'value' ? {} : { kind }),
      },
    },
    comments: [`line ${line}`],
    fillIn: [
      isNew
        ? 'confirm module and signature'
        : `confirm that it must stay${signature === null ? ', and add its signature' : ' with this signature'}`,
    ],
  };
}

/** Where the issue leaves something out, what it does show. */
function expectedOutput(output: string): unknown {
  const parts = output.split(/\s*(?:\.\.\.|…|\[(?:…|\.\.\.)\])\s*/);
  const shown = parts.map((part) => part.trim()).filter((part) => part !== '');
  return parts.length > 1 && shown.length > 0 ? { contains: shown } : output;
}

function intentOf({ title, intent }: Issue): Draft['intent'] {
  if (intent !== '') return { text: intent, fillIn: [] };
  return title === ''
    ? { text: 'TODO', fillIn: ['what this task is for, in a sentence or two'] }
    : { text: title, fillIn: ['more than the title: what this task is for'] };
}

function commentsOf(issue: Issue, repository: Repository, criteria: number, invariants: number): string[] {
  const left =
    Math.max(0, criteria - specLimits.requirements) + Math.max(0, invariants - specLimits.requirements);
  const examples = issue.blocks.flatMap((block, index) =>
    block.kind === 'code' &&
    /^(?:[jt]sx?|javascript|typescript|py|python)$/.test(block.info) &&
    issue.sections[index] !== 'apart'
      ? [block.line]
      : [],
  );
  return [
    ...(issue.excluded.length === 0
      ? []
      : [`Not part of it: ${boundedLine(issue.excluded.join('; '), 400)}`]),
    ...(repository.isCut ? ['Not all of the repository was looked at.'] : []),
    ...(left === 0 ? [] : [`FILL IN: ${left} statements of the issue found no room here`]),
    ...(examples.length === 0
      ? []
      : [
          `FILL IN: the issue has examples in code (line ${examples.slice(0, 10).join(', ')}): make tests or a property of them`,
        ]),
  ];
}
