import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AssayError, formatProblem } from '../../../harness/domain/errors.ts';
import { loadCases } from './load-cases.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-load-cases-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(text: string, files: Record<string, string | Uint8Array> = {}) {
  const dir = join(folder, String(count++));
  for (const [path, content] of Object.entries({ 'cases.yaml': text, ...files })) {
    const place = join(dir, 'tests', path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
  }
  return { dir, load: () => loadCases(dir, 'cases.yaml') };
}

async function problems(text: string, files: Record<string, string> = {}): Promise<string[]> {
  const { dir, load: again } = await load(text, files);
  const error = await again().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AssayError)) throw new Error(`it was taken: ${String(error)}`);
  expect(error.kind).toBe('input');
  return error.problems.map((problem) => formatProblem(problem).replace(`${dir}/tests/`, ''));
}

const one = (fields: string) => `cases:\n  - name: a\n${fields.replaceAll(/^/gm, '    ')}\n`;

describe('a file of cases', () => {
  it('has defaults that each case may change, and reads the files that it names', async () => {
    const given = await load(
      `
defaults: { command: [node, cli.js], timeout_sec: 3, env: { A: "1", B: "2" } }
service: { command: node server.js, port: 80 }
cases:
  - { name: args, args: [x], env: { B: "3" } }
  - name: own
    command: "a | b"
    stdin: { file: in/bytes }
    files: { tool: { file: in/tool }, text: "t" }
    timeout_sec: 0.5
    expect: { exit_code: [1, 2], stdout: { file: in/bytes, trim: true }, files: { gone: { absent: true }, out: "o" } }
  - name: asks
    request: { path: "/x?y=1", json: [1] }
    expect: { status: any, headers: { A: { regex: "^b", flags: i } } }
  - { name: steps, steps: [{ request: { method: PUT, path: /, body: { base64: AP8= } } }] }
`,
      { 'in/bytes': new Uint8Array([0, 255]), 'in/tool': '#!/bin/sh\n' },
    );
    await chmod(join(given.dir, 'tests/in/tool'), 0o755);
    const cases = await given.load();
    expect(cases.names).toEqual(['args', 'own', 'asks', 'steps']);
    expect(cases.workspace).toBe('fresh');
    expect(cases.commands[0]).toMatchObject({
      argv: ['node', 'cli.js', 'x'],
      env: { A: '1', B: '3' },
      timeoutSec: 3,
      stdin: null,
      expect: { exitCode: [0], stdout: null, files: [] },
    });
    const bytes = Buffer.from([0, 255]);
    expect(cases.commands[1]).toMatchObject({
      argv: ['/bin/sh', '-c', 'a | b'],
      stdin: bytes,
      files: [
        { path: 'tool', isProgram: true },
        { path: 'text', content: Buffer.from('t'), isProgram: false },
      ],
      timeoutSec: 0.5,
      expect: {
        exitCode: [1, 2],
        stdout: { exact: bytes, trim: true, ignoreTrailingSpace: false },
        files: [
          { path: 'gone', content: 'absent' },
          { path: 'out', content: { exact: Buffer.from('o') } },
        ],
      },
    });
    expect(cases.service).toEqual({
      argv: ['/bin/sh', '-c', 'node server.js'],
      env: {},
      port: 80,
      ready: { path: null, timeoutSec: 30 },
      isPerCase: false,
    });
    expect(cases.dialogues[0]?.steps).toMatchObject([
      {
        request: {
          method: 'GET',
          path: '/x?y=1',
          headers: { 'content-type': 'application/json' },
          body: Buffer.from('[1]'),
        },
        expect: {
          status: 'any',
          headers: [{ name: 'A', value: { regex: { source: '^b', flags: 'i' } } }],
          body: null,
        },
      },
    ]);
    expect(cases.dialogues[1]).toMatchObject({
      timeoutSec: 3,
      steps: [{ request: { body: bytes }, expect: { status: null } }],
    });
  });

  it.each<[string, string, string[]]>([
    ['no YAML', 'cases: [', ['cases.yaml:1: ']],
    ['nothing', '{}', ['cases.yaml:1: cases: is missing']],
    ['no cases', 'cases: []', ['cases.yaml:1: cases: must not be empty']],
    ['no block', 'cases: [x]', ['cases.yaml:1: cases[0]: expected a block of fields, found the text "x"']],
    [
      'a name twice',
      one('command: a') + one('command: b').slice(7),
      ['cases.yaml:4: cases[1].name: "a" is also the name of cases[0]'],
    ],
    [
      'an unknown field',
      one('comand: a'),
      ['cases.yaml:3: cases[0].comand: unknown field (fix: did you mean "command"?)'],
    ],
    [
      'an unknown field below',
      one('command: a\nexpect: { stdot: x }'),
      ['cases.yaml:4: cases[0].expect.stdot: unknown field (fix: did you mean "stdout"?)'],
    ],
    ['an unknown field on top', `timeout: 3\n${one('command: a')}`, ['cases.yaml:1: timeout: unknown field']],
    ['nothing to do', one('stdin: x'), ['cases.yaml:2: cases[0]: says neither what to run nor what to ask']],
    ['args alone', one('args: [x]'), ['cases.yaml:2: cases[0]: says neither']],
    [
      'args beside command',
      one('command: a\nargs: [x]'),
      ['cases.yaml:4: cases[0].args: has no meaning beside command'],
    ],
    [
      'a number as variable',
      one('command: a\nenv: { A: 1 }'),
      ['cases[0].env.A: expected text, found the number 1 (fix: put it in quotes: "1")'],
    ],
    ['a bad variable', one('command: a\nenv: { "A=B": x }'), ['is no name of a variable']],
    ['a path that climbs', one('command: a\nfiles: { ../x: y }'), ['must be a relative path']],
    ['an absolute path', one('command: a\ncwd: /tmp'), ['cases[0].cwd: must be a relative path']],
    ['an option as program', one('command: ["-i", sh]'), ['must begin with a program']],
    [
      'an expectation that is none',
      one('command: a\nexpect: { stdout: { trim: true } }'),
      ['cases[0].expect.stdout: says nothing'],
    ],
    ['two texts', one('command: a\nexpect: { stdout: { text: x, file: y } }'), ['has both text and file']],
    [
      'an expectation of a number',
      one('command: a\nexpect: { stdout: 3 }'),
      ['cases[0].expect.stdout: expected text or a block of fields, found the number 3'],
    ],
    [
      'a bad regex',
      one('command: a\nexpect: { stdout: { regex: "(" } }'),
      ['cases[0].expect.stdout.regex: is not a regular expression'],
    ],
    [
      'bad flags',
      one('command: a\nexpect: { stdout: { regex: x, flags: g } }'),
      ['flags: "g" knows i, m, s, u and v'],
    ],
    [
      'flags alone',
      one('command: a\nexpect: { stdout: { text: x, flags: i } }'),
      ['flags: has no meaning without regex'],
    ],
    [
      'a bad operator',
      one('command: a\nexpect: { stdout: { json: { a: [{ $has: 1 }] } } }'),
      ['cases[0].expect.stdout.json.a[0]: $has is neither'],
    ],
    [
      'a number that JSON changes',
      one('command: a\nexpect: { stdout: { json: 9007199254740993 } }'),
      ['cases[0].expect.stdout.json: is a number that JSON'],
    ],
    ['a bad exit code', one('command: a\nexpect: { exit_code: 256 }'), ['256 must be at most 255']],
    ['no base64', one('command: a\nstdin: { base64: "*" }'), ['is not base64']],
    [
      'a file that is not there',
      one('command: a\nstdin: { file: none }'),
      ['cases.yaml:4: cases[0].stdin.file: tests/none does not exist'],
    ],
    [
      'a request without service',
      one('request: { path: / }'),
      ['cases.yaml:3: cases[0].request: there is no service to ask'],
    ],
    [
      'a service without requests',
      `service: { command: a, port: 1 }\n${one('command: a')}`,
      ['cases.yaml:1: service: is asked by no case'],
    ],
    [
      'a bad service',
      `service: { command: a, port: 0 }\n${one('request: { path: / }')}`,
      ['cases.yaml:1: service.port: 0 must be at least 1'],
    ],
    [
      'a bad request',
      `service: { command: a, port: 1 }\n${one('request: { path: x, method: get, headers: { "a b": "c" } }')}`,
      ['request.method', 'request.path: ', 'is no name of a header'],
    ],
    [
      'a header that breaks out',
      `service: { command: a, port: 1 }\n${one('request: { path: /, headers: { a: "b\\r\\nc: d" } }')}`,
      ['is no value of a header'],
    ],
    [
      'a body twice',
      `service: { command: a, port: 1 }\n${one('request: { path: /, body: x, json: 1 }')}`,
      ['has both body and json'],
    ],
    [
      'steps of nothing',
      `service: { command: a, port: 1 }\n${one('steps: []')}`,
      ['cases[0].steps: must not be empty'],
    ],
    ['too long a time', one('command: a\ntimeout_sec: 4000'), ['4000 must be at most 3600']],
  ])('with %s is refused, with its place', async (_what, text, expected) => {
    const found = await problems(text);
    expect(found.length).toBe(expected.length);
    for (const [index, words] of expected.entries()) expect(found[index]).toContain(words);
  });

  it('is refused with all of its problems at once', async () => {
    const text = 'workspace: x\ncases:\n  - { name: a, comand: b }\n  - { name: b, command: c, cwd: .. }\n';
    expect(await problems(text)).toEqual([
      'cases.yaml:1: workspace: "x" is not one of "fresh", "shared" (fix: write fresh or shared)',
      expect.stringContaining('cases.yaml:3: cases[0].comand: unknown field'),
      expect.stringContaining('cases.yaml:4: cases[1].cwd: must be a relative path'),
    ]);
  });

  it('reads nothing outside of tests/', async () => {
    const given = await load(one('command: a\nstdin: { file: link }'));
    await symlink('/etc/hostname', join(given.dir, 'tests/link'));
    await expect(given.load()).rejects.toMatchObject({
      problems: [{ message: expect.stringContaining('leaves its folder') }],
    });
    await expect(loadCases(given.dir, 'none.yaml')).rejects.toMatchObject({ kind: 'input' });
  });
});
