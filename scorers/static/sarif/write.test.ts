import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fitted, githubLimits } from './fit.ts';
import type { SarifRun } from './sarif-run.ts';
import { result, run } from './testing.ts';
import { writeSarif } from './write.ts';

const Text = z.object({ text: z.string() });
/** What these tests look at. */
const Written = z.object({
  version: z.string(),
  runs: z.array(
    z.object({
      tool: z.object({
        driver: z.looseObject({ name: z.string(), rules: z.array(z.looseObject({ id: z.string() })) }),
      }),
      automationDetails: z.object({ id: z.string() }),
      invocations: z.array(
        z.object({
          executionSuccessful: z.boolean(),
          properties: z.object({ files: z.number() }),
          toolExecutionNotifications: z.array(z.object({ level: z.string(), message: Text })).optional(),
        }),
      ),
      results: z.array(
        z.looseObject({ ruleId: z.string(), ruleIndex: z.number(), level: z.string(), message: Text }),
      ),
    }),
  ),
});
const write = (...runs: SarifRun[]) =>
  Written.parse(JSON.parse(Buffer.from(writeSarif({ runs })).toString()));
const first = (own: Parameters<typeof result>[0]) => write(run([result(own)])).runs[0]?.results[0];

describe('writeSarif', () => {
  it('writes a result with all that is known of it', () => {
    const rules = new Map([
      ['no-eval', { name: 'NoEval', description: 'No eval.', helpUri: 'https://example.com/e' }],
      ['unused', {}],
    ]);
    const [only] = write(run([{ ...result(), fingerprint: 'f1' }], { rules })).runs;
    expect(only).toMatchObject({
      automationDetails: { id: 'assay/lint/' },
      invocations: [{ executionSuccessful: true, properties: { files: 7 } }],
      results: [
        {
          ruleId: 'no-eval',
          ruleIndex: 0,
          level: 'warning',
          message: { text: 'eval is evil.' },
          baselineState: 'new',
          partialFingerprints: { 'assay/v1': 'f1' },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'src/a.ts', uriBaseId: '%SRCROOT%' },
                region: { startLine: 3, startColumn: 5, endLine: 3, endColumn: 9 },
              },
            },
          ],
        },
      ],
    });
    expect(only?.tool.driver).toEqual({
      name: 'lint',
      version: '1.2.3',
      rules: [
        {
          id: 'no-eval',
          name: 'NoEval',
          shortDescription: { text: 'No eval.' },
          fullDescription: { text: 'No eval.' },
          help: { text: 'No eval.\nhttps://example.com/e' },
          helpUri: 'https://example.com/e',
        },
      ],
    });
    expect(only?.invocations[0]).not.toHaveProperty('toolExecutionNotifications');
  });

  it('writes the same bytes whatever the order', () => {
    const results = [
      result({ path: 'b' }),
      result({ path: 'a' }),
      result({ rule: 'x' }),
      result({ message: 'm' }, 'unchanged'),
    ];
    const one = writeSarif({ runs: [run(results), run(results, { tool: 'a' })] });
    const other = writeSarif({ runs: [run(results.toReversed(), { tool: 'a' }), run(results.toReversed())] });
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(true);
    expect(Buffer.from(one).toString()).toBe(JSON.stringify(JSON.parse(Buffer.from(one).toString())));
  });

  it.each([
    ['a project', { path: null }, { artifactLocation: { uri: '.', uriBaseId: '%SRCROOT%' } }],
    ['a file', { startLine: null }, { artifactLocation: { uri: 'src/a.ts', uriBaseId: '%SRCROOT%' } }],
    [
      'a line',
      { startColumn: null, endLine: null, endColumn: null },
      { artifactLocation: { uri: 'src/a.ts', uriBaseId: '%SRCROOT%' }, region: { startLine: 3 } },
    ],
    [
      'a file with an odd name',
      { path: 'a b/%.ts', startLine: null },
      { artifactLocation: { uri: 'a%20b/%25.ts', uriBaseId: '%SRCROOT%' } },
    ],
  ])('writes where %s is', (_, own, physicalLocation) => {
    expect(first(own)).toMatchObject({ locations: [{ physicalLocation }] });
    expect(first(own)?.locations).toEqual([{ physicalLocation }]);
  });

  it.each([
    ['a\r\nb\rc\td', 'a\nb\nc\td'],
    ['\u001b[31mred\u0000\u009b', '\uFFFD[31mred\uFFFD\uFFFD'],
    ['a\u202Eb\u2066c', 'a\uFFFDb\uFFFDc'],
    ['see [docs](https://evil.example) and [1](2)', 'see [docs] (https://evil.example) and [1] (2)'],
    ['\uD800', '\uFFFD'],
    ['', 'no-eval'],
    ['x'.repeat(5000), `${'x'.repeat(1999)}…`],
  ])('writes the message %j as %j', (message, text) => {
    expect(first({ message })?.message).toEqual({ text });
  });

  it('writes the highest severity of a rule, and of findings that differ their own', () => {
    const security = [7.5, 9, null].map((severity) =>
      result({ security: severity, message: String(severity) }),
    );
    const [only] = write(run([...security, result({ rule: 'plain' })])).runs;
    expect(only?.tool.driver.rules).toMatchObject([
      { id: 'no-eval', properties: { 'security-severity': '9.0', tags: ['security'] } },
      { id: 'plain' },
    ]);
    expect(only?.tool.driver.rules[1]).not.toHaveProperty('properties');
    expect(
      Object.fromEntries((only?.results ?? []).map((each) => [each.message.text, each.properties])),
    ).toEqual({
      '7.5': { 'security-severity': '7.5' },
      '9': undefined,
      null: { 'security-severity': null },
      'eval is evil.': undefined,
    });
  });

  it('cuts long names so that they still differ and agree', () => {
    const rules = ['a', 'b'].map((end) => 'r'.repeat(400) + end);
    const [only] = write(run(rules.map((rule) => result({ rule })))).runs;
    const ids = only?.tool.driver.rules.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(2);
    expect(ids.every((id) => id.length <= 255)).toBe(true);
    for (const each of only?.results ?? []) expect(each.ruleId).toBe(ids[each.ruleIndex]);
  });

  it('takes a category, and one run of each tool only', () => {
    const written = Buffer.from(writeSarif({ runs: [run([])] }, { category: 'task-1' })).toString();
    expect(Written.parse(JSON.parse(written)).runs[0]?.automationDetails).toEqual({ id: 'task-1/lint/' });
    expect(() => writeSarif({ runs: [run([]), run([])] })).toThrow(TypeError);
  });
});

