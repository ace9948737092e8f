import type { Unspecified } from '../../../harness/domain/verdict.ts';
import { bounded, boundedLine } from '../../text.ts';
import type { CheckTools } from '../checks/check.ts';
import { readTrees, selectFiles } from '../search/files.ts';
import { type GroupResult, type SearchGroup, type SearchMatch, searchCode } from '../search/search.ts';
import type { Spec } from '../spec.ts';
import { moduleUse } from './modules.ts';
import javascript from './rules/javascript.json' with { type: 'json' };
import python from './rules/python.json' with { type: 'json' };

/** A rule of ours: where names stand, and what they are names of. */
interface Rule {
  /** A kind of behaviour, or `module`, `all` and `reexport`, which are made of one another below. */
  names: string;
  /** In place of the text that was matched; `$NAME` stands for what the rule captured. */
  what?: string;
  /** Dialects whose grammar knows its kinds; all by default. */
  languages?: readonly string[];
  rule: object;
  utils?: object;
}

const languages = {
  javascript: {
    language: 'JavaScript',
    files: ['**/*.{js,mjs,cjs,jsx,ts,mts,cts,tsx}'],
    rules: javascript as readonly Rule[],
  },
  python: { language: 'Python', files: ['**/*.{py,pyi}'], rules: python as readonly Rule[] },
} as const;
type Language = keyof typeof languages;

/** One thing that a file does. */
interface Use extends Unspecified {
  side: 'before' | 'after';
}

/** How much is listed: as much as a verdict holds. */
const listed = 100;

export interface UnspecifiedBehaviour {
  /** Sorted by path and line, at most 100; null where nothing could be looked at. */
  found: Unspecified[] | null;
  /** How many there are. */
  total: number;
  /** Why not all has been seen, in one line; null where it has. */
  problem: string | null;
}

/**
 * What the changed files do that the base's same files do not, and of which the spec does not speak: public exports,
 * environment variables, and ways to the network, to files and to other programs, as rules of ast-grep see them in
 * TypeScript, JavaScript and Python. Exports that a criterion names and what the spec assumes are left out. A list for
 * people and no proof: behaviour can be hidden from rules. Throws `infrastructure` for engine, store and tool.
 */
export async function findUnspecified(spec: Spec, tools: CheckTools): Promise<UnspecifiedBehaviour> {
  const { context, timeoutSec } = tools;
  const trees = await readTrees(context);
  const names = Object.keys(languages) as Language[];
  const groups = names.map((name): SearchGroup => {
    const { language, files, rules } = languages[name];
    return {
      language,
      files: selectFiles(trees, language, files).changed,
      rules: rules.map(({ rule, utils, languages: dialects = null }) => ({
        languages: dialects,
        given: { rule, ...(utils === undefined ? {} : { utils }) },
      })),
    };
  });
  const results = await searchCode(context, groups, timeoutSec);
  const problem = problemOf(results);
  const isSeen = results.some(
    ({ rules }, index) => groups[index]?.files.length !== 0 && rules.some((rule) => rule.problem === null),
  );
  if (!isSeen && groups.some(({ files }) => files.length > 0))
    return { found: null, total: 0, problem: problem ?? 'nothing was looked at' };
  const uses = names.flatMap((name, index) => usesOf(name, results[index]));
  const found = newUses(uses).filter((use) => !isSpecified(use, spec));
  return { found: found.slice(0, listed), total: found.length, problem };
}

function problemOf(results: readonly GroupResult[]): string | null {
  const [failed] = results.flatMap(({ rules }) => rules.flatMap(({ problem }) => problem ?? []));
  if (failed !== undefined) return failed;
  const [left] = results.flatMap((result) => result.left);
  return left === undefined ? null : `${boundedLine(left.path, 200)} was not looked at: it ${left.reason}`;
}

/** What the matches of a language's rules say of each file. */
function usesOf(language: Language, result: GroupResult | undefined): Use[] {
  const { rules } = languages[language];
  const found = rules.flatMap((rule, index) =>
    (result?.rules[index]?.matches ?? []).map((match) => ({ rule, match, what: nameOf(rule, match) })),
  );
  // Where a module says what is public, the rest of it is not.
  const listing = new Set(found.flatMap(({ rule, match }) => (rule.names === 'all' ? [placeOf(match)] : [])));
  return found.flatMap(({ rule, match, what }): Use[] => {
    const use = (kind: Unspecified['kind'], name: string): Use[] => [
      { side: match.side, kind, what: bounded(name, 200), path: match.path, line: match.line },
    ];
    switch (rule.names) {
      case 'export':
        return listing.has(placeOf(match)) ? [] : use('export', what);
      case 'all':
        return use('export', what);
      case 'reexport':
        return /(?:^|\/)__init__\.pyi?$/.test(match.path) &&
          !listing.has(placeOf(match)) &&
          !what.startsWith('_')
          ? use('export', what)
          : [];
      case 'module': {
        const known = moduleUse(language, what);
        return known === null ? [] : use(known.kind, known.what);
      }
      case 'environment':
      case 'network':
      case 'file-system':
      case 'process':
        return use(rule.names, what);
      default:
        throw new Error(`a rule names ${rule.names}`);
    }
  });
}

function placeOf({ side, path }: SearchMatch): string {
  return `${side} ${path}`;
}

function nameOf({ what }: Rule, { text, captures }: SearchMatch): string {
  if (what === undefined) return text.replace(/^['"](.*)['"]$/s, '$1');
  return what.replace(/\$([A-Z]+)/g, (_, name: string) =>
    Object.hasOwn(captures, name) ? (captures[name] ?? '') : '',
  );
}

/** What the candidate's files do and the base's do not, once each, where it first stands. */
function newUses(uses: readonly Use[]): Unspecified[] {
  const keyOf = ({ kind, what }: Use) => JSON.stringify([kind, what]);
  const had = new Set(uses.filter(({ side }) => side === 'before').map(keyOf));
  const found = new Map<string, Unspecified>();
  for (const use of uses.filter(({ side }) => side === 'after').toSorted(byPlace)) {
    const { side: _, ...rest } = use;
    const key = keyOf(use);
    if (!had.has(key) && !found.has(key)) found.set(key, rest);
  }
  return [...found.values()];
}

function byPlace(a: Use, b: Use): number {
  const [one, other] = [JSON.stringify([a.path]), JSON.stringify([b.path])];
  if (one !== other) return one < other ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.what < b.what ? -1 : a.what > b.what ? 1 : 0);
}

function isSpecified({ kind, what, path }: Unspecified, { file, requirements }: Spec): boolean {
  const { assumed } = file;
  switch (kind) {
    case 'export':
      return (
        assumed.exports.includes(what) ||
        requirements.some(({ checks }) =>
          checks.some(
            (check) =>
              check.kind === 'export' &&
              check.given.name === what &&
              (what !== 'default' || check.given.module === path),
          ),
        )
      );
    case 'environment':
      return assumed.environment.includes(what);
    case 'network':
      return assumed.network;
    case 'file-system':
      return assumed.file_system;
    case 'process':
      return assumed.process;
  }
}
