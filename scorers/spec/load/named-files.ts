import type { FieldPath } from '../../../harness/plan/place.ts';
import type { Cases } from '../../tests/blackbox/cases.ts';
import { contentFiles, resolveCases } from '../../tests/blackbox/resolve-cases.ts';
import {
  CasesFile,
  type CommandCase,
  type RequestCase,
  type StepsCase,
} from '../../tests/blackbox/schema.ts';
import type { SpecCheck } from '../spec.ts';

/** What a named file is taken for. */
export type FileUse = 'content' | 'json-schema' | 'openapi' | 'property' | 'patch';

/** A file that a spec names, relative to the task's folder, and the field that names it. */
export interface NamedFile {
  name: string;
  field: FieldPath;
  use: FileUse;
}

/** What a check runs or asks, as the one case of a `cases.yaml`. */
export interface CheckCase {
  given:
    | { kind: 'command'; given: CommandCase }
    | { kind: 'request'; given: RequestCase }
    | { kind: 'steps'; given: StepsCase };
  /** Where its fields stand in the document. */
  path: FieldPath;
}

const name = 'case';
const file = CasesFile.parse({ cases: [{ name }] });

/** What a check runs or asks; `path` is where what it says stands. null: it does neither. */
export function caseOf(check: SpecCheck, path: FieldPath): CheckCase | null {
  switch (check.kind) {
    case 'command':
      return { given: { kind: 'command', given: { ...check.given, name } }, path };
    case 'request':
      return { given: { kind: 'request', given: { ...check.given, name } }, path };
    case 'steps':
      return { given: { kind: 'steps', given: { ...check.given, name } }, path };
    case 'schema': {
      const { of } = check.given;
      if ('command' in of)
        return {
          given: { kind: 'command', given: { ...of.command, name } },
          path: [...path, 'of', 'command'],
        };
      const given = { name, request: of.request, expect: { headers: {} } };
      return { given: { kind: 'request', given }, path: [...path, 'of'] };
    }
    default:
      return null;
  }
}

/** Every file that a check names; `path` is where what it says stands in the document. */
export function filesOfCheck(check: SpecCheck, path: FieldPath): NamedFile[] {
  const found: NamedFile[] = [];
  const asked = caseOf(check, path);
  if (asked !== null)
    // Their places begin with `cases[0]`.
    for (const each of contentFiles({ file, cases: [asked.given] }))
      found.push({ name: each.name, field: [...asked.path, ...each.path.slice(2)], use: 'content' });
  if (check.kind === 'property')
    found.push({ name: check.given.file, field: [...path, 'file'], use: 'property' });
  if (check.kind !== 'schema') return found;
  const { json_schema, openapi } = check.given;
  if (typeof json_schema === 'string')
    found.push({ name: json_schema, field: [...path, 'json_schema'], use: 'json-schema' });
  if (openapi !== undefined) found.push({ name: openapi, field: [...path, 'openapi'], use: 'openapi' });
  return found;
}

/** A case with the contents of the files that it names; `files` must hold all of them. */
export function resolveCase({ given }: CheckCase, files: ReadonlyMap<string, Uint8Array>): Cases {
  const contents = new Map([...files].map(([path, bytes]) => [path, { bytes, isProgram: false }]));
  return resolveCases({ file, cases: [given] }, contents);
}
