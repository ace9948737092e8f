import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpec } from '../load-spec.ts';
import type { LintFinding } from './finding.ts';
import { lintSpec } from './lint-spec.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-lint-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function lint(
  text: string,
  { files = {}, base = null }: { files?: Record<string, string>; base?: string[] | null } = {},
): Promise<LintFinding[]> {
  const dir = join(folder, String(count++));
  for (const [path, content] of Object.entries({ ...files, 'spec.yaml': text })) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
  const read = await readSpec(join(dir, 'spec.yaml'));
  return lintSpec(read, { inBase: (path) => (base === null ? null : base.includes(path)) });
}

const head = 'version: 1\nintent: Durations can be read from a text\n';
const fine = '  - { id: fine, says: "Tests of 1 kind pass", check: { test: { id: "a > b" } } }\n';
/** A spec with one further criterion `x`, or several with the checks given. */
const spec = (checks: string[], rest = '') =>
  `${head}${rest}criteria:\n${fine}${checks.map((check, at) => `  - { id: ${'xyz'[at]}, says: 'Exactly ${at}', check: ${check} }\n`).join('')}`;

/** `level rule id` of everything but the note that no control breaks anything. */
function gist(findings: readonly LintFinding[]): string[] {
  return findings
    .filter(({ rule }) => rule !== 'unproven')
    .map(({ level, rule, id }) => `${level} ${rule}${id === null ? '' : ` ${id}`}`);
}

const service = 'service: { command: node s.js, port: 80 }\n';
const command = (expected: string, line = 'node a.js') =>
  `{ command: { command: ${line}, expect: ${expected} } }`;
const schema = (json: string) =>
  `{ schema: { of: { command: { command: node a.js } }, json_schema: ${json} } }`;

describe('a criterion that cannot fail', () => {
  it.each<[string, string, string[]]>([
    ['any exit code, no output', command('{ exit_code: any }'), ['error cannot-fail x']],
    [
      'any exit code, an empty expression',
      command('{ exit_code: any, stdout: { regex: ".*" } }'),
      ['error cannot-fail x', 'warning says-nothing x'],
    ],
    [
      'an expression that everything has',
      command('{ stdout: { regex: "^[^]*$" } }'),
      ['warning says-nothing x'],
    ],
    ['a text that nearly all have', command('{ stdout: { contains: ["e"] } }'), ['warning says-nothing x']],
    ['a shell that hides the exit code', command('{}', '"node a.js || true"'), ['error cannot-fail x']],
    ['a command that runs nothing', command('{ stdout: "hi\\n" }', '"echo hi"'), ['error cannot-fail x']],
    ['every test', '{ test: { pattern: "*" } }', ['warning overlap fine', 'warning says-nothing x']],
    ['an empty schema', schema('{ title: T, $defs: {} }'), ['error cannot-fail x']],
    ['a schema without type', schema('{ properties: { a: { type: string } } }'), ['warning weak-schema x']],
    ['a pattern that all code has', '{ pattern: { language: ts, must: $A } }', ['error cannot-fail x']],
    ['an exported name', '{ export: { module: a.ts, name: a } }', ['note weak-export x']],
    ['a property of few runs', '{ property: { file: p.test.ts, runs: 5 } }', ['warning weak-property x']],
    [
      'an answer of any kind',
      '{ request: { request: { path: / }, expect: { status: any } } }',
      ['error cannot-fail x'],
    ],
    [
      'steps of any kind',
      '{ steps: { steps: [{ request: { path: / }, expect: { status: any, body: { regex: "" } } }] } }',
      [],
    ],
  ])('%s', async (name, check, expected) => {
    const files = { 'p.test.ts': "import 'fast-check';\nimport 'node:test';\n" };
    const asks = /request|steps/.test(check) ? service : '';
    const text = spec([check.replace('regex: ""', 'regex: "x*"')], asks);
    const wanted =
      name === 'steps of any kind' ? ['error cannot-fail x', 'warning says-nothing x'] : expected;
    expect(gist(await lint(text, { files })).toSorted()).toEqual(wanted);
  });

  it.each([
    command('{ exit_code: 2 }'),
    command('{ exit_code: any, stdout: "" }'),
    command('{ exit_code: any, files: { out: { regex: ".*" } } }'),
    command('{ stdout: { regex: "^\\\\d+$" } }'),
    command('{ stdout: { json: {} } }', '"echo hi | node a.js"'),
    schema('{ type: object, required: [a] }'),
    '{ pattern: { language: ts, must_not: "eval($$$)" } }',
    '{ test: { pattern: "a > c*" } }',
  ])('is not %s', async (check) => {
    expect(gist(await lint(spec([check])))).toEqual([]);
  });
});

