import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { keepContent } from '../../../harness/store/evidence.ts';
import { type InstalledTool, toolsDir } from '../../../harness/tools/toolbox.ts';
import { staticDir } from '../../static/tool.ts';
import { boundedLine } from '../../text.ts';
import type { AskedCheck, CheckAnswer, CheckTools } from './check.ts';
import { evidenceName, failed, unknown } from './command-answers.ts';
import { lastLineOf, outputText, runCheckContainer } from './container.ts';

/** Where our program and its request lie in the container. */
const folder = staticDir('export');
const assets = join(import.meta.dirname, 'export-assets');
const maxOutputBytes = 32 * 1024 ** 2;
/** Longest type in a message, in UTF-16 units. */
const maxType = 240;

/** What our program says of one check. `expected` and `actual` are types, as their language writes them. */
const Answer = z.strictObject({
  id: z.string(),
  outcome: z.enum(['pass', 'fail', 'unknown']),
  message: z.string(),
  expected: z.string().optional(),
  actual: z.string().optional(),
});
type Answer = z.infer<typeof Answer>;

/** One per module, in the request's order. */
const Results = z.array(
  z.union([z.strictObject({ problem: z.string() }), z.strictObject({ answers: z.array(Answer) })]),
);

interface Checker {
  /** Our program, of files in `export-assets/`: first the one that is started. */
  program: readonly [string, ...string[]];
  /** Packages of the toolbox that it needs. */
  tools: readonly string[];
  /** What starts it, by the paths of program and request. */
  command(program: string, request: string): string[];
  /** What it is told besides modules and checks. */
  settings: Readonly<Record<string, unknown>>;
}

/**
 * Asks about exported names in one container, in which nothing of the candidate's runs: a program of ours reads its
 * sources. Throws as `RunChecks` does.
 */
export async function runChecker(
  checks: readonly AskedCheck<'export'>[],
  tools: CheckTools,
  checker: Checker,
): Promise<CheckAnswer[]> {
  const { context } = tools;
  const installed = await Promise.all(checker.tools.map((name) => context.toolbox.get(name, context.signal)));
  const modules = Map.groupBy(checks, ({ given }) => given.module);
  const request = {
    workdir: context.workspace.workdir,
    // The container needs a moment to start and to end.
    timeoutMs: Math.max(1000, (tools.timeoutSec - 3) * 1000),
    ...checker.settings,
    modules: [...modules].map(([module, asked]) => ({
      module,
      checks: asked.map(({ id, given }) => ({ id, ...given })),
    })),
  };
  const file = (name: string, content: string) => ({
    path: `${folder}/${name}`,
    type: 'file' as const,
    content,
  });
  const program = checker.program.map(async (name) => file(name, await readFile(join(assets, name), 'utf8')));
  const run = await runCheckContainer(tools, {
    runs: 'tool',
    command: checker.command(`${folder}/${checker.program[0]}`, `${folder}/request.json`),
    entries: [
      { path: folder, type: 'dir' },
      ...(await Promise.all(program)),
      file('request.json', JSON.stringify(request)),
    ],
    mounts: mountsOf(installed),
    outputBytes: maxOutputBytes,
    env: { HOME: '/tmp', NODE_OPTIONS: '', NODE_PATH: '' },
  });
  const problem =
    run.problem ??
    (run.exitCode === 0 ? null : `it failed: ${lastLineOf(run.stderr) || lastLineOf(run.stdout)}`);
  const results = problem === null ? readResults(outputText(run.stdout)) : null;
  const reason = `the types could not be compared: ${problem ?? 'what was printed cannot be read'}`;
  if (results === null) return checks.map(({ id }) => unknown(id, reason));
  const answers = await Promise.all(
    results.flatMap((result) => ('answers' in result ? result.answers : [])).map((each) => keep(each, tools)),
  );
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  return [...modules.values()].flatMap((asked, place) => {
    const result = results[place];
    const why = result !== undefined && 'problem' in result ? result.problem : 'it was not answered';
    return asked.map(({ id }) => byId.get(id) ?? unknown(id, `the types could not be compared: ${why}`));
  });
}

function mountsOf(installed: readonly InstalledTool[]) {
  return installed.map(({ mount }) => mount);
}

/** A file of a pinned tool in the container. */
export function inTool(tool: string, path: string): string {
  return `${toolsDir}/${tool}/${path}`;
}

function readResults(text: string) {
  try {
    return Results.parse(JSON.parse(text));
  } catch {
    // Cut off or not JSON: it is said that it cannot be read.
    return null;
  }
}

async function keep(
  { id, outcome, message, expected, actual }: Answer,
  tools: CheckTools,
): Promise<CheckAnswer> {
  if (outcome === 'pass') return { id, outcome, message: '', evidence: [] };
  const types = [expected, actual].filter((each) => each !== undefined);
  // A type may be longer than any message: it is cut there, and whole in the evidence.
  const short = types.reduce((text, type) => text.replaceAll(type, boundedLine(type, maxType)), message);
  const evidence =
    types.length === 0
      ? []
      : [
          await keepContent(
            tools.context.store,
            evidenceName(id, '.txt'),
            `${message}\n\nexpected: ${expected ?? ''}\nactual:   ${actual ?? ''}\n`,
            65_536,
          ),
        ];
  return outcome === 'fail' ? failed(id, short, evidence) : unknown(id, short, evidence);
}
