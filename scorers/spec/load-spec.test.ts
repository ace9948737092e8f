import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AssayError, formatProblem } from '../../harness/domain/errors.ts';
import { hasSpec, loadSpec, parseSpec } from './load-spec.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-spec-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function taskOf(files: Record<string, string>): Promise<string> {
  const dir = join(folder, String(count++));
  await mkdir(dir);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
  return dir;
}

function problemsIn(error: unknown): string[] {
  if (!(error instanceof AssayError)) throw new Error(`it was taken: ${String(error)}`);
  expect(error.kind).toBe('input');
  return error.problems.map((problem) => {
    expect(problem.fix ?? '').not.toBe('');
    return formatProblem(problem);
  });
}

/** What is wrong with a text, nothing being said of files. */
function problems(text: string, exists?: (path: string) => boolean): string[] {
  try {
    parseSpec(text, 'spec.yaml', exists === undefined ? {} : { exists });
  } catch (error) {
    return problemsIn(error);
  }
  return [];
}

const head = 'version: 1\nintent: To be checked\n';
const one = (check: string) => `${head}criteria:\n  - id: a\n    says: It works\n    ${check}\n`;

const whole = `
version: 1
intent: Durations can be read
scope: { allow: [src/**, 'test/*.ts'], deny: ["**/*.{lock,log}"], max_files: 3 }
service: { command: node server.js, port: 8080 }
criteria:
  - { id: tests, says: Tests pass, check: { test: { pattern: "test/parse*" } } }
  - id: several
    says: Many kinds
    checks:
      - export: { module: src/a.ts, name: parse, signature: "(text: string) => number" }
      - pattern: { language: TypeScript, must_not: "eval($$$)", files: [src/**] }
      - command: { command: [node, a.js], stdin: { file: tests/in.txt }, expect: { stdout: { regex: "^a$" } } }
      - request: { request: { path: /x }, expect: { status: 200 } }
      - steps: { steps: [{ request: { path: /x } }] }
      - schema: { of: { command: { command: ls } }, json_schema: { type: object } }
      - schema: { of: { request: { path: /x } }, openapi: tests/api.yaml }
      - schema: { of: { request: { path: /x } }, json_schema: tests/schema.json }
      - property: { file: tests/props.test.ts, runs: 200 }
  - { id: open, says: Nobody can tell }
invariants:
  - { id: kept, says: Other tests pass, check: { test: { id: "a > b" } } }
dependencies: { add: { zod: "^3.0.0", attrs: ">=23,<24" }, licences: [MIT, Apache-2.0] }
controls:
  - { name: leaves-out, patch: controls/x.patch, breaks: [tests, scope, dependencies, kept] }
`;
const files = {
  'spec.yaml': whole,
  'task.toml': '',
  'tests/in.txt': 'x',
  'tests/api.yaml': 'openapi: 3.1.0\npaths: { /x: { get: {} } }\n',
  'tests/schema.json': '{"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}',
  'tests/props.test.ts': "import fc from 'fast-check';\nimport test from 'node:test';\n",
  'controls/x.patch': 'diff',
};

describe('a spec', () => {
  it('is read with its requirements in order, and one id for each check', async () => {
    const dir = await taskOf(files);
    expect(await hasSpec(dir)).toBe(true);
    const { requirements, file } = await loadSpec(dir);
    expect(requirements.map(({ id, kind, checks }) => [id, kind, checks.map((check) => check.id)])).toEqual([
      ['tests', 'criterion', ['tests']],
      ['several', 'criterion', [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => `several/${at}`)],
      ['open', 'criterion', []],
      ['kept', 'invariant', ['kept']],
    ]);
    expect(requirements[1]?.checks.at(-1)).toMatchObject({ kind: 'property', given: { runs: 200, seed: 1 } });
    expect(file.scope).toMatchObject({ max_files: 3, symlinks: 'deny' });
  });

  it('is there or not', async () => {
    expect(await hasSpec(await taskOf({}))).toBe(false);
    expect(await hasSpec(join(folder, 'nowhere'))).toBe(false);
    const dangling = await taskOf({});
    await symlink('nothing', join(dangling, 'spec.yaml'));
    expect(await hasSpec(dangling)).toBe(true);
    await expect(loadSpec(dangling)).rejects.toThrow(/does not exist/);
  });

  it('is read from its text alone, files being asked for only by name', () => {
    expect(problems(whole)).toEqual([]);
    expect(problems(whole, (path) => path !== 'tests/in.txt')).toEqual([
      'spec.yaml:13: criteria[1].checks[2].command.stdin.file: "tests/in.txt" does not exist (fix: create it, or correct the path)',
    ]);
  });
});

