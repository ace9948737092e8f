import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReports } from './detect.ts';
import { type FileFormat, parsers } from './parsers.ts';
import type { Parsed } from './result.ts';
import { fixtures, wouldPass } from './testing.ts';

const formats = Object.keys(parsers) as FileFormat[];
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.string().map(Buffer.from));

/** Pieces of each format, for texts that come close to a report. */
const pieces = (text: string) => text.split('¦');
const json = pieces('{¦}¦[¦]¦:¦,¦1¦null¦"¦"a"¦"__proto__"¦\n¦true¦"name"');
const suite = '{"type":"suite","event":"failed","passed":1,"failed":0,"ignored":0,"measured":0}\n';
const words: Record<FileFormat, string[]> = {
  ctrf: [...json, ...pieces('"results"¦"tests"¦"status"¦"passed"')],
  'vitest-json': [...json, ...pieces('"numTotalTests":1¦"testResults"¦"assertionResults"¦"status":"passed"')],
  'jest-json': [...json, ...pieces('"numPassedTests":0¦"numFailedTests":0¦"title"')],
  'go-json': [
    ...json,
    '{"Action":"run","Package":"p","Test":"a"}',
    '{"Action":"fail","Package":"p"}',
    'FAIL\tp [',
  ],
  'cargo-json': [
    ...pieces(
      '{"type":"suite","event":"started","test_count":1}¦{"type":"test","event":"ok","name":"a"}¦{"a":¦\n',
    ),
    suite,
  ],
  'node-test': pieces(
    '{"type":"test:fail","data":{"name":"a","nesting":1}}¦{"type":"test:plan","data":{"nesting":0,"count":1}}¦\n¦ok 1\n¦<',
  ),
  junit: pieces(
    '<testsuite¦<testcase¦</testcase>¦</testsuite>¦>¦/>¦ name="a"¦<failure>¦<!--¦-->¦<![CDATA[¦]]>¦<?¦?>¦<!DOCTYPE¦&#x110000;¦ ¦x',
  ),
  tap: pieces(
    'ok ¦not ok ¦1¦2¦1..1¦1..2¦\n¦    ¦  ---¦  ...¦ {¦}¦# Subtest: ¦ # SKIP¦Bail out!¦pragma +strict¦TAP version 14¦ - a',
  ),
};

function wellFormed(parsed: Parsed): void {
  if (!parsed.ok) expect(parsed.reason.length).toBeLessThanOrEqual(300);
  else for (const { id } of parsed.results) expect(id.isWellFormed() && id.length <= 320).toBe(true);
}

describe.each(formats)('%s, whatever the bytes', (format) => {
  const parse = parsers[format];

  it('never throws and never passes on arbitrary bytes', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => !wouldPass(parse(bytes))),
      { numRuns: 1000 },
    );
  });

  it('never throws on words of the format in any order', () => {
    const text = fc.array(fc.constantFrom(...words[format]), { maxLength: 60 });
    fc.assert(
      fc.property(text, (parts) => wellFormed(parse(Buffer.from(parts.join(''))))),
      { numRuns: 1000 },
    );
  });

  it('never throws on a report of another format', () => {
    for (const { content } of fixtures) wellFormed(parse(content));
  });
});

const edits = (length: number) =>
  fc.array(fc.tuple(fc.nat(length), fc.nat(40), fc.uint8Array({ maxLength: 4 })), {
    minLength: 1,
    maxLength: 6,
  });

function damaged(content: Buffer, changes: readonly [number, number, Uint8Array][]): Buffer {
  let result = content;
  for (const [at, drop, insert] of changes)
    result = Buffer.concat([result.subarray(0, at), insert, result.subarray(at + drop)]);
  return result;
}

/** A stream of cargo may end between two suites, one of which nobody then knows. */
const endsBetween = (format: FileFormat, text: string) =>
  format === 'cargo-json' && /"event": "(ok|failed)", "passed"[^\n]*\}\n?$/.test(text);

describe.each(fixtures)('the real report $name', ({ format, path, content, results }) => {
  const parse = parsers[format];

  it('never passes with results missing when it was cut short', () => {
    const whole = content.toString().trimEnd().length;
    const isPassing = path.startsWith('passing.');
    const step = Math.max(1, Math.floor(content.length / (isPassing ? 1000 : 200)));
    for (let end = 0; end < content.length; end += step) {
      const cut = content.subarray(0, end);
      const parsed = parse(cut);
      if (!wouldPass(parsed) || endsBetween(format, cut.toString())) continue;
      // What is left out there says nothing of any test: white space, or comments behind the plan.
      expect(parsed.ok && parsed.results.length, `cut at ${end} of ${whole}`).toBe(
        Object.keys(results).length,
      );
      expect(isPassing, `cut at ${end}`).toBe(true);
    }
  });

  it('never throws when it was damaged', () => {
    fc.assert(
      fc.property(edits(content.length), (changes) => wellFormed(parse(damaged(content, changes)))),
      { numRuns: 150 },
    );
  });
});

describe('a folder of reports', () => {
  const name = fc.constantFrom(
    'ctrf.json',
    'a.json',
    'b.jsonl',
    'c.ndjson',
    'junit.xml',
    'x.tap',
    'reward.json',
    'x',
  );
  const files = fc.array(fc.record({ path: name, content: anyBytes }), { maxLength: 4 });
  const named = fc.record({
    format: fc.constantFrom(...formats),
    path: fc.option(name, { nil: null }),
    exitCode: fc.constantFrom(0, 1, null),
  });

  it('of arbitrary bytes never throws and never passes, whatever the task names', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.option(named, { nil: undefined }), async (found, wanted) => {
        const parsed = await readReports(found, wanted);
        expect(wouldPass(parsed)).toBe(false);
        if (wanted !== undefined) expect(parsed).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('with a damaged real report never throws', async () => {
    const one = fc.constantFrom(...fixtures);
    await fc.assert(
      fc.asyncProperty(one, edits(4000), async ({ path, content }, changes) => {
        const parsed = await readReports([{ path, content: damaged(content, changes) }]);
        if (parsed !== null) wellFormed(parsed);
      }),
      { numRuns: 300 },
    );
  });
});
