import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Finding } from '../../../harness/domain/finding.ts';
import { ToolFailure } from '../tool.ts';
import { readSarif, type SarifReport, sarifLimits } from './read.ts';
import { anyFinding, result, run } from './testing.ts';
import { writeSarif } from './write.ts';

/** What is read, or null for a `ToolFailure`; everything else that is thrown fails the test. */
function attempt(text: string): SarifReport | null {
  try {
    return readSarif(text, { tool: 'lint', workdir: '/work' });
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    expect(error.message.length).toBeLessThanOrEqual(300);
    expect(error.message).not.toMatch(/\p{Cc}/u);
    return null;
  }
}

/** What every finding must be, whatever it was read from. */
function wellFormed(report: SarifReport | null): void {
  for (const finding of report?.findings ?? []) {
    Finding.parse(finding);
    for (const text of [finding.rule, finding.message, finding.path ?? ''])
      expect(text.isWellFormed()).toBe(true);
    expect(finding.rule.length).toBeLessThanOrEqual(200);
    expect(finding.message.length).toBeLessThanOrEqual(2000);
    expect(finding.path?.split('/').some((part) => ['', '.', '..'].includes(part)) ?? false).toBe(false);
  }
}

const runText = (results: string, more = '') =>
  `{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":${results}${more}}]}`;

describe('readSarif, hostile text', () => {
  const names = [
    'version',
    'runs',
    'results',
    'tool',
    'driver',
    'rules',
    'uri',
    'uriBaseId',
    '__proto__',
    'constructor',
    'level',
  ];
  const key = fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 5 }));
  const leaf = fc.oneof(
    fc.constantFrom('2.1.0', 'error', '%SRCROOT%', '../x', 'file:///work/a', '{0}', '\uD800', '__proto__'),
    fc.constantFrom(-1, 0, 1e308, 2 ** 53, 1.5),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
  );
  const { any } = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(key, tie('any'), { maxKeys: 5 }),
    ),
  }));
  const part = fc.oneof({ weight: 3, arbitrary: any }, { weight: 1, arbitrary: fc.constant(undefined) });

  it('of any kind is no other throw than a ToolFailure', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          any.map((value) => JSON.stringify(value)),
        ),
        (text) => wellFormed(attempt(text)),
      ),
    );
  });

  it('of any kind in the places that are read is no other throw either', () => {
    const region = fc.record({ startLine: part, startColumn: part, endLine: part, endColumn: part });
    const artifactLocation = fc.record({ uri: part, uriBaseId: part, index: part });
    const someResult = fc.record({
      ruleId: part,
      ruleIndex: part,
      rule: part,
      level: part,
      kind: part,
      message: fc.oneof(part, fc.record({ text: part, id: part, arguments: part })),
      locations: fc.oneof(
        part,
        fc.array(fc.record({ physicalLocation: fc.record({ artifactLocation, region }) }), { maxLength: 2 }),
      ),
      suppressions: part,
      properties: part,
    });
    const log = fc.record({
      tool: fc.record({ driver: fc.record({ name: part, version: part, rules: part }), extensions: part }),
      results: fc.array(fc.oneof(someResult, any), { maxLength: 3 }),
      invocations: part,
      artifacts: part,
      originalUriBaseIds: fc.oneof(part, fc.dictionary(key, artifactLocation, { maxKeys: 4 })),
      externalPropertyFileReferences: part,
    });
    fc.assert(
      fc.property(log, (value) => wellFormed(attempt(JSON.stringify({ version: '2.1.0', runs: [value] })))),
      { numRuns: 500 },
    );
  });

  it('that was cut short is never a log', () => {
    const text = Buffer.from(writeSarif({ runs: [run([result(), result({ rule: 'b' })])] })).toString();
    expect(attempt(text)?.findings).toHaveLength(2);
    for (let end = 0; end < text.length; end += 7) expect(attempt(text.slice(0, end))).toBeNull();
  });

  it('that is deep is read as far as it is needed', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(
      attempt(runText(`[{"message":{"text":"m"},"properties":{"a":${deep}},"codeFlows":${deep}}]`))?.findings,
    ).toHaveLength(1);
    expect(attempt(runText(`[{"message":${deep}}]`))).toBeNull();
    expect(attempt(deep)).toBeNull();
  });

  it('with names of prototypes is data', () => {
    const results =
      '[{"ruleId":"__proto__","message":{"id":"constructor"},"properties":{"__proto__":{"security-severity":9}},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"__proto__","uriBaseId":"__proto__"}}}]}]';
    const report = attempt(
      runText(results, ',"originalUriBaseIds":{"__proto__":{"uri":"x/"},"constructor":{}}'),
    );
    expect(report?.findings).toMatchObject([{ rule: '__proto__', message: '', security: null }]);
    expect(Object.hasOwn(Object.prototype, 'uri')).toBe(false);
  });
});

