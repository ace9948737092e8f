import { resolve } from 'node:path';
import { digestOf, sha256 } from '../../harness/domain/digest.ts';
import { AssayError, inputError, type Problem } from '../../harness/domain/errors.ts';
import { isWithin, readBytes } from '../../harness/plan/read-file.ts';
import { pinOf } from '../../harness/tools/pins.ts';
import type { ScorerKind } from '../scorer.ts';
import { calibrateStatic } from './calibrate.ts';
import { type ChosenTool, levelProblems, openTool, packagesOf, suitingTools, toolEntries } from './choose.ts';
import { StaticEntry } from './options.ts';
import { parseApart } from './parse-apart.ts';
import { scoreStatic } from './score.ts';
import type { StaticScorer } from './scorer-parts.ts';
import { textTools, toolAdapters } from './tools/registry.ts';
import { scorerName, scorerVersion } from './verdict.ts';

const toolKinds = { adapters: toolAdapters, texts: textTools };
const maxSuiteFileBytes = 4 * 1024 ** 2;

/** New findings of analysis tools, held against those that they have on the base. */
export const staticKind: ScorerKind<typeof StaticEntry> = {
  name: scorerName,
  schema: StaticEntry,
  async open(entry, { suiteDir }) {
    const exclude = entry.exclude ?? [];
    const readSuiteFile = async (path: string) => {
      const place = resolve(suiteDir, path);
      if (!isWithin(suiteDir, place))
        throw inputError(`${path} lies outside of the suite's folder`, {
          fix: 'copy it into the suite, and name it relative to the folder of suite.yaml',
        });
      const read = await readBytes(place, { maxBytes: maxSuiteFileBytes, within: suiteDir });
      if (read.ok) return read.bytes;
      throw inputError(`${path} ${read.message}`, { fix: read.fix });
    };
    const tools = entry.tools === undefined ? null : toolEntries(entry.tools, toolKinds);
    const problems = levelProblems(entry.levels, tools, toolKinds);
    const opening = tools?.map((tool) => openTool(tool, exclude, readSuiteFile)) ?? [];
    problems.push(...(await Promise.allSettled(opening)).flatMap(problemsOfOpening));
    if (problems.length > 0) throw inputError('the tools cannot be used', { problems });
    const chosen = tools === null ? null : await Promise.all(opening);
    const scorer: StaticScorer = {
      options: entry,
      toolsFor: async (base) => chosen ?? suitingTools(base, toolKinds, exclude),
      parse: ({ adapter }, output, input) => parseApart(adapter.name, output, input),
    };
    return {
      name: scorerName,
      version: scorerVersion,
      config: digestOf({ entry, tools: chosen === null ? everyTool() : chosen.map(identityOf) }),
      calibrate: (context) => calibrateStatic(scorer, context),
      score: (context) => scoreStatic(scorer, context),
    };
  },
};

function problemsOfOpening(opened: PromiseSettledResult<ChosenTool>): readonly Problem[] {
  if (opened.status === 'fulfilled') return [];
  if (opened.reason instanceof AssayError && opened.reason.kind === 'input') return opened.reason.problems;
  throw opened.reason;
}

/** All that makes a tool's report what it is, but for the tree. */
function identityOf(tool: ChosenTool) {
  return {
    label: tool.label,
    tool: tool.adapter.name,
    revision: tool.adapter.revision,
    pins: packagesOf(tool).map((name) => (typeof name === 'string' ? pinOf(name).digest : name)),
    files: [...tool.suiteFiles].map(([path, content]) => [path, sha256(content)]),
  };
}

/** Which of them are used, the base decides, which is part of every verdict's key itself. */
function everyTool() {
  const usable = [...toolKinds.adapters, ...toolKinds.texts].filter(({ suits }) => suits !== undefined);
  return usable.map((adapter) => ({
    tool: adapter.name,
    revision: adapter.revision,
    pins:
      'plan' in adapter
        ? adapter
            .packages(adapter.options.parse({}))
            .map((name) => (typeof name === 'string' ? pinOf(name).digest : name))
        : [],
  }));
}
