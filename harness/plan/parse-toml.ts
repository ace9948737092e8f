import { type AST, ParseError, parseTOML } from 'toml-eslint-parser';
import { type AssayError, inputError, type Problem } from '../domain/errors.ts';
import type { FieldPath, PlacedValue } from './place.ts';

type Table = Record<string, unknown>;

/** Reads a TOML 1.0 document. Throws AssayError `input` naming the line of the first syntax error. */
export function parseTomlWithPlaces(text: string, file: string): PlacedValue {
  try {
    const lines = new Map<string, number>();
    const value = readProgram(parseTOML(text, { tomlVersion: '1.0' }), lines);
    return { file, value, lineOf: (path) => nearestLine(lines, path) };
  } catch (error) {
    if (error instanceof ParseError) {
      throw tomlError(file, {
        file,
        line: lineOfError(error),
        message: error.message.replaceAll(/\p{Cc}+/gu, ' '),
        fix: 'correct the TOML here',
      });
    }
    if (error instanceof RangeError)
      throw tomlError(file, { file, message: 'nested too deeply', fix: 'flatten the document' });
    throw error;
  }
}

/** What is missing at the end of a line is found missing at the beginning of the next. */
function lineOfError({ lineNumber, column, message }: ParseError): number {
  const isMissing = /^(Unspecified|Unterminated|Missing|Expected)/.test(message);
  return column === 0 && isMissing ? Math.max(1, lineNumber - 1) : lineNumber;
}

function tomlError(file: string, problem: Problem): AssayError {
  return inputError(`${file} is not valid TOML`, { problems: [problem] });
}

/** The parser's own `getStaticTOMLValue` follows `__proto__` into Object.prototype; this one cannot. */
function readProgram(program: AST.TOMLProgram, lines: Map<string, number>): Table {
  const root: Table = {};
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLTable') {
      const table = reach(root, node.resolvedKey, node.loc.start.line, lines);
      for (const pair of node.body) readPair(table, node.resolvedKey, pair, lines);
    } else readPair(root, [], node, lines);
  }
  return root;
}

function readPair(table: Table, prefix: FieldPath, pair: AST.TOMLKeyValue, lines: Map<string, number>): void {
  const keys = pair.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
  const path = [...prefix, ...keys];
  const last = keys.pop();
  if (last === undefined) return;
  const line = pair.loc.start.line;
  const parent = reach(table, keys, line, lines, prefix);
  mark(lines, path, line);
  put(parent, last, readValue(pair.value, path, lines));
}

function readValue(node: AST.TOMLContentNode, path: FieldPath, lines: Map<string, number>): unknown {
  if (node.type === 'TOMLArray') {
    return node.elements.map((element, index) => {
      mark(lines, [...path, index], element.loc.start.line);
      return readValue(element, [...path, index], lines);
    });
  }
  if (node.type === 'TOMLInlineTable') {
    const table: Table = {};
    for (const pair of node.body) readPair(table, path, pair, lines);
    return table;
  }
  return node.value;
}

/** The table or array element at a path, made where it is missing. */
function reach(
  root: Table,
  path: readonly (string | number)[],
  line: number,
  lines: Map<string, number>,
  prefix: FieldPath = [],
): Table {
  let current: unknown = root;
  for (const [index, key] of path.entries()) {
    const holder = current as Table;
    if (!Object.hasOwn(holder, key)) put(holder, key, typeof path[index + 1] === 'number' ? [] : {});
    current = holder[key];
    mark(lines, [...prefix, ...path.slice(0, index + 1)], line);
  }
  return current as Table;
}

/** Defines, never assigns: `__proto__` becomes an ordinary field. */
function put(holder: Table, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function mark(lines: Map<string, number>, path: FieldPath, line: number): void {
  const key = JSON.stringify(path);
  if (!lines.has(key)) lines.set(key, line);
}

function nearestLine(lines: Map<string, number>, path: FieldPath): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const line = lines.get(JSON.stringify(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return undefined;
}
