import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError, type Problem } from '../../../harness/domain/errors.ts';
import { parseYamlWithPlaces } from '../../../harness/plan/parse-yaml.ts';
import { type FieldPath, problemAt, showPath } from '../../../harness/plan/place.ts';
import { readBytes, readTextFile } from '../../../harness/plan/read-file.ts';
import type { Cases } from './cases.ts';
import { type CheckedCases, checkCases } from './check-cases.ts';
import { contentFiles, resolveCases } from './resolve-cases.ts';
import { caseLimits } from './schema.ts';

const maxCasesBytes = 4 * 1024 ** 2;
/** Of all files that cases name together. */
const maxContentBytes = 64 * 1024 ** 2;

/** A file that a case names. */
export interface ContentFile {
  bytes: Uint8Array;
  isProgram: boolean;
}

/**
 * Reads a task's file of cases, `path` being relative to its `tests/`, and all files that it names. Throws AssayError
 * `input` with every problem found, each with file, line, field and fix.
 */
export async function loadCases(taskDir: string, path: string): Promise<Cases> {
  const folder = join(taskDir, 'tests');
  const file = showPath(join(folder, path));
  const text = await readTextFile(join(folder, path), { maxBytes: maxCasesBytes, within: folder, file });
  const document = parseYamlWithPlaces(text, file);
  const checked = checkCases(document);
  if ('problems' in checked) throw casesError(file, checked.problems);

  const read = await readContents(checked.cases, folder, 'tests/');
  if ('faults' in read)
    throw casesError(
      file,
      read.faults.map(({ path: field, message, fix }) => problemAt(document, field, message, fix)),
    );
  return resolveCases(checked.cases, read.contents);
}

/** What is wrong with a file that a case names, and where it does so. */
interface ContentFault {
  path: FieldPath;
  message: string;
  fix: string;
}

/** Reads all files that cases name, out of one folder; `shown` is put before their names in what is said of them. */
export async function readContents(
  checked: CheckedCases,
  folder: string,
  shown: string,
): Promise<{ contents: Map<string, ContentFile> } | { faults: ContentFault[] }> {
  const faults: ContentFault[] = [];
  const contents = new Map<string, ContentFile>();
  let bytes = 0;
  for (const { name, path } of contentFiles(checked)) {
    if (!contents.has(name)) {
      const read = await readContent(folder, name);
      if ('fix' in read) {
        faults.push({ path, message: `${shown}${name} ${read.message}`, fix: read.fix });
        continue;
      }
      contents.set(name, read);
      bytes += read.bytes.length;
    }
    if (bytes > maxContentBytes) {
      const message = `the files of all cases hold more than ${maxContentBytes / 1024 ** 2} MiB`;
      faults.push({ path, message, fix: 'make them smaller' });
      break;
    }
  }
  return faults.length > 0 ? { faults } : { contents };
}

async function readContent(
  folder: string,
  name: string,
): Promise<ContentFile | { message: string; fix: string }> {
  const path = join(folder, name);
  const read = await readBytes(path, { maxBytes: caseLimits.fileBytes, within: folder });
  if (!read.ok) return read;
  return { bytes: read.bytes, isProgram: ((await stat(path)).mode & 0o111) !== 0 };
}

function casesError(file: string, problems: Problem[]) {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return inputError(`${file} cannot be used: ${count}`, { problems });
}