describe('what is wrong with a spec', () => {
  const refused: [string, string, RegExp][] = [
    ['no YAML', 'version: [', /spec\.yaml:\d+: /],
    ['a list', '- a\n', /spec\.yaml:1: /],
    ['an unknown field', `${one('check: { test: { id: x } }')}intnt: x\n`, /:7: intnt: .*"intent"/],
    ['another version', 'version: 2\nintent: x\ncriteria: [{ id: a, says: b }]\n', /:1: version: 2 is not/],
    ['no criteria', head, /criteria: is missing/],
    [
      'an id in capitals',
      `${head}criteria: [{ id: A, says: b }]\n`,
      /:3: criteria\[0\]\.id: "A" must be lower-case/,
    ],
    [
      'an unknown kind',
      one('check: { tests: { id: x } }'),
      /:6: criteria\[0\]\.check\.tests: is no kind.*"test"/,
    ],
    [
      'two kinds',
      one('check: { test: { id: x }, property: { file: p.ts } }'),
      /:6: .*has 2 kinds: test, property/,
    ],
    ['no kind', one('check: {}'), /:6: .*says nothing to check .*test, export/],
    ['an empty kind', one('check: { command: }'), /check\.command: has no value/],
    [
      'check and checks',
      one('check: { test: { id: x } }\n    checks: [{ test: { id: y } }]'),
      /check: stands beside/,
    ],
    ['a check that is text', one('check: test'), /:6: criteria\[0\]\.check: expected a block/],
    [
      'a fault deep inside',
      one('checks:\n      - test: { id: x }\n      - command: { command: ls, expect: { exit_code: 300 } }'),
      /:8: criteria\[0\]\.checks\[1\]\.command\.expect\.exit_code: /,
    ],
    [
      'a command without one',
      one('check: { command: { expect: { exit_code: 1 } } }'),
      /check\.command\.command: is missing/,
    ],
    [
      'a case with a name',
      one('check: { command: { command: ls, name: x } }'),
      /command\.name: unknown field/,
    ],
    [
      'must and must_not',
      one('check: { pattern: { language: c, must: a, must_not: b } }'),
      /check\.pattern: needs exactly one/,
    ],
    [
      'a regex that is none',
      one('check: { command: { command: ls, expect: { stdout: { regex: "(" } } } }'),
      /stdout\.regex: is not a regular expression/,
    ],
    [
      'a request without a service',
      one('check: { request: { request: { path: / } } }'),
      /check\.request: there is no service/,
    ],
    [
      'steps without a service',
      one('check: { steps: { steps: [{ request: { path: / } }] } }'),
      /check\.steps: there is no service/,
    ],
    [
      'a schema without a service',
      one('check: { schema: { of: { request: { path: / } }, json_schema: {} } }'),
      /check\.schema: there is no service/,
    ],
    [
      'a schema without a schema',
      one('check: { schema: { of: { command: { command: ls } } } }'),
      /check\.schema: names no schema/,
    ],
    [
      'OpenAPI of a command',
      one('check: { schema: { of: { command: { command: ls } }, openapi: a.yaml } }'),
      /openapi: describes answers to requests/,
    ],
    [
      'a JSON Schema that is none',
      one('check: { schema: { of: { command: { command: ls } }, json_schema: { type: strng } } }'),
      /json_schema: is no JSON Schema: .*type/,
    ],
    [
      'a $ref to nothing',
      one(
        'check: { schema: { of: { command: { command: ls } }, json_schema: { $ref: "https://x.test/y" } } }',
      ),
      /json_schema: is no JSON Schema/,
    ],
    [
      'an unknown draft',
      one(
        'check: { schema: { of: { command: { command: ls } }, json_schema: { $schema: "http://json-schema.org/draft-04/schema#" } } }',
      ),
      /names a \$schema that is not known/,
    ],
    [
      'a regex in a schema',
      one('check: { schema: { of: { command: { command: ls } }, json_schema: { pattern: "(" } } }'),
      /json_schema: is no JSON Schema/,
    ],
    [
      'a language that cannot be told',
      one('check: { export: { module: src/lib.rs, name: x } }'),
      /export\.module: "src\/lib\.rs" does not tell/,
    ],
    [
      'a wrong language',
      one('check: { export: { module: a.py, name: x, language: typescript } }'),
      /export\.language: "a\.py" is python/,
    ],
    [
      'a file outside',
      one('check: { property: { file: ../p.test.ts } }'),
      /property\.file: must be a relative path/,
    ],
    [
      'an unknown language of patterns',
      one('check: { pattern: { language: typscript, must: a } }'),
      /pattern\.language: ast-grep knows no language/,
    ],
    [
      'two schemas',
      one('check: { schema: { of: { request: { path: / } }, openapi: a.yaml, json_schema: {} } }'),
      /openapi: stands beside json_schema/,
    ],
    [
      'a property in TSX',
      one('check: { property: { file: p.test.tsx } }'),
      /property\.file: "p\.test\.tsx" is no file of tests/,
    ],
    [
      'a property in another language',
      one('check: { property: { file: p.ts, language: javascript } }'),
      /property\.language: "p\.ts" is typescript/,
    ],
    [
      'a glob that is none',
      `${one('check: { test: { id: x } }')}scope: { deny: ["!(a)"] }\n`,
      /:7: scope\.deny\[0\]: .*extended pattern/,
    ],
    [
      'a glob that leaves',
      `${one('check: { test: { id: x } }')}scope: { generated: { allow: [../a] } }\n`,
      /scope\.generated\.allow\[0\]: .*relative/,
    ],
    [
      'a glob of a pattern',
      one('check: { pattern: { language: c, must: a, files: [/abs] } }'),
      /pattern\.files\[0\]: .*relative/,
    ],
    [
      'a range that is none',
      `${one('check: { test: { id: x } }')}dependencies: { add: { zod: newest } }\n`,
      /dependencies\.add\.zod: "newest" is no range/,
    ],
    [
      'a licence that is none',
      `${one('check: { test: { id: x } }')}dependencies: { licences: [Free] }\n`,
      /licences\[0\]: "Free" is no licence/,
    ],
    [
      'a control of nothing',
      `${one('check: { test: { id: x } }')}controls: [{ name: c, patch: p, breaks: [b, scope] }]\n`,
      /:7: controls\[0\]\.breaks\[0\]: "b" is no requirement .*"a"/,
    ],
    [
      'an id twice',
      `${head}criteria: [{ id: a, says: b }]\ninvariants:\n  - { id: a, says: c }\n`,
      /:5: invariants\[0\]\.id: "a" is also the id of criteria\[0\]/,
    ],
    [
      'a reserved id',
      `${head}criteria: [{ id: scope, says: b }]\n`,
      /:3: criteria\[0\]\.id: "scope" is the id of/,
    ],
  ];
  it.each(refused)('%s', (_, text, said) => {
    expect(problems(text).join('\n')).toMatch(said);
  });

  it('is told all at once, in the order of the lines', () => {
    const text = `${head}criteria:
  - { id: a, says: x, check: { tst: {} } }
  - { id: a, says: x, check: { request: { request: { path: x } } } }
scope: { allow: ["!a"] }
nonsense: 1
`;
    expect(problems(text).map((line) => line.split(' (fix')[0])).toEqual([
      'spec.yaml:4: criteria[0].check.tst: is no kind of check',
      'spec.yaml:5: criteria[1].check.request.request.path: "x" must begin with "/" and hold printable ASCII only',
      'spec.yaml:5: criteria[1].id: "a" is also the id of criteria[0]',
      'spec.yaml:7: nonsense: unknown field',
    ]);
  });

  it('is a YAML bomb', () => {
    const rows = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`);
    const [said] = problems(`a0: &a0 [x]\n${rows.join('\n')}\ncriteria: *a12\n`);
    expect(said).toMatch(/alias/);
  });
});

describe('the files that a spec names', () => {
  const changed = async (change: Record<string, string>) => {
    const dir = await taskOf({ ...files, ...change });
    return { dir, load: () => loadSpec(dir).then(() => [], problemsIn) };
  };

  it.each([
    ['tests/api.yaml', 'swagger: "2.0"\n', /openapi: "tests\/api\.yaml" is Swagger 2/],
    ['tests/api.yaml', 'openapi: 3.0.0\n', /describes no paths/],
    ['tests/api.yaml', 'openapi: [\n', /"tests\/api\.yaml" cannot be read in line/],
    ['tests/schema.json', '{"type": 3}', /json_schema: "tests\/schema\.json" is no JSON Schema/],
    ['tests/schema.json', '{', /"tests\/schema\.json" cannot be read: /],
    [
      'tests/props.test.ts',
      'export {};',
      /property\.file: "tests\/props\.test\.ts" does not import fast-check/,
    ],
    ['tests/props.test.ts', 'import "fast-check";', /it does not import node:test/],
    ['controls/x.patch', '', /controls\[0\]\.patch: "controls\/x\.patch" is empty/],
  ])('%s being %j', async (path, content, said) => {
    const found = await (await changed({ [path]: content })).load();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(said);
  });

  it('must be there, in the folder, and small', async () => {
    const { dir, load } = await changed({ 'tests/props.test.ts': ' '.repeat(1024 ** 2 + 1) });
    await rm(join(dir, 'tests/in.txt'));
    await symlink('/etc/hostname', join(dir, 'tests/in.txt'));
    await rm(join(dir, 'controls/x.patch'));
    const found = await load();
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(/stdin\.file: "tests\/in\.txt" is a symbolic link that leaves/);
    expect(found[1]).toMatch(/is larger than 1 MiB/);
    expect(found[2]).toMatch(/"controls\/x\.patch" does not exist/);
  });

  it('must belong to the task, whose digest would not tell of them otherwise', async () => {
    const spec = one('check: { property: { file: props.test.ts } }');
    const content = files['tests/props.test.ts'];
    const task = await taskOf({ 'task.toml': '', 'spec.yaml': spec, 'props.test.ts': content });
    await expect(loadSpec(task).catch(problemsIn)).resolves.toEqual([
      expect.stringMatching(
        /property\.file: "props\.test\.ts" lies outside of what makes up a task.*below spec/,
      ),
    ]);
    const loose = await taskOf({ 'spec.yaml': spec, 'props.test.ts': content });
    expect((await loadSpec(loose)).requirements).toHaveLength(1);
  });
});
