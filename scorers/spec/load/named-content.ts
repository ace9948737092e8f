import { join } from 'node:path';
import { AssayError, inputError, messageOf, type Problem } from '../../../harness/domain/errors.ts';
import { parseYamlWithPlaces } from '../../../harness/plan/parse-yaml.ts';
import { type PlacedValue, problemAt, show } from '../../../harness/plan/place.ts';
import { readBytes } from '../../../harness/plan/read-file.ts';
import { hashedFolders } from '../../../harness/plan/task-files.ts';
import { boundedLine } from '../../text.ts';
import { compileJsonSchema } from './json-schema.ts';
import { languageOf } from './language.ts';
import type { FileUse, NamedFile } from './named-files.ts';
import { openapiProblem } from './openapi.ts';

const mebibyte = 1024 ** 2;
const maxBytes: Readonly<Record<FileUse, number>> = {
  content: 16 * mebibyte,
  'json-schema': 4 * mebibyte,
  openapi: 4 * mebibyte,
  property: mebibyte,
  patch: 16 * mebibyte,
};
/** Of all files that a spec names together. */
const maxTotalBytes = 64 * mebibyte;

/**
 * Reads the files that a spec names, each once. What is wrong with them comes back as problems of the fields that name
 * them. `isTask`: the folder is a task, whose verdicts are kept by its content.
 */
export async function readNamed(
  folder: string,
  named: readonly NamedFile[],
  { document, isTask }: { document: PlacedValue; isTask: boolean },
): Promise<{ files: Map<string, Buffer>; problems: Problem[] }> {
  const files = new Map<string, Buffer>();
  const faults = new Map<string, Fault | null>();
  const problems: Problem[] = [];
  let total = 0;
  for (const { name, field, use } of named) {
    const refuse = ({ message, fix }: Fault) =>
      problems.push(problemAt(document, field, `${show(name)} ${message}`, fix));
    const key = JSON.stringify([name, use]);
    const before = faults.get(key);
    if (before !== undefined) {
      if (before !== null) refuse(before);
      continue;
    }
    const read = await readOne(folder, name, { use, isTask });
    const fault = 'bytes' in read ? contentFault(name, use, read.bytes) : read;
    faults.set(key, fault);
    if (fault !== null) refuse(fault);
    if (!('bytes' in read)) continue;
    if (!files.has(name)) total += read.bytes.length;
    files.set(name, read.bytes);
    if (total <= maxTotalBytes) continue;
    const size = `${maxTotalBytes / mebibyte} MiB`;
    refuse({ message: `and the files named before it hold more than ${size}`, fix: 'make them smaller' });
    break;
  }
  return { files, problems };
}

async function readOne(
  folder: string,
  name: string,
  { use, isTask }: { use: FileUse; isTask: boolean },
): Promise<{ bytes: Buffer } | Fault> {
  const top = name.split('/')[0] ?? '';
  // It could change without the task becoming another, and kept verdicts would be believed.
  if (isTask && use !== 'patch' && (!name.includes('/') || !hashedFolders.includes(top)))
    return { message: 'lies outside of what makes up a task', fix: 'move it below spec/' };
  return readBytes(join(folder, name), { maxBytes: maxBytes[use], within: folder });
}

interface Fault {
  message: string;
  fix: string;
}

/** What is wrong with the content of a file, for what it is taken for; null where nothing is. */
function contentFault(name: string, use: FileUse, bytes: Buffer): Fault | null {
  switch (use) {
    case 'content':
      return null;
    case 'patch':
      return bytes.length === 0 ? { message: 'is empty', fix: 'put a diff into it' } : null;
    case 'property':
      return propertyFault(name, bytes.toString());
    default: {
      const value = parseDocument(name, bytes);
      if ('fault' in value) return value.fault;
      if (use === 'openapi') return openapiProblem(value.value);
      const compiled = compileJsonSchema(value.value);
      return 'message' in compiled ? { message: compiled.message, fix: 'correct the schema' } : null;
    }
  }
}

/** A document that a spec names: JSON, or YAML by its name. */
export function parseDocument(name: string, bytes: Buffer): { value: unknown } | { fault: Fault } {
  const text = bytes.toString();
  try {
    return {
      value: /\.ya?ml$/i.test(name) ? parseYamlWithPlaces(text, name).value : JSON.parse(text),
    };
  } catch (error) {
    const first = error instanceof AssayError ? error.problems[0] : undefined;
    const where = first?.line === undefined ? '' : ` in line ${first.line}`;
    const words = boundedLine(first?.message ?? messageOf(error), 200);
    return { fault: { message: `cannot be read${where}: ${words}`, fix: 'correct the file' } };
  }
}

const libraries = {
  javascript: {
    library: 'fast-check',
    word: /['"]fast-check['"]/,
    tests: /['"]node:test['"]/,
    from: 'node:test',
  },
  python: {
    library: 'hypothesis',
    word: /^\s*(?:from|import)\s+hypothesis\b/m,
    tests: /^\s*(?:from|import)\s+unittest\b/m,
    from: 'unittest',
  },
} as const;

function propertyFault(name: string, text: string): Fault | null {
  const { library, word, tests, from } = libraries[languageOf(name) === 'python' ? 'python' : 'javascript'];
  if (!word.test(text))
    return { message: `does not import ${library}`, fix: `write its properties with ${library}` };
  if (!tests.test(text))
    return { message: `does not look like a file of tests: it does not import ${from}`, fix: `use ${from}` };
  return null;
}

/** The error that carries all that is wrong with a spec. */
export function specError(file: string, problems: readonly Problem[]) {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return inputError(`${file} cannot be used: ${count}`, { problems });
}
