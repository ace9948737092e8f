import type { SyntaxNode } from '@lezer/common';
import { maxRenamed } from '../language.ts';
import { sample } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { findAll, textOf } from '../tree.ts';
import { argumentsOf, inlineFunction, plainString } from './syntax.ts';
import type { TestFileOutline, TitledTest } from './tests.ts';

/** A test of the file's own, and the name that it gets. */
export interface Renamed {
  test: TitledTest;
  fresh: string;
}

/** What looks at the names of tests from outside of them. */
const asksForNames = /\bcurrentTestName\b|\.fullName\b|\btask\s*\.\s*name\b/;

/** Fresh names for all tests of the file that come out the same under any name. */
export function renamedTests(
  source: string,
  script: SyntaxNode,
  { titled }: TestFileOutline,
  fresh: () => string,
  random: RandomBelow,
): Renamed[] {
  if (asksForNames.test(source)) return [];
  const written = countOf(
    findAll(script, ({ name }) => name === 'String' || name === 'TemplateString').map(
      (node) => plainString(source, node) ?? textOf(source, node).slice(1, -1),
    ),
  );
  const titles = countOf(titled.map(({ title }) => title));
  const paths = countOf(titled.map(pathOf));
  const isFree = (test: TitledTest) =>
    // What else says the title may refer to the test.
    written.get(test.title) === titles.get(test.title) &&
    paths.get(pathOf(test)) === 1 &&
    isPlainTitle(source, test.title) &&
    !dependsOnName(source, test);
  const renamed: Renamed[] = [];
  for (const test of sample(titled, titled.length, random)) {
    if (renamed.length === maxRenamed) break;
    if (isFree(test)) renamed.push({ test, fresh: fresh() });
  }
  return renamed;
}

function pathOf({ group, title }: TitledTest): string {
  return JSON.stringify([...group.path, title]);
}

function countOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** Frameworks report it as it stands, and brackets at its end are none that a report adds. */
function isPlainTitle(source: string, title: string): boolean {
  return title !== '' && title.trim() === title && !title.includes('[') && !source.includes(`${title}[`);
}

/** Snapshots are kept by the name of their test. */
function dependsOnName(source: string, { statement, call }: TitledTest): boolean {
  const text = textOf(source, statement);
  if (/snapshot/i.test(text)) return true;
  const [context] = argumentsOf(call).flatMap((node) => inlineFunction(node)?.params ?? []);
  if (context === undefined) return false;
  const param = textOf(source, context);
  return context.name === 'VariableDefinition'
    ? new RegExp(`(?<![\\w$])${param.replaceAll('$', '\\$&')}\\s*\\.\\s*(?:name|task)\\b`).test(text)
    : /\b(?:name|task)\b/.test(param);
}
