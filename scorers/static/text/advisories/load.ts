import { boundedLine } from '../../../text.ts';
import { ToolFailure } from '../../tool.ts';
import type { Advisory } from './advisory.ts';
import { NpmAudit, npmAuditAdvisories } from './npm-audit.ts';
import { OsvRecord, osvAdvisories } from './osv.ts';

/** Advisories of one file by ecosystem and name. */
export type Advisories = ReadonlyMap<string, readonly Advisory[]>;

/** Equal content is read once: it is asked for with every lock. */
const read = new WeakMap<Uint8Array, Advisories>();

/**
 * Reads advisory data: records of OSV (one, a list of them, or one a line) or the output of `npm audit --json`. Throws
 * `ToolFailure` naming the first place that is neither, and for a file that names no advisory at all.
 */
export function loadAdvisories(path: string, content: Uint8Array): Advisories {
  const known = read.get(content);
  if (known !== undefined) return known;
  const advisories = new Map<string, Advisory[]>();
  for (const advisory of advisoriesOf(path, decode(path, content))) {
    const key = keyOf(advisory);
    const others = advisories.get(key);
    if (others === undefined) advisories.set(key, [advisory]);
    else others.push(advisory);
  }
  read.set(content, advisories);
  return advisories;
}

export function keyOf({ ecosystem, name }: Pick<Advisory, 'ecosystem' | 'name'>): string {
  return `${ecosystem} ${name}`;
}

function decode(path: string, content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new ToolFailure(`${path} is no UTF-8 text`);
  }
}

function* advisoriesOf(path: string, text: string): Generator<Advisory> {
  const whole = jsonOf(text);
  if (whole !== undefined) {
    const audit = NpmAudit.safeParse(whole);
    if (audit.success) return yield* npmAuditAdvisories(audit.data);
    const records = Array.isArray(whole) ? whole : [whole];
    if (records.length === 0) throw new ToolFailure(`${path} has no advisory`);
    for (const [index, record] of records.entries())
      yield* osvAdvisories(recordOf(record, `${path}, record ${index + 1}`));
    return;
  }
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const place = `${path}, line ${index + 1}`;
    const value = jsonOf(line);
    if (value === undefined) throw new ToolFailure(`${place} is no JSON`);
    yield* osvAdvisories(recordOf(value, place));
  }
  if (text.trim() === '') throw new ToolFailure(`${path} has no advisory`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown, place: string) {
  const parsed = OsvRecord.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const problem = `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new ToolFailure(boundedLine(`${place} is no record of OSV: ${problem}`, 400));
}