describe('readSarif, bounds', () => {
  it('are 100,000 results in all runs together', () => {
    const results = (count: number) => `[${Array(count).fill('{}').join(',')}]`;
    expect(attempt(runText(results(sarifLimits.results)))?.findings).toHaveLength(sarifLimits.results);
    expect(() => readSarif(runText(results(sarifLimits.results + 1)), { tool: 'x', workdir: '/' })).toThrow(
      'more than 100000 results',
    );
  });

  it('are runs and bytes', () => {
    const log = JSON.stringify({ version: '2.1.0', runs: Array(1001).fill({}) });
    expect(() => readSarif(log, { tool: 'x', workdir: '/' })).toThrow('more than 1000 runs');
    const large = runText('[]') + ' '.repeat(sarifLimits.bytes);
    expect(() => readSarif(large, { tool: 'x', workdir: '/' })).toThrow('more than 64 MiB');
  });

  it('are the text of all messages together', () => {
    const results = Array(40_000).fill('{"ruleIndex":0,"message":{"id":"m","arguments":["x"]}}').join(',');
    const rule = { id: 'r', messageStrings: { m: { text: `{0}${'y'.repeat(1990)}` } } };
    const log = `{"version":"2.1.0","runs":[{"tool":{"driver":{"rules":[${JSON.stringify(rule)}]}},"results":[${results}]}]}`;
    expect(() => readSarif(log, { tool: 'x', workdir: '/' })).toThrow('the text that can be kept');
  });

  it('keep many results of one long rule, name and URI from taking long', () => {
    const long = 'x'.repeat(200_000);
    const results = Array(5000).fill(
      '{"ruleIndex":0,"message":{},"locations":[{"physicalLocation":{"artifactLocation":{"index":0}}}]}',
    );
    const more = `,"artifacts":[{"location":{"uri":"${long}"}}]`;
    const log = runText(`[${results.join(',')}]`, more).replace(
      '"name":"x"',
      `"rules":[{"id":"${long}","name":"${long}"}]`,
    );
    const report = attempt(log);
    expect(report?.findings).toHaveLength(5000);
    expect(report?.findings[0]?.path).toBeNull();
    wellFormed(report);
  });
});

describe('what is written', () => {
  it('is read as the same findings', () => {
    const findings = fc.uniqueArray(anyFinding, { maxLength: 8, selector: (each) => JSON.stringify(each) });
    fc.assert(
      fc.property(findings, fc.nat(1000), (all, files) => {
        const results = all.map((finding, at) => ({
          finding,
          state: 'new' as const,
          fingerprint: String(at),
        }));
        const written = Buffer.from(writeSarif({ runs: [run(results, { files })] })).toString();
        const report = attempt(written);
        const sorted = (list: readonly Finding[]) =>
          list.map((each) => JSON.stringify(Finding.parse(each))).sort();
        expect(sorted(report?.findings ?? [])).toEqual(sorted(all));
        expect(report?.version).toBe('1.2.3');
      }),
      { numRuns: 300 },
    );
  });
});
