import type { Digest } from '../../../harness/domain/digest.ts';
import { type LayerEntry, packLayer } from '../../../harness/sandbox/layer.ts';
import type { CapturedOutput } from '../../../harness/sandbox/sandbox.ts';
import type { ScoreContext } from '../../scorer.ts';
import { textOf as outputText, throwIfAborted } from '../../tests/blackbox/container.ts';
import { frozenEnv } from '../../tests/frozen-env.ts';
import { boundedLine } from '../../text.ts';
import { readContents, unreadable } from './contents.ts';
import { dialectOf } from './languages.ts';
import { type GroupOutput, readOutput } from './output.ts';
import {
  cannotRun,
  groupDir,
  neutralName,
  outputBytes,
  programEntries,
  searchCommand,
  withoutIgnores,
} from './program.ts';

export interface SearchFile {
  side: 'before' | 'after';
  /** Relative to the workspace; hostile. */
  path: string;
  digest: Digest;
}

/** A rule of ast-grep without id and severity. */
export interface SearchRule {
  /** Those of its languages that it is written for, by ast-grep's names; null: each that the group's files have. */
  languages: readonly string[] | null;
  /** `rule`, and `constraints`, `utils` and `transform` where it has them. */
  given: Readonly<Record<string, unknown>>;
}

/** Rules that look at the same files. */
export interface SearchGroup {
  /** Of which the files are to be taken. */
  language: string;
  rules: readonly SearchRule[];
  files: readonly SearchFile[];
}

export interface SearchMatch {
  side: 'before' | 'after';
  path: string;
  /** 1-based. */
  line: number;
  /** What was matched, and what single metavariables stand for. Hostile. */
  text: string;
  captures: Readonly<Record<string, string>>;
}

/** What came of one group. */
export interface GroupResult {
  /** For each of its rules. */
  rules: RuleResult[];
  /** Files that were not looked at, with the reason in one line. */
  left: { path: string; reason: string }[];
}

/** What came of one rule. */
export interface RuleResult {
  /** By side, path and line. */
  matches: SearchMatch[];
  /** Why the rule has not been looked for in all files, in one line; null where it has. */
  problem: string | null;
  /** Whether the reason is that there were more matches than are read. */
  cut: boolean;
}

/**
 * Looks for the rules of every group in its files, in one container of the workspace's image with ast-grep mounted. The
 * files are laid as data, under names of ours and as UTF-8: no ignore file, no ignoring comment, no link and no name of
 * the candidate's has a say in what is looked at. One result for each group, in the order given. Throws `infrastructure`
 * for engine, store and a tool that cannot be installed, and the signal's reason.
 */
export async function searchCode(
  context: ScoreContext,
  given: readonly SearchGroup[],
  timeoutSec: number,
): Promise<GroupResult[]> {
  const contents = await readContents(context, given);
  if (!contents.ok)
    return given.map(({ rules }) => ({ rules: rules.map(() => failed(contents.reason)), left: [] }));
  const groups: SearchGroup[] = [];
  const left: GroupResult['left'][] = [];
  for (const group of given) {
    const reasons = group.files.map((file) => unreadable(group, file, contents.texts));
    groups.push({ ...group, files: group.files.filter((_, index) => reasons[index] === null) });
    left.push(
      group.files.flatMap(({ path }, index) => (reasons[index] ? [{ path, reason: reasons[index] }] : [])),
    );
  }
  const results = await scanAll(context, groups, contents.texts, timeoutSec);
  return results.map((rules, index) => ({ rules, left: left[index] ?? [] }));
}

async function scanAll(
  context: ScoreContext,
  groups: readonly SearchGroup[],
  texts: ReadonlyMap<Digest, string>,
  timeoutSec: number,
): Promise<RuleResult[][]> {
  if (groups.every(({ files }) => files.length === 0))
    return groups.map(({ rules }) => rules.map(() => nothing));
  const tool = await context.toolbox.get('ast-grep', context.signal);
  const { workspace } = context;
  const result = await context.sandbox.run({
    image: workspace.ref,
    command: searchCommand,
    env: frozenEnv,
    workdir: '/opt/assay',
    user: workspace.user,
    network: 'none',
    limits: { ...context.limits, timeoutSec },
    files: packLayer(layer(groups, texts)),
    mounts: [tool.mount],
    labels: context.labels,
    // Half of it is kept from the beginning, and more is never written.
    outputBytes: 2 * outputBytes,
    signal: context.signal,
  });
  throwIfAborted(result, context.signal);
  const outputs = readOutput(outputText(result.stdout), outputText(result.stderr));
  const ended = endOf(result, timeoutSec);
  return groups.map((group, index) => resultsOf(group, index, outputs, ended));
}

