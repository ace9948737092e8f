import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStaticBench, type StaticBench } from './testing.ts';

/** Prints what the first file that it is given holds: a tool whose output the candidate writes. */
const echo = `import { readFileSync } from 'node:fs';
process.stdout.write(readFileSync(process.argv[2]));
`;
const suite = {
  'biome.json':
    '{ "linter": { "rules": { "recommended": false, "suspicious": { "noDebugger": "error" } } } }',
  'echo.mjs': echo,
};
const base = {
  'package.json': '{ "name": "base", "type": "module" }\n',
  'src/a.js': 'export const a = 1;\n',
  'data/out.sarif': JSON.stringify({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'echo' } }, results: [] }],
  }),
};
const biome = { tools: [{ tool: 'biome', config: 'biome.json' }] };
const echoes = {
  tools: [
    {
      ...{ tool: 'sarif', name: 'echo', command: ['node', '{config}', '{files}'], config: 'echo.mjs' },
      ...{ files: ['data/*.sarif'], count: 'given' },
    },
  ],
};
let bench: StaticBench;

beforeAll(async () => {
  bench = await openStaticBench('hostile', base, { suite });
}, 300_000);

afterAll(() => bench.close());

describe('a candidate that works against its analysis', { timeout: 120_000 }, () => {
  it('cannot have its configuration run: files that are code do not get in', async () => {
    const silent = `import { writeSync } from 'node:fs';
writeSync(1, '[]');
process.exit(0);
`;
    const verdict = await bench.score(
      { tools: ['eslint'] },
      {
        'src/a.js': 'export const a = undefinedName;\n',
        'eslint.config.js': silent,
        'eslint.config.mjs': silent,
        'src/eslint.config.js': silent,
        'node_modules/eslint/package.json': '{ "main": "x.js" }\n',
        'node_modules/eslint/x.js': silent,
      },
    );
    expect(verdict.checks.map(({ id }) => id)).toContain('eslint: no-undef at src/a.js:1');
    expect(verdict.outcome).toBe('fail');
  });

  it('hides nothing in a minified file of 50 MB', async () => {
    const minified = `export const x=[${'1,'.repeat(25 * 1024 * 1024)}1];debugger;\n`;
    const verdict = await bench.score({ tools: [...biome.tools, 'jscpd'] }, { 'src/app.min.js': minified });
    expect(verdict.outcome).toMatch(/^(fail|error)$/);
    expect(verdict.measures.new_error ?? 1).toBeGreaterThan(0);
  });

  it('is answered with ten thousand findings as with one', async () => {
    const verdict = await bench.score(biome, { 'src/a.js': 'debugger;\n'.repeat(10_000) });
    expect(verdict).toMatchObject({ outcome: 'fail', measures: { new_error: 10_000 } });
    expect(verdict.checksTotal).toBe(10_001);
    expect(verdict.checks).toHaveLength(50);
    expect(JSON.parse(await bench.kept(verdict, 'checks.json'))).toHaveLength(10_001);
    const { runs } = JSON.parse(await bench.kept(verdict, 'findings.sarif'));
    expect(runs[0].results).toHaveLength(10_000);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'Segmentation fault\n'],
    ['JSON that is cut off', '{"version":"2.1.0","runs":[{"tool":'],
    ['another version', '{"version":"1.0.0","runs":[]}'],
    ['what only looks like it', '{"version":"2.1.0","runs":{"length":1}}'],
    [
      'a run that says that it failed',
      '{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"e"}},"invocations":[{"executionSuccessful":false}],"results":[]}]}',
    ],
    ['brackets without end', '['.repeat(400_000)],
  ])('is an error where the tool prints %s', async (_, output) => {
    const verdict = await bench.score(echoes, { 'data/out.sarif': output });
    expect(verdict).toMatchObject({ outcome: 'error', measures: {} });
  });

  it('gains nothing by names: findings show them as text', async () => {
    const name = 'src/a\u001b[2J\n<b>.js';
    const verdict = await bench.score(biome, { [name]: 'debugger;\n' });
    expect(verdict.outcome, verdict.reason).toMatch(/^(fail|error)$/);
    expect(`${verdict.reason}${verdict.checks.map(({ id }) => id).join('')}`).not.toMatch(/\p{Cc}/u);
  });

  it('has no file analysed twice by links', async () => {
    const verdict = await bench.score(biome, { 'src/own.js': { link: 'a.js' } });
    expect(verdict).toMatchObject({ outcome: 'pass', measures: { new_error: 0 } });
  });
});
