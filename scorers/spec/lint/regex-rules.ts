import type { FieldPath } from '../../../harness/plan/place.ts';
import { boundedLine } from '../../text.ts';
import type { PlacedCheck } from '../load/checks-of.ts';
import { caseOf } from '../load/named-files.ts';
import { documentOf } from './check-rules.ts';
import type { Linted, PlacedFinding } from './finding.ts';
import { patternsIn } from './json-schema.ts';
import { confirmSlow } from './regex/confirm.ts';
import { slowParts } from './regex/facts.ts';
import { parseRegex } from './regex/syntax.ts';

interface Found {
  id: string;
  source: string;
  flags: string;
  at: FieldPath;
}

/** Expressions that are tried; each that hangs takes half a second, and one that nearly does at most three. */
const maxTried = 20;

/** Regular expressions of a spec, and of the schemas that it names, on which a backtracking matcher may hang. */
export async function regexFindings(
  linted: Linted,
  checks: readonly PlacedCheck[],
): Promise<PlacedFinding[]> {
  const findings: PlacedFinding[] = [];
  const seen = new Set<string>();
  let tried = 0;
  for (const { id, source, flags, at } of checks.flatMap((placed) => regexesOf(placed, linted))) {
    const key = JSON.stringify([id, source, flags]);
    if (seen.has(key)) continue;
    seen.add(key);
    const node = parseRegex(source, flags);
    const parts = node === null ? [] : slowParts(node);
    if (parts.length === 0) continue;
    const shown = boundedLine(`/${source}/${flags}`, 80);
    const base = {
      id,
      rule: 'slow-regex' as const,
      fix: 'write it so that each text can match in one way',
      at,
    };
    tried += 1;
    const text = tried > maxTried ? null : await confirmSlow({ source, flags }, parts);
    if (text !== null) {
      const message = `${shown} came to no answer on ${JSON.stringify(boundedLine(text, 60))}: an output made for it leaves the check without an answer`;
      findings.push({ ...base, level: 'warning', message });
    } else if (parts.some(({ growth }) => growth === 'polynomial'))
      findings.push({
        ...base,
        level: 'note',
        message: `${shown} repeats the same characters twice in a row, which is slow on long texts`,
      });
  }
  return findings;
}

function regexesOf({ check, path }: PlacedCheck, linted: Linted): Found[] {
  const found: Found[] = [];
  const asked = caseOf(check, path);
  // Whatever is called `regex` in a case is one: names of headers and files stand a level above.
  if (asked !== null) collect(asked.given.given, asked.path, check.id, found);
  if (check.kind !== 'schema') return found;
  const { json_schema, openapi } = check.given;
  for (const [field, given] of Object.entries({ json_schema, openapi })) {
    if (given === undefined) continue;
    const document = typeof given === 'string' ? documentOf(given, linted) : given;
    for (const { source } of patternsIn(document))
      if (compiles(source)) found.push({ id: check.id, source, flags: 'u', at: [...path, field] });
  }
  return found;
}

function collect(value: unknown, at: FieldPath, id: string, found: Found[]): void {
  if (typeof value !== 'object' || value === null) return;
  if ('regex' in value && typeof value.regex === 'string') {
    const flags = 'flags' in value && typeof value.flags === 'string' ? value.flags : '';
    if (compiles(value.regex, flags)) found.push({ id, source: value.regex, flags, at: [...at, 'regex'] });
  }
  for (const [key, inner] of Object.entries(value)) {
    // What is given and compared as JSON holds no expression.
    if (key !== 'json') collect(inner, [...at, Array.isArray(value) ? Number(key) : key], id, found);
  }
}

function compiles(source: string, flags = 'u'): boolean {
  try {
    RegExp(source, flags);
    return true;
  } catch {
    // Not every `pattern` of a document is an expression; those that are used have been compiled before.
    return false;
  }
}
