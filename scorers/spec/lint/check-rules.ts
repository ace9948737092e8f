import { boundedLine } from '../../text.ts';
import type { PlacedCheck } from '../load/checks-of.ts';
import { parseDocument } from '../load/named-content.ts';
import type { SpecCheck } from '../spec.ts';
import type { Linted, PlacedFinding } from './finding.ts';
import { isTrivial, takesAnything, whyImpossible } from './json-schema.ts';

/** Fewer random inputs than this find only what nearly every input shows. */
const fewRuns = 20;

/** What is wrong with one check by itself; expectations of commands and requests have rules of their own. */
export function checkFindings({ check, path }: PlacedCheck, linted: Linted): PlacedFinding[] {
  const finding = (each: Omit<PlacedFinding, 'id' | 'at'>, field: string[] = []): PlacedFinding => ({
    id: check.id,
    ...each,
    at: [...path, ...field],
  });
  switch (check.kind) {
    case 'test':
      return 'pattern' in check.given && /^\*+$/.test(check.given.pattern)
        ? [
            finding({
              level: 'warning',
              rule: 'says-nothing',
              message: 'every test matches: it says no more than the gate on the tests',
              fix: 'name the tests that show this requirement',
            }),
          ]
        : [];
    case 'pattern':
      return patternFinding(check).map((each) => finding(each));
    case 'export':
      return check.given.signature === undefined
        ? [
            finding({
              level: 'note',
              rule: 'weak-export',
              message: `any value under the name ${check.given.name} will do`,
              fix: 'add signature: its type',
            }),
          ]
        : [];
    case 'property':
      return check.given.runs < fewRuns
        ? [
            finding(
              {
                level: 'warning',
                rule: 'weak-property',
                message: `${check.given.runs} random inputs find little`,
                fix: 'leave runs out (100), or ask for more',
              },
              ['runs'],
            ),
          ]
        : [];
    case 'schema':
      return schemaFindings(check.given, linted).map((each) => finding(each));
    default:
      return [];
  }
}

type Unplaced = Omit<PlacedFinding, 'id' | 'at'>;

/** A lone metavariable of ast-grep matches every piece of code. */
function patternFinding({ given }: Extract<SpecCheck, { kind: 'pattern' }>): Unplaced[] {
  const isAnything = (pattern: string | undefined) => /^\s*\${1,3}[A-Z_]*\s*$/.test(pattern ?? '');
  const fix = 'write code with metavariables in it, such as eval($$$)';
  if (isAnything(given.must))
    return [{ level: 'error', rule: 'cannot-fail', message: 'every code matches this pattern', fix }];
  if (isAnything(given.must_not))
    return [{ level: 'error', rule: 'cannot-pass', message: 'every code matches this pattern', fix }];
  return [];
}

function schemaFindings(
  { json_schema }: Extract<SpecCheck, { kind: 'schema' }>['given'],
  linted: Linted,
): Unplaced[] {
  if (json_schema === undefined) return [];
  const schema = typeof json_schema === 'string' ? documentOf(json_schema, linted) : json_schema;
  const reason = whyImpossible(schema);
  if (reason !== null)
    return [
      {
        level: 'error',
        rule: 'cannot-pass',
        message: `no value satisfies the schema: ${boundedLine(reason, 200)}`,
        fix: 'correct the schema',
      },
    ];
  if (isTrivial(schema))
    return [
      {
        level: 'error',
        rule: 'cannot-fail',
        message: 'every JSON value satisfies the schema',
        fix: 'say what there must be: type, properties, required',
      },
    ];
  return takesAnything(schema)
    ? [
        {
          level: 'warning',
          rule: 'weak-schema',
          message: 'null, numbers and empty objects satisfy the schema',
          fix: 'add type and required',
        },
      ]
    : [];
}

/** Documents are large, and many checks name the same one. */
const known = new WeakMap<Linted['files'], Map<string, unknown>>();

/** What a named file holds; it has been read and found in order. */
export function documentOf(name: string, { files }: Linted): unknown {
  const documents = known.get(files) ?? new Map<string, unknown>();
  known.set(files, documents);
  if (documents.has(name)) return documents.get(name);
  const bytes = files.get(name);
  const parsed = bytes === undefined ? null : parseDocument(name, bytes);
  if (parsed === null || 'fault' in parsed) throw new RangeError(`${name} was not read`);
  documents.set(name, parsed.value);
  return parsed.value;
}