describe('a criterion that cannot pass', () => {
  it.each([
    ['a regex that nothing holds', command('{ stdout: { regex: "$^" } }')],
    ['a text that its own regex refuses', command('{ stdout: { text: "a", regex: "b" } }')],
    ['a text that is not its own JSON', command('{ stdout: { text: "{}", json: { a: 1 } } }')],
    ['a pattern that all code has', '{ pattern: { language: ts, must_not: $$$ } }'],
    ['false', schema('{ allOf: [false] }')],
    ['bounds', schema('{ type: integer, minimum: 3, maximum: 2 }')],
    [
      'bounds of an item',
      schema('{ type: array, minItems: 1, items: { type: string, minLength: 2, maxLength: 1 } }'),
    ],
    ['a constant of another type', schema('{ type: string, const: 1 }')],
    [
      'a property that is required and not allowed',
      schema('{ type: object, required: [a], additionalProperties: false }'),
    ],
    [
      'a property that cannot be',
      schema('{ type: object, required: [a], properties: { a: { enum: [1], type: string } } }'),
    ],
    ['no branch', schema('{ anyOf: [{ not: {} }, false] }')],
  ])('%s', async (_, check) => {
    expect(gist(await lint(spec([check])))).toEqual(['error cannot-pass x']);
  });

  it.each([
    schema('{ type: object, properties: { a: false } }'),
    schema('{ type: object, minimum: 3, maximum: 2 }'),
    schema('{ type: object, required: [a], additionalProperties: false, patternProperties: { a: {} } }'),
    schema('{ type: array, items: false }'),
    schema('{ $defs: { a: { type: string } }, $ref: "#/$defs/a", enum: [x] }'),
  ])('is not one that %s', async (check) => {
    expect(gist(await lint(spec([check])))).toEqual([]);
  });
});

describe('scope and dependencies', () => {
  const none = 'generated: allow, symlinks: allow, modes: allow, binaries: allow';
  it.each<[string, string[]]>([
    ['scope: {}', ['warning weak-scope scope']],
    ['scope: { allow: ["**"] }', ['warning weak-scope scope']],
    [`scope: { ${none} }`, ['error cannot-fail scope']],
    ['scope: { max_lines: 0 }', ['error cannot-pass scope']],
    [
      'scope: { max_lines: 1000000, max_files: 5000 }',
      ['warning weak-scope scope', 'warning weak-scope scope'],
    ],
    ['scope: { allow: [src/**], deny: ["**"] }', ['error cannot-pass scope']],
    ['scope: { allow: [src/*.ts, lib/a.ts], deny: ["**/*.ts"] }', ['error cannot-pass scope']],
    ['scope: { allow: [src/**, docs/**], deny: [docs/**] }', ['warning contradiction scope']],
    ['scope: { allow: [src/**], deny: [src/generated/**] }', []],
    ['scope: { allow: ["src/{a,b}/*.ts"], deny: [src/a/**] }', []],
    [
      'dependencies: { add: any, update: allow, remove: allow, install_scripts: allow }',
      ['error cannot-fail dependencies'],
    ],
    ['scope: { allow: [src/**] }\ndependencies: { add: any }', ['warning contradiction dependencies']],
    [
      'scope: { allow: [src/**, package.json, package-lock.json] }\ndependencies: { add: any }',
      ['warning contradiction dependencies'],
    ],
    [
      'scope: { allow: [src/**, package.json, package-lock.json], generated: { allow: [package-lock.json] } }\ndependencies: { add: any }',
      [],
    ],
    [
      'scope: { allow: [src/**, package-lock.json] }\ndependencies: {}',
      ['warning contradiction dependencies'],
    ],
  ])('%s', async (rest, expected) => {
    expect(gist(await lint(spec([], `${rest}\n`)))).toEqual(expected);
  });

  it('must let be made what a criterion needs', async () => {
    const rest = 'scope: { allow: [src/**], deny: [src/old.ts] }\n';
    const checks = [
      '{ export: { module: lib/new.ts, name: a, signature: "() => void" } }',
      '{ export: { module: src/old.ts, name: a, signature: "() => void" } }',
      '{ pattern: { language: ts, must: "a()", files: [lib/new.ts, src/new.ts] } }',
    ];
    const findings = await lint(spec(checks, rest), { base: ['src/old.ts'] });
    expect(gist(findings)).toEqual(['error contradiction x', 'warning contradiction y']);
    expect(findings.find(({ level }) => level === 'error')?.message).toMatch(
      /lib\/new\.ts, which scope does not let be made/,
    );
  });
});

