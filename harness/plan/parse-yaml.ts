import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import { type AssayError, inputError, messageOf, type Problem } from '../domain/errors.ts';
import { type FieldPath, type PlacedValue, show } from './place.ts';

/** How often aliases may be expanded: enough to share a block, too little for a bomb. */
const maxAliasCount = 100;
/** After the first few, syntax errors are echoes of each other. */
const maxShown = 5;

/**
 * Reads one YAML 1.2 document: core schema, unique string keys, no merge keys, no custom tags. Throws AssayError
 * `input` with one problem per syntax error.
 */
export function parseYamlWithPlaces(text: string, file: string): PlacedValue {
  const counter = new LineCounter();
  const lineAt = (offset: number) => counter.linePos(offset).line;
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    merge: false,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: false,
    lineCounter: counter,
  });
  const faults = [...document.errors, ...document.warnings].slice(0, maxShown).map((error): Problem => {
    const words = inWords(error.code, error.message);
    return { file, line: lineAt(error.pos[0]), ...words };
  });
  if (faults.length === 0) faults.push(...danglingAliases(document, file, lineAt));
  if (faults.length > 0) throw yamlError(file, faults);
  const value = toValue(document, file);
  return { file, value, lineOf: (path) => lineOf(document, path, lineAt) };
}

/** Found here and not by `toJS`, which does not say where. */
function danglingAliases(document: Document, file: string, lineAt: (offset: number) => number): Problem[] {
  const faults: Problem[] = [];
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return;
      faults.push({
        file,
        ...(node.range ? { line: lineAt(node.range[0]) } : {}),
        message: `nothing before it is named ${show(node.source)}`,
        fix: 'put the value in quotes if it is to begin with "*"',
      });
    },
  });
  return faults;
}

function toValue(document: Document, file: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount });
    // Throws where an alias stands inside what it names.
    JSON.stringify(value);
    return value;
  } catch (error) {
    const circular = error instanceof TypeError;
    throw yamlError(file, [
      {
        file,
        message: circular ? 'an alias stands inside the block that it names' : plain(messageOf(error)),
        fix: 'write the value out instead of using an alias',
      },
    ]);
  }
}

function yamlError(file: string, problems: Problem[]): AssayError {
  return inputError(`${file} is not valid YAML`, { problems });
}

function inWords(code: string, message: string): { message: string; fix: string } {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { message: 'the same field is written twice', fix: 'remove one of the two' };
    case 'MULTIPLE_DOCS':
      return { message: 'a second YAML document begins here', fix: 'remove the "---" and what follows' };
    case 'TAG_RESOLVE_FAILED':
      return { message: plain(message), fix: 'remove the tag; quote a value that begins with "!"' };
    case 'TAB_AS_INDENT':
      return { message: 'a tab is used for indentation', fix: 'indent with spaces' };
    case 'NON_STRING_KEY':
      return { message: 'a field name must be text', fix: 'write a plain word before the colon' };
    case 'RESOURCE_EXHAUSTION':
      return { message: 'nested too deeply', fix: 'flatten the document' };
    default:
      return { message: plain(message), fix: 'correct the YAML here; check indentation and quotes' };
  }
}

function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200);
}

function lineOf(document: Document, path: FieldPath, lineAt: (offset: number) => number): number | undefined {
  let node: unknown = document.contents;
  let line = startOf(node, lineAt);
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => String(isScalar(item.key) ? item.key.value : item.key) === String(key),
      );
      if (pair === undefined) break;
      line = startOf(pair.key, lineAt) ?? line;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      node = node.items[key];
      line = startOf(node, lineAt) ?? line;
    } else break;
  }
  return line;
}

function startOf(node: unknown, lineAt: (offset: number) => number): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range ? lineAt(range[0]) : undefined;
}
