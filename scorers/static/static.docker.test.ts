import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStaticBench, type StaticBench } from './testing.ts';

const base = {
  'package.json': '{ "name": "base", "type": "module" }\n',
  'src/a.js': 'export function a(x) {\n  debugger;\n  return x;\n}\n',
  'src/b.js': 'export const b = 1;\n',
};
/** A suite's own rules. */
const suite: Record<string, string> = {
  'biome.json': JSON.stringify({
    linter: { rules: { recommended: false, suspicious: { noDebugger: 'error', noDoubleEquals: 'warn' } } },
  }),
};
/** Prints one finding for each file that it was given, which says how many they were. */
const counting = `const files = process.argv.slice(2);
const at = (uri) => [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }];
console.log(JSON.stringify({ version: '2.1.0', runs: [{
  tool: { driver: { name: 'count' } },
  artifacts: files.map((uri) => ({ location: { uri }, roles: ['analysisTarget'] })),
  results: files.map((uri) => ({ ruleId: 'given', level: 'note', message: { text: files.length + ' given' }, locations: at(uri) })),
}] }));
`;
const options = { tools: [{ tool: 'biome', config: 'biome.json' }] };
const counter = (reach: 'file' | 'project') => ({
  tools: [
    {
      ...{ tool: 'sarif', name: 'count', command: ['node', '{config}', '{files}'], config: 'count.mjs' },
      ...{ files: ['src/*.js'], reach },
    },
  ],
});
let bench: StaticBench;

beforeAll(async () => {
  suite['count.mjs'] = counting;
  bench = await openStaticBench('core', base, { suite });
}, 300_000);

afterAll(() => bench.close());

describe('static analysis', { timeout: 120_000 }, () => {
  it('passes a change without new errors, and says what was analysed and fixed', async () => {
    const verdict = await bench.score(options, { 'src/a.js': 'export function a(x) {\n  return x;\n}\n' });
    expect(verdict).toMatchObject({
      outcome: 'pass',
      measures: { new_error: 0, fixed_error: 1, net_weighted: -10 },
    });
    expect(verdict.checks).toEqual([
      expect.objectContaining({
        id: 'biome',
        outcome: 'pass',
        message: expect.stringMatching(/^3 files analysed: 0 new, 1 fixed/),
      }),
    ]);
    expect(bench.calibration().words).toBe('biome 1 finding in 3 files');
  });

  it('does not blame a candidate for what was there, wherever it has moved it', async () => {
    const moved = 'export const before = 0;\n\nexport function a(x) {\n  debugger;\n  return x;\n}\n';
    const verdict = await bench.score(options, { 'src/a.js': null, 'src/renamed.js': moved });
    expect(verdict).toMatchObject({ outcome: 'pass', measures: { new_error: 0, fixed_error: 0 } });
  });

  it('refuses a new error, with its place, and keeps it as SARIF', async () => {
    const verdict = await bench.score(options, { 'src/b.js': 'export const b = 1;\n\ndebugger;\n' });
    expect(verdict.outcome).toBe('fail');
    expect(verdict.reason).toMatch(/new error by biome: .*noDebugger at src\/b\.js:3/);
    const sarif = JSON.parse(await bench.kept(verdict, 'findings.sarif'));
    expect(sarif.runs[0].results.map((each: { baselineState: string }) => each.baselineState).sort()).toEqual(
      ['new', 'unchanged'],
    );
    expect(JSON.parse(await bench.kept(verdict, 'delta.json')).tools[0].totals).toEqual({
      new: 1,
      fixed: 0,
      unchanged: 1,
    });
  });

  it('counts a new warning and lets it pass, unless the gate is stricter', async () => {
    const change = { 'src/b.js': 'export const b = (x) => x == 1;\n' };
    expect(await bench.score(options, change)).toMatchObject({
      outcome: 'pass',
      measures: { new_warning: 1, new_weighted: 3 },
    });
    expect(await bench.score({ ...options, fail_on: 'warning' }, change)).toMatchObject({ outcome: 'fail' });
  });

  it('is not steered by the candidate: its configuration and ignore files stay out', async () => {
    const verdict = await bench.score(options, {
      'src/b.js': 'debugger;\n',
      'biome.json': '{ "linter": { "enabled": false } }\n',
      '.gitignore': 'src/\n',
      'src/biome.json': '{ "root": true, "linter": { "enabled": false } }\n',
    });
    expect(verdict.outcome).toBe('fail');
  });

  it('has no verdict but error where a tool had nothing to look at, or is not there', async () => {
    const nothing = await bench.score({ tools: [{ tool: 'ruff' }] }, { 'src/b.js': 'export {};\n' });
    expect(nothing).toMatchObject({ outcome: 'error', measures: {} });
    expect(nothing.reason).toContain('no file to analyse');
    const missing = {
      tools: [{ tool: 'sarif', name: 'absent', command: ['no-such-tool'], files: ['**/*.js'] }],
    };
    expect(await bench.score(missing, {})).toMatchObject({ outcome: 'error' });
  });

  it('does without a tool that the suite calls optional where the task has no file for it', async () => {
    const both = { tools: [...options.tools, { tool: 'ruff', optional: true }] };
    const verdict = await bench.score(both, { 'src/b.js': 'export {};\n' });
    expect(verdict.outcome).toBe('pass');
    expect(verdict.checks.map(({ id, outcome }) => `${id} ${outcome}`)).toEqual([
      'ruff skipped',
      'biome pass',
    ]);
    // What the candidate brings is looked at all the same.
    const brought = await bench.score(both, { 'x.py': 'print(undefined_name)\n' });
    expect(brought.outcome).toBe('fail');
  });

  it.each([
    ['looks at changed files only where a tool says the same of the others', 'file', { a: '2', b: '1' }],
    ['looks at all of them again where it may not', 'project', { a: '2', b: '2' }],
  ] as const)('%s', async (_, reach, given) => {
    const verdict = await bench.score(counter(reach), { 'src/b.js': 'export const b = 2;\n' });
    const [run] = JSON.parse(await bench.kept(verdict, 'findings.sarif')).runs;
    const said = run.results.map(
      (each: {
        message: { text: string };
        locations: [{ physicalLocation: { artifactLocation: { uri: string } } }];
      }) => [each.locations[0].physicalLocation.artifactLocation.uri, each.message.text],
    );
    expect(Object.fromEntries(said)).toEqual({
      'src/a.js': `${given.a} given`,
      'src/b.js': `${given.b} given`,
    });
    expect(run.invocations[0].properties).toEqual({ files: 2 });
  });

  it('is an error when the tool is killed by a bound, never an empty report', async () => {
    const slow = {
      tools: [{ tool: 'sarif', name: 'slow', command: ['sleep', '60'], files: ['**/*.js'], timeout_sec: 1 }],
    };
    const verdict = await bench.score(slow, { 'src/b.js': 'export {};\n' });
    expect(verdict).toMatchObject({ outcome: 'error' });
    expect(verdict.reason).toContain('did not come to an end in 1 s');
  });

  it('calls a file that is too large to analyse a finding', async () => {
    const large = `export const text = '${'x'.repeat(3 * 1024 * 1024)}';\n`;
    const verdict = await bench.score(options, { 'src/large.js': large });
    expect(verdict).toMatchObject({ outcome: 'fail' });
    expect(verdict.reason).toContain('assay/not-analysed at src/large.js');
  });
});