describe('criteria that overlap', () => {
  it('say or ask the same', async () => {
    const text = `${head}criteria:
  - { id: a, says: It reads 1 day., check: { test: { id: t1 } } }
  - { id: b, says: "it  reads 1 day", check: { test: { id: t2 } } }
  - { id: c, says: Three, checks: [{ test: { id: t1 } }, { test: { pattern: "t*" } }] }
invariants:
  - { id: d, says: Four, check: { test: { pattern: "t2*" } } }
  - { id: e, says: Five, check: { test: { id: t1 } } }
`;
    const overlaps = (await lint(text)).filter(({ rule }) => rule === 'overlap');
    expect(overlaps.map(({ id, line, message }) => `${line} ${id}: ${message}`)).toEqual([
      '4 a: "t1" is among the tests of c/2, "t*"',
      '5 b: "t2" is among the tests of c/2, "t*"',
      '5 b: says the same as a',
      '6 c/1: "t1" is among the tests of c/2, "t*"',
      '6 c/1: asks the same as a',
      '8 d: "t2*" is among the tests of c/2, "t*"',
      '9 e: "t1" is among the tests of c/2, "t*"',
      '9 e: asks the same as a: an invariant holds on the base, so that nothing has to be done for it',
    ]);
  });
});

describe('criteria that contradict', () => {
  it.each<[string, string, string, string]>([
    ['exit codes', command('{ exit_code: 0 }'), command('{ exit_code: [1, 2] }'), ''],
    ['outputs', command('{ stdout: "a" }'), command('{ stdout: "b" }'), ''],
    ['an output and a part', command('{ stdout: { contains: [abc] } }'), command('{ stdout: "ab" }'), ''],
    [
      'statuses',
      '{ request: { request: { path: /x } } }',
      '{ request: { request: { path: /x }, expect: { status: 404 } } }',
      service,
    ],
    [
      'types',
      '{ export: { module: a.ts, name: f, signature: "() => void" } }',
      '{ export: { module: a.ts, name: f, signature: "() => string" } }',
      '',
    ],
    [
      'patterns',
      '{ pattern: { language: ts, must: "f($A)", files: [src/**] } }',
      '{ pattern: { language: TS, must_not: "f($A)" } }',
      '',
    ],
  ])('%s', async (_, one, other, rest) => {
    expect(gist(await lint(spec([one, other], rest)))).toEqual(['error contradiction y']);
    const invariant = `${spec([one], rest)}invariants:\n  - { id: i, says: 'Only 2', check: ${other} }\n`;
    expect(gist(await lint(invariant))).toEqual(['error contradiction i']);
  });

  it.each<[string, string, string]>([
    [command('{ exit_code: 0 }'), command('{ exit_code: 1 }', 'node b.js'), ''],
    [command('{ stdout: "a" }'), command('{ stdout: { regex: "^a" } }'), ''],
    [
      '{ export: { module: a.ts, name: f, signature: "()=>void" } }',
      '{ export: { module: a.ts, name: f, signature: "() => void" } }',
      '',
    ],
    [
      '{ pattern: { language: ts, must: "f($A)" } }',
      '{ pattern: { language: ts, must_not: "f($A)", files: [src/**] } }',
      '',
    ],
    [
      '{ pattern: { language: ts, must: "f($A)" } }',
      '{ pattern: { language: ts, must_not: "f($A)", only_new: true } }',
      '',
    ],
    [
      '{ request: { request: { path: /x, method: POST } } }',
      '{ request: { request: { path: /x, method: POST }, expect: { status: 409 } } }',
      service,
    ],
  ])('not %s and %s', async (one, other, rest) => {
    expect(gist(await lint(spec([one, other], rest)))).toEqual([]);
  });
});

