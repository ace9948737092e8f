import type { Diff, DiffEntry, TreeEntry } from '../../harness/store/store.ts';
import { pathFilter } from '../path-filter.ts';
import { boundedLine, plural } from '../text.ts';
import type { CheckAnswer } from './checks/check.ts';
import type { Scope } from './schema.ts';
import { isGeneratedPath } from './scope-files.ts';
import { refusedPaths } from './scope-paths.ts';

/** What reading the changed files has shown, by path. */
export interface ReadFiles {
  /** Content that says it is generated or is minified, before or after. */
  generated: ReadonlySet<string>;
  /** Binary, before or after, where the content is not what it was. */
  binary: ReadonlySet<string>;
  /** Lines of text that git did not count: of what it took for binary for its size alone, and between carriage returns. */
  uncounted: number;
  /** How many files were too many to be read. */
  unread: number;
}

export interface ScopeInput {
  diff: Diff;
  /** All of both trees. */
  base: readonly TreeEntry[];
  tree: readonly TreeEntry[];
  read: ReadFiles;
}

/** One part of a scope. `paths`: all that it is refused for. */
export type PartAnswer = Pick<CheckAnswer, 'id' | 'outcome' | 'message'> & { paths: string[] };

/**
 * Judges each part of a scope that can say no, in the schema's order; what is allowed altogether has no answer. Throws
 * `input` for a wrong glob.
 */
export function judgeScope(scope: Scope, { diff, base, tree, read }: ScopeInput): PartAnswer[] {
  const touched = [...new Set(diff.entries.map(({ path }) => path))];
  const before = new Map(base.map((entry) => [entry.path, entry]));
  const written = diff.entries.filter((entry) => entry.kind === 'written');
  const answers: PartAnswer[] = [];
  if (scope.allow !== undefined || scope.deny !== undefined) {
    const added = written.filter(({ isNew }) => isNew).map(({ path }) => path);
    const refused = refusedPaths(scope, { touched, added, tree: tree.map(({ path }) => path) });
    answers.push(ofPaths('paths', refused, 'may not be touched'));
  }
  if (scope.max_files !== undefined)
    answers.push(ofCount('max_files', touched.length, scope.max_files, 'file'));
  if (scope.max_lines !== undefined)
    answers.push(ofLines(diff.stat.lines + read.uncounted, scope.max_lines, read.unread));
  if (scope.generated !== 'allow') {
    const isAllowed = scope.generated === 'deny' ? () => false : pathFilter(scope.generated.allow);
    const paths = touched.filter(
      (path) => (isGeneratedPath(path) || read.generated.has(path)) && !isAllowed(path),
    );
    answers.push(orUnread(ofPaths('generated', paths, 'is written by a tool'), read.unread));
  }
  if (scope.symlinks === 'deny') {
    const isLink = (entry: { mode: string } | undefined) => entry?.mode === '120000';
    const links = written.filter((entry) => isLink(entry) || isLink(before.get(entry.path)));
    answers.push(
      ofPaths(
        'symlinks',
        links.map(({ path }) => path),
        'is or was a symbolic link',
      ),
    );
  }
  if (scope.modes === 'deny') {
    const changed = written.filter((entry) => isModeChange(entry, before)).map(({ path }) => path);
    answers.push(ofPaths('modes', changed, 'was made executable, or no longer is'));
  }
  if (scope.binaries === 'deny')
    answers.push(orUnread(ofPaths('binaries', [...read.binary].toSorted(), 'is binary'), read.unread));
  return answers;
}

type Written = Extract<DiffEntry, { kind: 'written' }>;

/** A renamed file has the mode that it had under its other name. */
function isModeChange({ path, from, mode }: Written, before: ReadonlyMap<string, TreeEntry>): boolean {
  const old = before.get(path) ?? (from === undefined ? undefined : before.get(from));
  return (mode === '100755') !== (old?.mode === '100755');
}

function ofPaths(part: string, paths: string[], what: string): PartAnswer {
  const shown = paths.slice(0, shownPaths).map((path) => boundedLine(path, 120));
  const more = paths.length - shown.length;
  return {
    id: `scope/${part}`,
    outcome: paths.length === 0 ? 'pass' : 'fail',
    message: paths.length === 0 ? '' : `${what}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    paths,
  };
}

const shownPaths = 3;

function ofCount(part: string, count: number, most: number, word: string): PartAnswer {
  const isMore = count > most;
  return {
    id: `scope/${part}`,
    outcome: isMore ? 'fail' : 'pass',
    message: isMore ? `${plural(count, word)} changed, at most ${most} may be` : '',
    paths: [],
  };
}

function ofLines(count: number, most: number, unread: number): PartAnswer {
  return orUnread(ofCount('max_lines', count, most, 'line'), unread);
}

function orUnread(answer: PartAnswer, unread: number): PartAnswer {
  if (unread === 0 || answer.outcome === 'fail') return answer;
  return { ...answer, outcome: 'unknown', message: `${plural(unread, 'changed file')} more than are read` };
}
