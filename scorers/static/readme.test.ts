import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { knownFields } from '../../harness/plan/schema-shape.ts';
import { textTools, toolAdapters } from './tools/registry.ts';

const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
const tools = [...toolAdapters, ...textTools];

/** Cells of the rows of the table under a heading, the head left out. */
function rows(heading: string): string[][] {
  const [, after = ''] = readme.split(`\n${heading}\n`);
  const [section = ''] = after.split(/\n##+ /);
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Names in code spans, those in parentheses left out. */
function names(cell = ''): string[] {
  return [...cell.replaceAll(/\([^)]*\)/g, '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

it('the README names every tool and every option of it, and no other', () => {
  const told = rows('## Tools').map((cells) => [names(cells[0])[0], names(cells[3]).toSorted()]);
  const sarif = rows('### Any tool that prints SARIF').flatMap(([option]) => names(option));
  const expected = tools.map(({ name, options }) => [name, knownFields(options, []).toSorted()]);
  expect(Object.fromEntries([...told, ['sarif', sarif.toSorted()]])).toEqual(Object.fromEntries(expected));
});

it('the README says which tools look at changed files only', () => {
  for (const [name, , again] of rows('## Tools')) {
    const tool = toolAdapters.find((each) => each.name === names(name)[0]);
    const options = tool?.options.safeParse({});
    if (tool === undefined || options?.success !== true) continue;
    const expected = tool.reach(options.data) === 'file' ? 'changed files' : 'everything';
    expect([tool.name, again]).toEqual([tool.name, expected]);
  }
});
