import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, outputText, type TestEngine } from '../../harness/sandbox/docker-testing.ts';
import { type LayerEntry, packLayer } from '../../harness/sandbox/layer.ts';
import { overlayEntries } from './overlay.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => engine.sandbox.close());

const user = { uid: 1000, gid: 1000 };

/** What a candidate may have made of the places that the tests are laid at. */
function workspace(workdir: string): LayerEntry[] {
  return [
    { path: workdir, type: 'dir', ...user },
    { path: `${workdir}/src`, type: 'dir', mode: 0o700, ...user },
    { path: `${workdir}/src/a.py`, type: 'file', content: 'own', ...user },
    { path: `${workdir}/src/a_test.py`, type: 'file', mode: 0o777, content: 'evil', ...user },
    { path: `${workdir}/src/inner`, type: 'dir', ...user },
    { path: `${workdir}/elsewhere`, type: 'dir', mode: 0o777, ...user },
    { path: `${workdir}/tests`, type: 'link', linkTarget: `${workdir}/elsewhere`, ...user },
    { path: `${workdir}/linked`, type: 'link', linkTarget: '/var/tmp', ...user },
    { path: `${workdir}/file`, type: 'file', content: 'evil', ...user },
    { path: `${workdir}/full/of/own`, type: 'file', content: 'own', ...user },
    { path: `${workdir}/test_link.py`, type: 'link', linkTarget: 'src/a.py', ...user },
  ];
}

const tests = [
  'src/a_test.py',
  'tests/deep/b_test.py',
  'linked/c_test.py',
  'file/d_test.py',
  'test_link.py',
].map((path) => ({ path, text: `test ${path}\n` }));
const others = [
  { path: 'tests/data.json', content: Buffer.from('{}'), mode: 0o644 as const },
  { path: 'tests/run', content: Buffer.from('#!/bin/sh\n'), mode: 0o755 as const },
  { path: 'tests/link.json', linkTarget: 'data.json' },
  { path: 'full', content: Buffer.from('a file'), mode: 0o644 as const },
];

/** Runs a script in the workspace as its user, once everything is laid. */
async function run(script: string, workdir = '/app', as = user): Promise<string> {
  const entries = [...workspace(workdir), ...overlayEntries(tests, others, workdir)];
  const request = engine.request(script, { workdir, user: as, files: packLayer(entries) });
  const { stdout, stderr } = await engine.sandbox.run(request);
  return `${outputText(stdout)}${outputText(stderr)}`.trim();
}

const laid = [...tests.map(({ path }) => path), 'tests/data.json', 'tests/run', 'tests/link.json', 'full'];
const folders = ['src', 'tests', 'tests/deep', 'linked', 'file'];
const show = `cat ${tests.map(({ path }) => path).join(' ')}; cat tests/data.json tests/link.json full; readlink tests/link.json`;
const whole = `${tests.map(({ text }) => text).join('')}{}{}a filedata.json`;

describe('laid tests, in a real container', () => {
  it('stand as root’s in real folders, whatever stood there', async () => {
    const stat = await run(
      `stat -c '%n %u:%g %a %F' . ${folders.join(' ')} ${laid.join(' ')}; ls -A elsewhere /var/tmp`,
    );
    expect(stat.split('\n')).toEqual([
      ...['.', ...folders].map((path) => `${path} 0:0 1777 directory`),
      ...tests.map(({ path }) => `${path} 0:0 644 regular file`),
      'tests/data.json 0:0 644 regular file',
      'tests/run 0:0 755 regular file',
      'tests/link.json 0:0 777 symbolic link',
      'full 0:0 644 regular file',
      // Nothing came through a link.
      '/var/tmp:',
      '',
      'elsewhere:',
    ]);
  });

  it('cannot be changed, deleted, renamed or replaced by the user who runs them', async () => {
    const tries = [
      ...laid.flatMap((path) => [
        `echo evil > ${path}`,
        `echo evil >> ${path}`,
        `chmod 777 ${path}`,
        `rm -f ${path}`,
        `mv ${path} moved`,
        `mv -T own ${path}`,
        `ln -sfT own ${path}`,
        `python3 -c 'import os; os.replace("own", "${path}")'`,
        `python3 -c 'import os; os.truncate("${path}", 0)'`,
        `touch -d 2000-01-01 ${path}`,
      ]),
      ...['.', ...folders].flatMap((path) => [
        `chmod 777 ${path}`,
        `chown 1000 ${path}`,
        `mv ${path} moved`,
        `mv "$PWD/${path}" "$PWD/moved"`,
        `rmdir ${path}`,
        `python3 -c 'import os; os.rename("${path}", "moved")'`,
        `python3 -c 'import os; os.rename("owndir", "${path}")'`,
      ]),
      'mv /app /moved',
      'rm -rf src tests linked file full 2>/dev/null',
    ];
    const script = tries.map(
      (each) =>
        `echo own > own; mkdir -p owndir; if ( ${each} ) 2>/dev/null; then echo ${JSON.stringify(`done: ${each}`).replaceAll('$', '\\$')}; fi`,
    );
    expect(await run(`${script.join('\n')}\n${show}`)).toBe(whole);
  });

  it('leave the user what is the user’s, and room for new files', async () => {
    const script = [
      'echo more >> src/a.py',
      'cat src/a.py',
      'rm src/a.py',
      'mv src/inner src/moved',
      'for folder in . src tests tests/deep linked file; do mkdir $folder/new && echo x > $folder/new/file && mv $folder/new/file $folder/x && rm $folder/x && rmdir $folder/new || echo no $folder; done',
      'rm -r elsewhere && ls',
    ];
    expect((await run(script.join('\n'))).split('\n')).toEqual([
      'ownmore',
      'file',
      'full',
      'linked',
      'src',
      'test_link.py',
      'tests',
    ]);
  });

  it('lie in a workspace that cannot be renamed in a home of the user’s own', async () => {
    const home: LayerEntry[] = [{ path: '/home/me', type: 'dir', ...user }];
    const entries = [...home, ...workspace('/home/me/app'), ...overlayEntries(tests, others, '/home/me/app')];
    const script = `cd /; mv /home/me/app /home/me/other 2>/dev/null && echo moved; mv /home/me /home/you 2>/dev/null && echo moved; echo x > /home/me/own; cat /home/me/own; cd /home/me/app; ${show}`;
    const request = engine.request(script, { workdir: '/home/me/app', user, files: packLayer(entries) });
    expect(outputText((await engine.sandbox.run(request)).stdout)).toBe(`x\n${whole}\n`);
  });
});
