import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLimits, parseReport } from './parse.ts';
import { parsers } from './parsers.ts';
import { fixtures } from './testing.ts';

const apart = { ...parseLimits, inlineBytes: 0 };
/** Between the bound of parsing in place and that of a report. */
const large = parseLimits.inlineBytes * 8;
const repeated = (start: string, part: string, end: string) =>
  Buffer.from(start + part.repeat(Math.ceil(large / part.length)) + end);

describe('parseReport', () => {
  it('comes to the same in a process of its own as in place', async () => {
    // One report of each format.
    const each = new Map(fixtures.map((fixture) => [fixture.format, fixture]));
    expect(each.size).toBeGreaterThan(7);
    for (const { name, format, content } of each.values())
      expect(await parseReport(format, content, apart), name).toEqual(parsers[format](content));
  });

  it('reads a large report in a process of its own, while the event loop goes on', async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const parsed = await parseReport(
      'junit',
      repeated('<testsuite>', '<testcase name="a"/>', '</testsuite>'),
    );
    clearInterval(timer);
    expect(parsed.ok && parsed.results.length).toBe(Math.ceil(large / '<testcase name="a"/>'.length));
    expect(turns).toBeGreaterThan(0);
  });

  it('takes what breaks such a process for a broken report', async () => {
    // A thread would end this very process here.
    const many = repeated('[', '{},', '{}]');
    expect(await parseReport('ctrf', many, { ...apart, heapMiB: 32 })).toEqual({
      ok: false,
      reason: 'it takes too much memory to parse',
    });
    expect(await parseReport('ctrf', many, { ...apart, timeMs: 1 })).toEqual({
      ok: false,
      reason: 'it takes longer than 0.001 seconds to parse',
    });
  });

  it('reads many at a time, each as itself', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `test ${index}`);
    const parsed = await Promise.all(
      names.map((name) => parseReport('tap', Buffer.from(`ok 1 - ${name}\n1..1\n`), apart)),
    );
    expect(parsed).toEqual(names.map((id) => ({ ok: true, results: [{ id, outcome: 'pass' }] })));
  });
});

describe('the process of the compiled package', () => {
  const root = resolve(import.meta.dirname, '../../..');
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-compiled-'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const sources = ['parse.ts', 'child.ts'].map((name) => join(import.meta.dirname, name));
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.build.json'),
        compilerOptions: {
          rootDir: root,
          outDir: join(folder, 'dist'),
          typeRoots: [join(root, 'node_modules/@types')],
        },
        include: [],
        files: sources,
      }),
    );
    await execa('tsc', ['-p', folder], { preferLocal: true, localDir: root });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['as JavaScript', 'dist'],
    ['by type stripping', null],
  ])('works %s', async (_, dist) => {
    const extension = dist === null ? 'ts' : 'js';
    const parse = join(dist === null ? root : join(folder, dist), `scorers/tests/parse/parse.${extension}`);
    const code = `
      const { parseReport, parseLimits } = await import(${JSON.stringify(parse)});
      const limits = { ...parseLimits, inlineBytes: 0 };
      console.log(JSON.stringify(await parseReport('tap', Buffer.from('ok 1 - a\\n1..1\\n'), limits)));`;
    const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: folder,
      env: {},
      extendEnv: false,
    });
    expect(JSON.parse(stdout)).toEqual({ ok: true, results: [{ id: 'a', outcome: 'pass' }] });
    expect(stderr).toBe('');
  });
});