function resultsOf(
  group: SearchGroup,
  index: number,
  outputs: ReadonlyMap<string, GroupOutput>,
  ended: string | null,
): RuleResult[] {
  if (group.files.length === 0) return group.rules.map(() => nothing);
  const together = outputs.get(String(index));
  const isRefused = together?.refused === true;
  return group.rules.map((_, at) => {
    const own = isRefused
      ? [...outputs].filter(([name]) => name.startsWith(`${index}/${at}-`)).map(([, output]) => output)
      : together === undefined
        ? []
        : [together];
    const problem =
      own.find((output) => output.problem !== null)?.problem ??
      (own.length === 0 || own.some(({ isWhole }) => !isWhole)
        ? (ended ?? 'ast-grep did not come to it')
        : null) ??
      own
        .map(({ scanned, skipped }) => countProblem(scanned, skipped, group.files.length))
        .find((each) => each !== null) ??
      null;
    return {
      matches: own
        .flatMap(({ matches }) =>
          matches.flatMap(({ rule, file, ...match }) => {
            const [side = '', name = ''] = file.split('/');
            const of = group.files[Number.parseInt(name, 10)];
            return Number.parseInt(rule, 10) !== at || of === undefined || of.side !== side
              ? []
              : [{ side: of.side, path: of.path, ...match }];
          }),
        )
        .toSorted(byPlace),
      problem,
      cut: own.some(({ cut }) => cut),
    };
  });
}

/** What ast-grep leaves out it leaves out in silence. */
function countProblem(scanned: number | null, skipped: number | null, files: number): string | null {
  if (scanned === files && skipped === 0) return null;
  return `ast-grep looked at ${scanned === null ? 'no' : scanned - (skipped ?? 0)} of ${files} files`;
}

function byPlace(a: SearchMatch, b: SearchMatch): number {
  const [one, other] = [`${a.side} ${a.path}`, `${b.side} ${b.path}`];
  return one < other ? -1 : one > other ? 1 : a.line - b.line;
}

function endOf(
  { end, exitCode, stderr }: { end: string; exitCode: number | null; stderr: CapturedOutput },
  timeoutSec: number,
): string | null {
  if (end === 'timeout') return `ast-grep did not end within ${timeoutSec} s`;
  if (end === 'oom') return 'ast-grep ran out of memory';
  if (end !== 'exited') return `the container of ast-grep ended: ${end}`;
  if (exitCode === cannotRun || exitCode === 126 || exitCode === 127)
    return `ast-grep cannot run in the image of the task: ${boundedLine(outputText(stderr), 200)}`;
  return exitCode === 0 ? null : `ast-grep ended with exit code ${exitCode}`;
}

const nothing: RuleResult = { matches: [], problem: null, cut: false };

function failed(problem: string): RuleResult {
  return { matches: [], problem, cut: false };
}

function* layer(groups: readonly SearchGroup[], texts: ReadonlyMap<Digest, string>): Generator<LayerEntry> {
  const dialects = groups.map(({ language, files }) => files.map(({ path }) => dialectOf(language, path)));
  yield* programEntries(
    groups,
    dialects.map((each) => [...new Set(each.map(({ language }) => language))].toSorted()),
  );
  for (const [index, { files }] of groups.entries()) {
    for (const side of ['before', 'after']) yield { path: `${groupDir(index)}/${side}`, type: 'dir' };
    for (const [at, { side, digest }] of files.entries()) {
      const name = neutralName(side, at, dialects[index]?.[at]?.extension ?? '');
      yield {
        path: `${groupDir(index)}/${name}`,
        type: 'file',
        // A file without a byte is one that ast-grep passes over, and counts as such.
        content: withoutIgnores(texts.get(digest) ?? '') || '\n',
      };
    }
  }
}
