import { maxRenamed } from '../language.ts';
import { sample } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { textOf } from '../tree.ts';
import { endOf } from './syntax.ts';
import { type Group, type ModuleOutline, mayRepeat, type RealTest } from './tests.ts';

/** What looks at the names of tests from outside of them, or keeps something by them. */
const asksForNames =
  /\b_testMethodName\b|\bPYTEST_CURRENT_TEST\b|\brequest\.(?:node|function)\b|\.id\(\)|\bcurrentframe\b|\binspect\.stack\b|\bvcr\b|cassette/;

/** Fresh names for all tests of the file that come out the same under any name, by where their definitions begin. */
export function renamedTests(
  source: string,
  { all }: ModuleOutline,
  fresh: () => string,
  random: RandomBelow,
): Map<number, string> {
  if (asksForNames.test(source)) return new Map();
  const written = countOf(source.match(/\btest\w*/g) ?? []);
  const defined = countOf(all.map(({ name }) => name));
  const paths = countOf(all.map(pathOf));
  const ordered = new Set(
    [...new Set(all.map(({ group }) => group))].filter((group) => hasOrder(source, group, all)),
  );
  const isFree = (test: RealTest) =>
    // What else says the name may refer to the test.
    /^\w+$/.test(test.name) &&
    written.get(test.name) === defined.get(test.name) &&
    paths.get(pathOf(test)) === 1 &&
    test.group.isClosed &&
    !ordered.has(test.group) &&
    !dependsOnName(source, test);
  const chosen = sample(all.filter(isFree), maxRenamed, random);
  return new Map(chosen.map((test) => [test.nameNode.from, fresh()]));
}

function pathOf({ group, name }: RealTest): string {
  return [...group.path, name].join('.');
}

function countOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** The methods of test cases run in the order of their names, and some rely on it. */
function hasOrder(source: string, group: Group, all: readonly RealTest[]): boolean {
  if (!group.isTestCase || group.definition === null) return false;
  const text = textOf(source, group.definition.node);
  return (
    /\bdef setUpClass\b|\bglobal\s|\b(?:self\.__class__|type\(self\)|cls)\.\w+\s*[+-]?=[^=]/.test(text) ||
    all.some((test) => test.group === group && /^test_*(?:\d|[b-z]_)/i.test(test.name))
  );
}

/** Snapshots are kept by the name of their test; a decorator that is not known may do anything with it. */
function dependsOnName(source: string, { statement, node, nameNode, decorators }: RealTest): boolean {
  const text = source.slice(statement.from, nameNode.from) + source.slice(nameNode.to, endOf(source, node));
  const known = decorators.filter((one) => !/^@(?:pytest\.mark\.(?:skip|xfail)|unittest\.skip)/.test(one));
  // Hypothesis may draw its examples by the name.
  const draws = decorators.some((one) => /^@(?:hypothesis\.)?(?:given|settings|example)\b/.test(one));
  return draws || !mayRepeat(known) || /snapshot|\w_regression\b|mpl_image/i.test(text);
}
