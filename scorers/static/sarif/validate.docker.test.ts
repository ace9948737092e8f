import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openToolbox } from '../../../harness/tools/open-toolbox.ts';
import type { SarifRun } from './sarif-run.ts';
import { result, run } from './testing.ts';
import { writeSarif } from './write.ts';

const Validation = z.object({
  runs: z.tuple([
    z.object({
      results: z.array(z.object({ ruleId: z.string(), level: z.string().default('warning') })),
      invocations: z.tuple([z.object({ executionSuccessful: z.literal(true) })]),
    }),
  ]),
});

const odd = [
  { path: 'a b/ü 100%#?.ts', message: '日本 \u001b[31m\u0000 [x](https://example.com) \u202E' },
  { path: '-x:y/[id]\\.ts', startLine: null },
  { path: null, level: 'none', message: '' },
  { startColumn: null, endLine: null, endColumn: null },
] as const;
const rules = new Map([
  ['sql', { name: 'SqlInjection', description: 'SQL from input.', helpUri: 'https://example.com/sql' }],
]);
const logs: Record<string, readonly SarifRun[]> = {
  'no runs': [],
  'no findings': [run([])],
  'one finding': [run([result()])],
  'odd paths and texts': [run(odd.map((own) => result(own)))],
  security: [
    run([result({ rule: 'sql', security: 9.1 }), result({ rule: 'sql', security: null }, 'unchanged')], {
      rules,
    }),
    run([result({ tool: 'other', security: 0 })], { tool: 'other', version: null }),
  ],
  'more tools than a file holds': Array.from({ length: 21 }, (_, at) =>
    run([result()], { tool: `lint-${at}` }),
  ),
  '10,000 findings': [
    run(
      Array.from({ length: 10_000 }, (_, at) =>
        result({ rule: `r${at % 300}`, startLine: at + 1, endLine: at + 1 }),
      ),
    ),
  ],
};

/** Logs that must be refused: what in a good one is replaced by what; and by which kind of rule. */
const broken: [string, string, string, string][] = [
  ['a line 0', '"startLine":3', '"startLine":0', 'JSON'],
  ['a member that SARIF does not have', '"shortDescription"', '"short"', 'JSON'],
  ['an index of no rule', '"ruleIndex":0', '"ruleIndex":7', 'SARIF'],
  ['a result without a location', '"locations":[{', '"relatedLocations":[{', 'GH'],
  ['half of it', '"tool":{', '', 'JSON'],
];

/** There is no validator for other platforms. */
const isAbsent = process.platform !== 'linux' || process.arch !== 'x64';

// The validator needs a second for a thousand findings on a quiet machine.
describe.skipIf(isAbsent)('what is written', { timeout: 240_000 }, () => {
  let folder = '';
  let tool = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-sarif-'));
    tool = (await openToolbox().get('sarif-multitool')).mount.source;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What Microsoft's validator has to say, by the rules of SARIF itself and of GitHub code scanning. */
  async function validate(text: string | Uint8Array): Promise<{ errors: string[]; others: string[] }> {
    const [file, report] = [join(folder, 'log.sarif'), join(folder, 'report.sarif')];
    await writeFile(file, text);
    const arguments_ = [
      'validate',
      file,
      '--rule-kind',
      'Sarif;Ghas',
      '--output',
      report,
      '--log',
      'ForceOverwrite',
    ];
    await execa(join(tool, 'bin/sarif-multitool'), arguments_, {
      env: { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', DOTNET_BUNDLE_EXTRACT_BASE_DIR: folder },
      cwd: folder,
      reject: false,
    });
    const [{ results }] = Validation.parse(JSON.parse(await readFile(report, 'utf8'))).runs;
    const rules = (isError: boolean) =>
      results.filter(({ level }) => (level === 'error') === isError).map(({ ruleId }) => ruleId);
    return { errors: rules(true), others: rules(false) };
  }

  it.each(Object.entries(logs))('is accepted by the reference validator: %s', async (_, runs) => {
    const { errors, others } = await validate(writeSarif({ runs }));
    expect(errors).toEqual([]);
    // It says nothing at all of a log that it cannot make sense of. A hint that no log follows shows that it could.
    if (runs.length > 0) expect(others).toContain('SARIF2005');
  });

  it.each(broken)('would be refused with %s', async (_, from, to, ruleKind) => {
    const good = Buffer.from(writeSarif({ runs: [run([result()])] })).toString();
    expect(good).toContain(from);
    const { errors } = await validate(good.replace(from, to));
    expect(errors.join(' ')).toContain(ruleKind);
  });

  it('follows the schema', async () => {
    const path = join(tool, 'node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json');
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const follows = ajv.compile(JSON.parse(await readFile(path, 'utf8')));
    for (const [name, runs] of Object.entries(logs)) {
      const log: unknown = JSON.parse(Buffer.from(writeSarif({ runs })).toString());
      expect(follows(log), `${name}: ${ajv.errorsText(follows.errors)}`).toBe(true);
    }
    const good = Buffer.from(writeSarif({ runs: [run([result()])] })).toString();
    const unknownLevel = ['', '"level":"warning"', '"level":"fatal"'] as const;
    for (const [, from, to] of [...broken.slice(0, 2), unknownLevel])
      expect(follows(JSON.parse(good.replace(from, to))), to).toBe(false);
  });
});
