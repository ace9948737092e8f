import type { Tree } from '@lezer/common';
import { parse } from './syntax/parse.ts';

/** One line of a comment. */
export interface CommentLine {
  text: string;
  /** Of its beginning in the file. */
  offset: number;
}

/**
 * Lines of a file that may be comments: exactly these where its syntax is known and clear; else, from the first sign on
 * that begins a comment in any language, every line. What cannot be read for certain is said too often rather than not.
 */
export function* commentLines(path: string, text: string): Generator<CommentLine> {
  const tree = parse(path, text)?.tree ?? null;
  if (tree !== null && !hasErrors(tree)) yield* commentsOf(tree, text);
  else yield* suspects(text);
}

const commentNodes = new Set(['LineComment', 'BlockComment', 'Comment']);

function* commentsOf(tree: Tree, text: string): Generator<CommentLine> {
  const ranges: { from: number; to: number }[] = [];
  tree.iterate({
    enter({ name, from, to }) {
      if (commentNodes.has(name)) ranges.push({ from, to });
    },
  });
  for (const { from, to } of ranges) yield* linesOf(text.slice(from, to), from);
}

function hasErrors(tree: Tree): boolean {
  let found = false;
  tree.iterate({
    enter({ type }) {
      found ||= type.isError;
      return !found;
    },
  });
  return found;
}

const opener = /\/\/|\/\*|#|<!--|--|;|%|^\s*\*/;

function* suspects(text: string): Generator<CommentLine> {
  for (const { text: line, offset } of linesOf(text, 0)) {
    const start = line.search(opener);
    if (start >= 0) yield { text: line.slice(start), offset: offset + start };
  }
}

function* linesOf(text: string, offset: number): Generator<CommentLine> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    const stop = end < 0 ? text.length : end;
    yield { text: text.slice(start, stop), offset: offset + start };
    start = stop + 1;
  }
}
