import { bounded, boundedName } from '../../text.ts';

/** One test's result. `error`: it broke before it could pass or fail. Ids and messages are hostile text. */
export interface TestResult {
  id: string;
  outcome: 'pass' | 'fail' | 'error' | 'skipped';
  message?: string;
}

/** What a report says, or why it says nothing: then nothing in it may be believed. */
export type Parsed = { ok: true; results: TestResult[] } | { ok: false; reason: string };

/** Bounds of one report: bytes, tests, nesting of suites. */
export const reportLimits = { bytes: 16 * 1024 ** 2, tests: 200_000, depth: 50 };

const idLength = 300;
const messageLength = 1000;

/** Message of a file that node:test reports as if it were a passed test, because it reported none itself. */
export const noTest = 'the file reported no test';

/** Thrown inside a parser; `parsing` turns it into a refusal. */
export class BrokenReport extends Error {}

/** Collects results under the bounds, each id once: a repeated one gets ` (2)`, ` (3)`, … in the report's order. */
export function resultList() {
  const results: TestResult[] = [];
  const taken = new Set<string>();
  const lastNumber = new Map<string, number>();

  function uniqueId(name: string): string {
    if (!taken.has(name)) return name;
    let number = lastNumber.get(name) ?? 1;
    let id: string;
    do {
      number += 1;
      id = `${name} (${number})`;
    } while (taken.has(id));
    lastNumber.set(name, number);
    return id;
  }

  function add(name: string, outcome: TestResult['outcome'], message?: string): void {
    if (results.length >= reportLimits.tests)
      throw new BrokenReport(`it holds more than ${reportLimits.tests} tests`);
    const id = uniqueId(boundedName(name, idLength));
    taken.add(id);
    const text = message?.trim();
    results.push(text ? { id, outcome, message: bounded(text, messageLength) } : { id, outcome });
  }

  return { results, add };
}

/**
 * Runs one parser over a report's bytes. Whatever it throws becomes a refusal: a report that breaks its parser is
 * a broken report, and bytes that a candidate wrote must not end the harness.
 */
export function parsing(bytes: Uint8Array, parse: (text: string) => TestResult[]): Parsed {
  if (bytes.length === 0) return { ok: false, reason: 'it is empty' };
  if (bytes.length > reportLimits.bytes)
    return { ok: false, reason: `it is larger than ${reportLimits.bytes / 1024 ** 2} MiB` };
  try {
    return { ok: true, results: parse(decode(bytes)) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      reason: bounded(error instanceof BrokenReport ? why : `it cannot be parsed: ${why}`, 300),
    };
  }
}

/** True for a result that speaks against the candidate. */
export function isFailing(result: TestResult): boolean {
  return result.outcome === 'fail' || result.outcome === 'error';
}

/** UTF-8, or UTF-16 where a byte order mark says so; anything else is refused rather than guessed at. */
function decode(bytes: Uint8Array): string {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : null;
  try {
    return new TextDecoder(utf16 ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BrokenReport('it is not valid UTF-8', { cause: error });
  }
}
