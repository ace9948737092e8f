import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCtrf } from './ctrf.ts';
import { parseJunit } from './junit.ts';
import { isFailing, type Parsed } from './result.ts';
import { parseTap } from './tap.ts';

const parsers = { ctrf: parseCtrf, junit: parseJunit, tap: parseTap };
const formats = Object.keys(parsers) as (keyof typeof parsers)[];

const valid = {
  ctrf: JSON.stringify({
    reportFormat: 'CTRF',
    results: {
      summary: { tests: 2, passed: 2, failed: 0 },
      tests: [
        { name: 'a', status: 'passed' },
        { name: 'b', status: 'passed' },
      ],
    },
  }),
  junit:
    '<?xml version="1.0"?>\n<testsuites><testsuite name="s"><testcase name="a"/><!-- x --><testcase name="b"></testcase></testsuite></testsuites>',
  tap: 'TAP version 14\n1..2\nok 1 - a\n# Subtest: b\n    1..1\n    ok 1 - c\nok 2 - b\n',
};

/** The verdict that a report alone would bring about. */
function wouldPass(parsed: Parsed): boolean {
  return (
    parsed.ok && parsed.results.some((result) => result.outcome === 'pass') && !parsed.results.some(isFailing)
  );
}

describe.each(formats)('%s, whatever the bytes', (format) => {
  const parse = parsers[format];

  it('reads the report that the others are made from', () => {
    expect(wouldPass(parse(Buffer.from(valid[format])))).toBe(true);
  });

  it('never throws and never passes on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), fc.string().map(Buffer.from)), (bytes) => {
        expect(wouldPass(parse(bytes))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('never passes on a report that was cut short', () => {
    const text = valid[format].trimEnd();
    // TAP ends with its last line: whether its name is whole cannot be told.
    const ends =
      format === 'tap'
        ? text
            .split('\n')
            .slice(0, -1)
            .map((_, i, all) => all.slice(0, i).join('\n').length)
        : [...text].keys();
    for (const end of ends)
      expect(wouldPass(parse(Buffer.from(text.slice(0, end)))), `cut at ${end}`).toBe(false);
  });

  it('never throws on a damaged report', () => {
    const bytes = Buffer.from(valid[format]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length), fc.nat(3), fc.uint8Array({ maxLength: 4 })), {
          maxLength: 6,
        }),
        (edits) => {
          let damaged: Buffer = bytes;
          for (const [at, drop, insert] of edits)
            damaged = Buffer.concat([damaged.subarray(0, at), insert, damaged.subarray(at + drop)]);
          const parsed = parse(damaged);
          if (!parsed.ok) expect(parsed.reason.length).toBeLessThanOrEqual(300);
          else for (const { id } of parsed.results) expect(id.isWellFormed()).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never throws on words of the format in any order', () => {
    const words = {
      ctrf: [
        '{',
        '}',
        '[',
        ']',
        ':',
        ',',
        '"results"',
        '"tests"',
        '"name"',
        '"status"',
        '"passed"',
        '"__proto__"',
        '1',
        'null',
      ],
      junit: [
        '<testsuite',
        '<testcase',
        '</testcase>',
        '</testsuite>',
        '>',
        '/>',
        ' name="a"',
        '<failure>',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<?',
        '?>',
        '<!DOCTYPE',
        '&#x110000;',
        ' ',
        'x',
      ],
      tap: [
        'ok ',
        'not ok ',
        '1',
        '2',
        '1..1',
        '1..2',
        '\n',
        '    ',
        '  ---',
        '  ...',
        ' {',
        '}',
        '# Subtest: ',
        ' # SKIP',
        'Bail out!',
        'pragma +strict',
        'TAP version 14',
        ' - a',
      ],
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words[format]), { maxLength: 60 }), (parts) => {
        parse(Buffer.from(parts.join('')));
      }),
      { numRuns: 2000 },
    );
  });
});
