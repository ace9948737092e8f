import type { Finding } from '../../../harness/domain/finding.ts';
import type { Delta, FilePair } from './delta.ts';
import { matchFindings } from './match.ts';

/** A tree's files by path. */
export type Files = Readonly<Record<string, string>>;

/** A finding with everything that a test does not care about filled in. */
export function finding(given: Partial<Finding> & Pick<Finding, 'path' | 'startLine'>): Finding {
  return {
    tool: 'todo',
    rule: 'todo',
    level: 'warning',
    message: 'there is something to do',
    startColumn: null,
    endLine: null,
    endColumn: null,
    security: null,
    ...given,
  };
}

/** The smallest tool: every `TODO(name)` of a tree is a finding, `SECRET(name)` one about security. */
export function todosOf(files: Files): Finding[] {
  return Object.entries(files).flatMap(([path, text]) =>
    text.split(/\r\n|[\r\n]/u).flatMap((line, index) =>
      [...line.matchAll(/(TODO|SECRET)\((\w*)\)/gu)].map(({ 0: whole, 1: rule = '', 2: name, index: at }) =>
        finding({
          path,
          rule,
          message: `something is to be done: '${name}'`,
          startLine: index + 1,
          startColumn: at + 1,
          endLine: index + 1,
          endColumn: at + whole.length + 1,
          security: rule === 'SECRET' ? 8 : null,
        }),
      ),
    ),
  );
}

/** Changed files of two trees; `renames` from old path to new. */
export function pairsOf(
  before: Files,
  after: Files,
  renames: Readonly<Record<string, string>> = {},
): FilePair[] {
  const renamed = new Map(Object.entries(renames));
  const targets = new Set(renamed.values());
  const file = (files: Files, path: string) => {
    const text = files[path];
    return text === undefined ? null : { path, text };
  };
  const old = Object.keys(before).map((path) => {
    const to = renamed.get(path) ?? path;
    return { before: file(before, path), after: targets.has(path) && to === path ? null : file(after, to) };
  });
  const added = Object.keys(after)
    .filter((path) => !targets.has(path) && before[path] === undefined)
    .map((path) => ({ before: null, after: file(after, path) }));
  return [...old, ...added].filter(({ before: a, after: b }) => a?.path !== b?.path || a?.text !== b?.text);
}

/** Lines of new, fixed and unchanged findings, the latter as `before>after`. */
export function linesOf({ new: added, fixed, unchanged }: Delta) {
  return {
    new: added.map(({ startLine }) => startLine),
    fixed: fixed.map(({ startLine }) => startLine),
    unchanged: unchanged.map(({ before, after }) => `${before.startLine}>${after.startLine}`),
  };
}

/** What becomes of the `TODO`s of two trees. */
export function todoDelta(before: Files, after: Files, renames: Record<string, string> = {}) {
  return linesOf(matchFindings(todosOf(before), todosOf(after), pairsOf(before, after, renames)));
}

/** What becomes of one finding in one file, which is at its first character unless said otherwise. */
export function oneDelta(before: string, after: string, old: Partial<Finding>, now: Partial<Finding>) {
  const at = { path: 'a.ts', startLine: 1, startColumn: 1 };
  const pairs = pairsOf({ 'a.ts': before }, { 'a.ts': after });
  return linesOf(matchFindings([finding({ ...at, ...old })], [finding({ ...at, ...now })], pairs));
}

/** Of a finding on the first line: it is the same, or it is not. */
export const same = { new: [], fixed: [], unchanged: ['1>1'] };
export const other = { new: [1], fixed: [1], unchanged: [] };
