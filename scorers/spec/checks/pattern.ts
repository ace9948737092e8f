import { AssayError, messageOf } from '../../../harness/domain/errors.ts';
import { keepContent } from '../../../harness/store/evidence.ts';
import { bounded, boundedLine } from '../../text.ts';
import type { GivenCheck } from '../schema.ts';
import { readTrees, type SelectedFiles, selectFiles, type Trees } from '../search/files.ts';
import { languageNamed } from '../search/languages.ts';
import { type SearchGroup, type SearchMatch, type SearchRule, searchCode } from '../search/search.ts';
import type { AskedCheck, CheckAnswer, CheckTools, RunChecks } from './check.ts';
import { judgePattern } from './judge-pattern.ts';

/** A check whose files are known. */
interface Prepared {
  check: AskedCheck<'pattern'>;
  language: string;
  files: SelectedFiles;
}

/**
 * Looks for all patterns of a spec with ast-grep, in one container. `unknown`: a language, glob or pattern that cannot be
 * used, no file to look at, a file that cannot be parsed or is too large, and whatever ends ast-grep early.
 */
export const runPatternChecks: RunChecks<'pattern'> = async (checks, tools) => {
  if (checks.length === 0) return [];
  const trees = await readTrees(tools.context);
  const prepared = checks.map((check) => prepare(check, trees));
  const able = prepared.filter((each) => 'files' in each);
  const results = await searchCode(tools.context, able.map(groupOf), tools.timeoutSec);
  const answers: CheckAnswer[] = prepared.filter((each) => 'outcome' in each);
  for (const [index, { check, files }] of able.entries()) {
    const { rules, left } = results[index] ?? { rules: [], left: [] };
    const changed = new Set(files.changed.map(({ path }) => path));
    const judged = judgePattern(check.given, {
      files: files.all.length,
      changed,
      left,
      found: rules[0],
      errors: rules[1],
    });
    answers.push({
      id: check.id,
      outcome: judged.outcome,
      message: judged.message,
      evidence: await keepMatches(tools, check.id, judged.matches),
    });
  }
  return answers;
};

function prepare(check: AskedCheck<'pattern'>, trees: Trees): Prepared | CheckAnswer {
  const unknown = (message: string): CheckAnswer => ({
    id: check.id,
    outcome: 'unknown',
    message,
    evidence: [],
  });
  const { language: name, files } = check.given;
  const language = languageNamed(name);
  if (language === null) return unknown(`${boundedLine(name, 40)} is no language that ast-grep knows`);
  try {
    const selected = selectFiles(trees, language, files);
    if (selected.all.length === 0) return unknown(`there is no file of ${language} to look at`);
    return { check, language, files: selected };
  } catch (error) {
    if (error instanceof AssayError && error.kind === 'input')
      return unknown(boundedLine(messageOf(error), 300));
    throw error;
  }
}

function groupOf({ check: { given }, language, files }: Prepared): SearchGroup {
  const before = files.changed.filter(({ side }) => side === 'before');
  const isForbidden = given.must_not !== undefined || given.must_not_rule !== undefined;
  return {
    language,
    rules: [{ languages: null, given: ruleOf(given) }, ...(isForbidden ? [errorRule] : [])],
    files: given.only_new === true ? files.changed : isForbidden ? [...before, ...files.all] : files.all,
  };
}

/** Where a file cannot be parsed, something forbidden may stand unseen. */
const errorRule: SearchRule = { languages: null, given: { rule: { kind: 'ERROR' } } };

/** A rule object may be the inner one alone, or stand under `rule` beside what it refers to. */
function ruleOf({
  must,
  must_not,
  must_rule,
  must_not_rule,
}: GivenCheck<'pattern'>): Record<string, unknown> {
  const pattern = must ?? must_not;
  if (pattern !== undefined) return { rule: { pattern } };
  const rule = must_rule ?? must_not_rule ?? {};
  if (!('rule' in rule)) return { rule };
  const known = ['rule', 'constraints', 'utils', 'transform'];
  return Object.fromEntries(Object.entries(rule).filter(([name]) => known.includes(name)));
}

/** How many matches are kept, and how much of each. */
const keptMatches = 1000;
const keptCharacters = 1000;

async function keepMatches(
  { context }: CheckTools,
  id: string,
  matches: readonly SearchMatch[],
): Promise<CheckAnswer['evidence']> {
  if (matches.length === 0) return [];
  const shown = matches
    .slice(0, keptMatches)
    .map(({ path, line, text }) => ({ path, line, text: bounded(text, keptCharacters) }));
  const content = `${JSON.stringify({ total: matches.length, matches: shown }, null, 2)}\n`;
  return [await keepContent(context.store, `${id}.matches.json`, content)];
}