describe('what a person has left open', () => {
  it('is listed with its line', async () => {
    const text = `version: 1
# FILL IN: what this is for
intent: TODO
service: { command: a, port: 80 }
criteria:
  - id: a # FILL IN
    says: It is fast and user-friendly
  - { id: b, says: "Answers within 10 ms, which is fast" }
  - { id: c, says: "Users are kept for [NEEDS CLARIFICATION: how long?]" }
`;
    const findings = await lint(text);
    expect(findings.map(({ line, level, rule, id }) => `${line} ${level} ${rule} ${id}`)).toEqual([
      '2 warning fill-in null',
      '3 warning placeholder null',
      '4 warning unused null',
      '6 warning fill-in null',
      '6 warning unverified a',
      '7 note vague a',
      '8 warning unverified b',
      '9 warning placeholder c',
      '9 warning unverified c',
    ]);
    expect(findings[0]?.message).toBe('to be filled in: what this is for');
  });

  it('names in one note what no control breaks', async () => {
    const rest = 'scope: { max_files: 3 }\ncontrols: [{ name: c, patch: c.patch, breaks: [fine] }]\n';
    const findings = await lint(spec([command('{}')], rest), { files: { 'c.patch': 'diff' } });
    expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      'unproven: no control of this file breaks x, scope',
    ]);
  });

  it('warns of files that agents can read', async () => {
    const files = { 'environment/out.txt': 'a' };
    const findings = await lint(spec([command('{ stdout: { file: environment/out.txt } }')]), { files });
    expect(gist(findings)).toEqual(['warning visible']);
  });
});

describe('regular expressions', () => {
  it('are tried where they look as if they could hang, also those of schemas', async () => {
    const rest = service;
    const checks = [
      command('{ stdout: { regex: "^(a+)+$" } }'),
      '{ schema: { of: { request: { path: /x } }, openapi: api.yaml } }',
      command('{ stderr: { regex: "^ *\\\\s*$", flags: m } }'),
    ];
    const api = 'openapi: 3.0.0\npaths: { /x: { get: { s: { pattern: "^(b|b)*$" } } } }\n';
    const findings = await lint(spec(checks, rest), { files: { 'api.yaml': api } });
    expect(gist(findings)).toEqual(['warning slow-regex x', 'warning slow-regex y', 'note slow-regex z']);
    expect(findings.find(({ id }) => id === 'y')?.message).toMatch(/\(b\|b\)/);
  });

  it('of a schema are not run on its own values', async () => {
    const checks = [
      schema(`{ type: string, pattern: "^(a+)+$", enum: [${'a'.repeat(60)}!] }`),
      schema('{ $ref: "#" }'),
    ];
    expect(gist(await lint(spec(checks)))).toEqual(['warning slow-regex x', 'warning weak-schema y']);
  });

  it('are bounded, however many there are', async () => {
    const schemaOf = Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [`p${at}`, { type: 'string', pattern: `^[a-z]{${at}}x*$` }]),
    );
    const check = schema(JSON.stringify({ type: 'object', properties: schemaOf, required: ['p0'] }));
    expect(gist(await lint(spec([check])))).toEqual([]);
  });
});
