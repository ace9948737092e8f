import { describe, expect, it } from 'vitest';
import { AssayError } from '../../harness/domain/errors.ts';
import { parseApart, parseApartLimits } from './parse-apart.ts';
import { toolAdapters } from './testing/parse-adapters.ts';
import { ToolFailure, type ToolInput } from './tool.ts';

const registry = new URL('./testing/parse-adapters.ts', import.meta.url);
const here = { registry };
const apart = { registry, limits: { ...parseApartLimits, inlineUnits: 0 } };
const contents = new Map([
  ['a.cfg', 'config'],
  ['b.ts', null],
]);
const input: ToolInput<unknown> = {
  workdir: '/work',
  packages: new Map([['node', '/opt/node']]),
  options: { deep: [1, 'x'] },
  files: ['b.ts'],
  base: new Set(['a.cfg', 'b.ts']),
  baseFile: (path) => contents.get(path) ?? null,
  suiteFile: (path) => (path === 'suite.yaml' ? Buffer.from('suite') : null),
};
const output = { exitCode: 1, stdout: 'out', stderr: 'ü\uD800', report: '{}' };

describe('parseApart', () => {
  it('comes to the same in a process of its own as in place', async () => {
    const inPlace = await parseApart('echo', output, input, here);
    const other = await parseApart('echo', output, input, apart);
    expect(inPlace.measures?.process).toBe(process.pid);
    expect(other.measures?.process).not.toBe(process.pid);
    expect({ ...other, measures: {} }).toEqual({ ...inPlace, measures: {} });
    expect(JSON.parse(other.version ?? '')).toMatchObject({
      baseFiles: ['config', null, null],
      suiteFiles: ['suite', null],
      base: ['a.cfg', 'b.ts'],
    });
    expect(other.rules).toEqual(new Map([['a', { name: 'A' }]]));
  });

  it('reads what is large in a process of its own', async () => {
    const large = { ...output, stdout: ' '.repeat(parseApartLimits.inlineUnits) };
    const report = await parseApart('echo', large, input, here);
    expect(report.measures?.process).not.toBe(process.pid);
    expect(JSON.parse(report.version ?? '').output).toBe('ü\uD800{}');
  });

  it.each([
    ['in place', here],
    ['in a process of its own', apart],
  ])('fails as the adapter does %s', async (_, options) => {
    const failing = parseApart('failing', output, input, options);
    await expect(failing).rejects.toThrow(ToolFailure);
    await expect(failing).rejects.toThrow('the tool crashed');
    await expect(parseApart('deep', output, input, options)).rejects.toThrow(ToolFailure);
    await expect(parseApart('nobody', output, input, options)).rejects.toThrow(TypeError);
  });

  it('does not take a bug of ours for a failure of the tool', async () => {
    await expect(parseApart('broken', output, input, here)).rejects.toThrow(TypeError);
    await expect(parseApart('broken', output, input, apart)).rejects.toThrow(AssayError);
  });

  it('takes what breaks such a process for a failure of the tool', async () => {
    const brief = { ...apart.limits, timeMs: 2000, heapMiB: 64 };
    const greedy = parseApart('greedy', output, input, { registry, limits: { ...brief, timeMs: 60_000 } });
    await expect(greedy).rejects.toThrow('its report takes too much memory to read');
    const endless = parseApart('endless', output, input, { registry, limits: brief });
    await expect(endless).rejects.toThrow('its report takes longer than 2 seconds to read');
    await expect(endless).rejects.toThrow(ToolFailure);
  });

  it('knows the adapters that there are', async () => {
    const sarif = JSON.stringify({
      version: '2.1.0',
      runs: [{ tool: { driver: {} }, results: [{ ruleId: 'r' }] }],
    });
    const options = { name: 'lint', exit_codes: [0], report: 'stdout', count: 'given' };
    const of = { ...output, exitCode: 0, stdout: sarif };
    const reports = await Promise.all(
      [{}, { limits: apart.limits }].map((each) => parseApart('sarif', of, { ...input, options }, each)),
    );
    expect(reports[0]).toMatchObject({ findings: [{ tool: 'lint', rule: 'r' }], files: 1 });
    expect(reports[1]).toEqual(reports[0]);
    expect(toolAdapters.some(({ name }) => name === 'sarif')).toBe(false);
  });
});
