import { indentStep } from '../edit.ts';
import { textOf } from '../tree.ts';
import { plainString } from './syntax.ts';
import type { TestFileOutline } from './tests.ts';

/** How the file is written. */
export interface Manner {
  quote: string;
  /** `;` or nothing. */
  end: string;
  step: string;
  /** The beginning of a function. */
  heading: string;
}

/** After the file's first test, in the usual way where there is none. */
export function mannerOf(source: string, { tests }: TestFileOutline): Manner {
  const [first] = tests;
  const isDouble = tests.some(({ name }) => plainString(source, name) !== null && source[name.from] === '"');
  const statement = first && textOf(source, first.loop?.inner ?? first.statement);
  return {
    quote: isDouble ? '"' : "'",
    end: statement === undefined || statement.endsWith(';') ? ';' : '',
    step: indentStep(source, '  '),
    heading: first?.callback.node.name === 'FunctionExpression' ? 'function () {' : '() => {',
  };
}
