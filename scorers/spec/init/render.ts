import { stringify } from 'yaml';
import { boundedLine } from '../../text.ts';
import type { Draft, DraftRequirement } from './draft.ts';

/** Longer than any comment of ours with a quotation in it. */
const maxComment = 500;

/** A draft as YAML with comments; `source` says in a few words what it was made from. */
export function renderDraft(draft: Draft, source: string): string {
  const { scope, dependencies, intent } = draft;
  const blocks = [
    [
      ...comments(0, [
        `Drafted by \`assay spec init\` from ${source}.`,
        'What a person must fill in says so; `assay spec lint` lists it.',
        ...draft.comments,
      ]),
      'version: 1',
    ],
    [...fillIns(0, intent.fillIn), ...yaml(0, { intent: intent.text })],
    scope === null
      ? []
      : ['scope:', ...comments(2, scope.comments), ...fillIns(2, scope.fillIn), ...yaml(2, scope.value)],
    list('criteria', draft.criteria),
    list('invariants', draft.invariants),
    dependencies === null
      ? []
      : ['dependencies:', ...fillIns(2, dependencies.fillIn), ...yaml(2, dependencies.value)],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function list(name: string, requirements: readonly DraftRequirement[]): string[] {
  if (requirements.length === 0) return [];
  const entries = requirements.map((each) => entry(each).join('\n'));
  return [`${name}:`, entries.join('\n\n')];
}

function entry({ id, says, check, comments: words, fillIn }: DraftRequirement): string[] {
  return [
    ...comments(2, words),
    ...fillIns(2, fillIn),
    ...yaml(2, [{ id, says, ...(check === null ? {} : { check }) }]),
  ];
}

function fillIns(indent: number, texts: readonly string[]): string[] {
  return comments(
    indent,
    texts.map((text) => `FILL IN: ${text}`),
  );
}

/** One line each, whatever the issue holds: a line end in a comment would make YAML of what follows. */
function comments(indent: number, texts: readonly string[]): string[] {
  return texts.map((text) => `${' '.repeat(indent)}# ${boundedLine(text, maxComment)}`);
}

function yaml(indent: number, value: unknown): string[] {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(indent) + line));
}
