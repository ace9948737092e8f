import { languageOf } from '../load/language.ts';
import type { Block } from './markdown.ts';
import type { Repository } from './repository.ts';
import { type Issue, sentences } from './statements.ts';

/** What an issue names that a repository has, or is to have. Paths are relative to the repository. */
export interface Mentions {
  /** Files and folders that are there. */
  paths: string[];
  /** Files that are not there yet. */
  newFiles: string[];
  /** Files that are to be left alone, with the sentence that says so. */
  untouched: { path: string; sentence: string }[];
  /** Tests that are there, and whether they pass already or are to pass. */
  tests: { path: string; passes: 'already' | 'afterwards' | 'unknown'; line: number }[];
}

const leave =
  /\b(?:leave|do not (?:change|touch|modify|edit)|don't (?:change|touch|modify|edit)|must not (?:change|be changed|be touched|be modified)|untouched|as it is)\b/i;
const already =
  /\b(?:passes? already|already pass(?:es)?|go(?:es)? on passing|still pass(?:es)?|keeps? passing|continues? to pass)\b/i;
const afterwards =
  /\b(?:fails? until|pass(?:es)? once|pass(?:es)? when|must pass|should pass|makes? .{1,60} pass)\b/i;
const maxMentions = 100;

/** Finds the paths that an issue names: whatever stands in a code span, a code block, or has a slash and an ending. */
export function findMentions(issue: Issue, repository: Repository): Mentions {
  const found: Mentions = { paths: [], newFiles: [], untouched: [], tests: [] };
  const files = new Set(repository.files);
  const folders = new Set(repository.files.flatMap(foldersOf));
  for (const block of issue.blocks) {
    for (const text of clausesOf(block)) {
      for (const { path, isMeant } of pathsIn(text, repository.workdir)) {
        const isThere = files.has(path) || folders.has(path);
        if (!isThere) {
          // `Node.js` has an ending and is no file; a block of code says what it likes.
          if (isMeant && block.kind !== 'code' && languageOf(path) !== null) push(found.newFiles, path);
          continue;
        }
        push(found.paths, path);
        if (leave.test(text) && files.has(path) && found.untouched.every((each) => each.path !== path))
          found.untouched.push({ path, sentence: text });
        if (isTestPath(path)) addTest(found, path, text, block.line);
      }
    }
  }
  return found;
}

function push(list: string[], path: string): void {
  if (list.length < maxMentions && !list.includes(path)) list.push(path);
}

function addTest(found: Mentions, path: string, text: string, line: number): void {
  const passes = already.test(text) ? 'already' : afterwards.test(text) ? 'afterwards' : 'unknown';
  const before = found.tests.find((each) => each.path === path);
  if (before === undefined) found.tests.push({ path, passes, line });
  else if (before.passes === 'unknown') before.passes = passes;
}

function isTestPath(path: string): boolean {
  return /[._-](?:test|spec)s?\.\w+$|(?:^|\/)test_[^/]*\.py$|_test\.\w+$/.test(path);
}

/** Sentences and their parts between semicolons: what is said of one file is not said of the next. */
function clausesOf(block: Block): string[] {
  switch (block.kind) {
    case 'code':
      return block.rows;
    case 'row':
      return block.cells;
    default:
      return sentences(block.text).flatMap((sentence) => sentence.split(/;\s+/));
  }
}

/** What looks like a path: code spans, which are meant as they stand, and words with a slash or an ending. */
function pathsIn(text: string, workdir: string | null): { path: string; isMeant: boolean }[] {
  const spans = [...text.matchAll(/`([^`\s]{1,200})`/g)].map((match) => match[1] ?? '');
  const words = text.split(/[\s`"'(),;]+/).filter((word) => word.length < 200 && /[/.]\w/.test(word));
  return [...new Set([...spans, ...words])].flatMap((word) => {
    const path = relativePath(word.replace(/[.:,;)]+$/, ''), workdir);
    return path === null ? [] : [{ path, isMeant: spans.includes(word) || path.includes('/') }];
  });
}

const workdirs = ['/app', '/workspace', '/repo', '/testbed', '/src', '/code'];

function relativePath(word: string, workdir: string | null): string | null {
  if (/:\/\/|[*?<>|{}$]/.test(word)) return null;
  const root = [...(workdir === null ? [] : [workdir]), ...workdirs].find((each) =>
    word.startsWith(`${each}/`),
  );
  const path = (root === undefined ? word : word.slice(root.length + 1))
    .replace(/^\.\//, '')
    .replace(/\/+$/, '');
  const isPath =
    path !== '' && path.split('/').every((part) => /^[\w@.+-]+$/.test(part) && !/^\.{1,2}$/.test(part));
  return isPath ? path : null;
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
