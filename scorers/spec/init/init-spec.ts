import { fillInLines } from '../lint/words.ts';
import { parseSpec } from '../load-spec.ts';
import { draftSpec } from './draft.ts';
import { parseMarkdown } from './markdown.ts';
import { renderDraft } from './render.ts';
import type { Repository } from './repository.ts';
import { readIssue } from './statements.ts';

/** A drafted `spec.yaml`. */
export interface DraftedSpec {
  text: string;
  criteria: number;
  invariants: number;
  /** What a person must fill in, and on which 1-based line of the text. */
  fillIn: { line: number; words: string }[];
}

/**
 * Drafts a spec from an issue's Markdown and what its repository shows; `source` says what it was made from. The draft
 * loads: a criterion without a check is unverified until a person gives it one. Pure.
 */
export function initSpec(issue: string, repository: Repository, source: string): DraftedSpec {
  const draft = draftSpec(readIssue(parseMarkdown(issue)), repository);
  const text = renderDraft(draft, source);
  // A draft that does not load would be a fault of ours, to be seen here and not by who reads it next.
  parseSpec(text, 'the draft');
  return {
    text,
    criteria: draft.criteria.length,
    invariants: draft.invariants.length,
    fillIn: fillInLines(text),
  };
}

/** A repository of which nothing is known. */
export const noRepository: Repository = { files: [], exports: [], workdir: null, isCut: false };