describe('what GitHub takes', () => {
  it('are 25,000 results of a run, the least severe left out', () => {
    const levels = ['note', 'error', 'warning'] as const;
    const results = Array.from({ length: 25_500 }, (_, at) =>
      result({ level: levels[at % 3] ?? 'note', startLine: at + 1, endLine: null, endColumn: null }),
    );
    const [only] = write(run(results)).runs;
    const count = (level: string) => only?.results.filter((each) => each.level === level).length;
    expect([count('error'), count('warning'), count('note')]).toEqual([8500, 8500, 8000]);
    expect(only?.invocations[0]?.toolExecutionNotifications).toEqual([
      {
        level: 'warning',
        message: { text: '500 findings are left out, the least severe: there are more than one file holds.' },
      },
    ]);
  });

  it('are 20 runs, those without grave findings left out', () => {
    const runs = Array.from({ length: 23 }, (_, at) => {
      const tool = `t${String(at).padStart(2, '0')}`;
      return run(
        at < 2 ? [] : [result({ tool, level: at === 22 ? 'error' : at === 2 ? 'note' : 'warning' })],
        { tool },
      );
    });
    const written = write(...runs);
    expect(written.runs.map(({ tool }) => tool.driver.name)).toEqual(runs.slice(3).map(({ tool }) => tool));
    expect(written.runs[0]?.invocations[0]?.toolExecutionNotifications?.[0]?.message.text).toMatch(
      /^3 tools are left out/,
    );
  });

  it('are 10 MB compressed, of all runs together', () => {
    // Random text cannot be compressed below three quarters.
    const noise = randomBytes(12_000_000).toString('base64');
    const results = (level: 'error' | 'note', from: number) =>
      Array.from({ length: 4000 }, (_, at) =>
        result({
          level,
          message: noise.slice((from + at) * 1990, (from + at + 1) * 1990),
          startLine: at + 1,
        }),
      );
    const bytes = writeSarif({
      runs: [run(results('note', 0)), run(results('error', 4000), { tool: 'grave' })],
    });
    expect(gzipSync(bytes).length).toBeLessThanOrEqual(githubLimits.gzipBytes);
    const written = Written.parse(JSON.parse(Buffer.from(bytes).toString()));
    const [grave, lint] = written.runs;
    expect(grave?.results).toHaveLength(4000);
    expect(lint?.results.length).toBeGreaterThan(1000);
    const said = lint?.invocations[0]?.toolExecutionNotifications?.[0]?.message.text;
    expect(said).toBe(
      `${4000 - (lint?.results.length ?? 0)} findings are left out, the least severe: there are more than one file holds.`,
    );
  });

  it('are bytes that are not more than can be handled, and an end even where nothing fits', () => {
    const limits = { ...githubLimits, bytes: 5000, gzipBytes: 10 };
    let last: readonly number[] = [];
    fitted(
      [run(Array.from({ length: 20 }, (_, at) => result({ startLine: at + 1 })))],
      (kept) => {
        last = kept.map(({ results }) => results.length);
        return Buffer.alloc(20_000, 'x');
      },
      limits,
    );
    expect(last).toEqual([0]);
  });
});
