import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lintSpec } from '../lint/lint-spec.ts';
import { parseSpec, readSpec } from '../load-spec.ts';
import { exportedNames } from './exports.ts';
import { type DraftedSpec, initSpec, noRepository } from './init-spec.ts';
import { type Repository, readRepository } from './repository.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-init-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function repositoryOf(name: string, files: Record<string, string>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true });
    await writeFile(join(folder, name, path), content);
  }
  return join(folder, name);
}

function requirements({ text }: DraftedSpec) {
  const { requirements: all, file } = parseSpec(text, 'spec.yaml');
  return {
    file,
    list: all.map(
      ({ id, kind, says, checks }) =>
        `${kind} ${id}: ${says}${checks.map(({ kind: check }) => ` [${check}]`).join('')}`,
    ),
  };
}

const kit = `# Feature Specification: Shared shopping lists

**Feature Branch**: \`012-shared-lists\`
**Created**: 2025-11-03
**Status**: Draft
**Input**: User description: "Two people keep one list of what to buy"

## User Scenarios & Testing _(mandatory)_

<!-- Stories are ordered by importance. -->

### User Story 1 - Invite someone (Priority: P1)

Someone who keeps a list invites a second person to it.

**Why this priority**: Without it nothing is shared.

**Independent Test**: Invite an address and look at the list.

**Acceptance Scenarios**:

1. **Given** a list of mine, **When** I invite an address, **Then** a message with a link is sent to it
2. **Given** a used link, **When** it is opened again, **Then** the answer is 410

### User Story 2 - Tick things off (Priority: P2)

**Acceptance Scenarios**:

1. **Given** an open entry, **When** one of us ticks it off, **Then** the other sees it within 2 seconds

### Edge Cases

- What happens when both tick off the same entry?

## Requirements _(mandatory)_

### Functional Requirements

- **FR-001**: System MUST keep entries in the order in which they were added
- **FR-002**: System MUST drop lists that nobody opened for [NEEDS CLARIFICATION: how many days?]

### Key Entities _(include if feature involves data)_

- **List**: must not be taken for a requirement

## Success Criteria _(mandatory)_

### Measurable Outcomes

- **SC-001**: 95% of invitations arrive within a minute

## Review & Acceptance Checklist

- [ ] No implementation details
`;

describe("a draft from a specification of GitHub's Spec Kit", () => {
  const draft = initSpec(kit, noRepository, 'spec.md');

  it('has its scenarios, requirements, outcomes and edge cases as criteria', () => {
    const { file, list } = requirements(draft);
    expect(file.intent).toBe('Two people keep one list of what to buy');
    expect(list).toEqual([
      'criterion us1-1: Given a list of mine, When I invite an address, Then a message with a link is sent to it',
      'criterion us1-2: Given a used link, When it is opened again, Then the answer is 410',
      'criterion us2-1: Given an open entry, When one of us ticks it off, Then the other sees it within 2 seconds',
      'criterion what-happens-both-tick-off: What happens when both tick off the same entry?',
      'criterion fr-001: System MUST keep entries in the order in which they were added',
      'criterion fr-002: System MUST drop lists that nobody opened for [NEEDS CLARIFICATION: how many days?]',
      'criterion sc-001: 95% of invitations arrive within a minute',
    ]);
  });

  it('asks what the specification asks', () => {
    expect(draft.text).toMatch(/# FILL IN: decide: how many days\?\n.*\n {2}- id: fr-002/);
    expect(draft.fillIn).toHaveLength(8);
  });
});

describe('a draft from an issue with checkboxes', () => {
  const issue = `# \`slug\` drops letters with accents

\`slug('Ärger')\` in \`src/slug.ts\` gives \`rger\`. It should give \`arger\`.

## Steps to reproduce

1. call it
2. look

## Acceptance criteria

- [ ] letters with accents become plain letters
- [ ] \`slug\` and \`words\` stay exported
  - of \`src/slug.ts\`
- [x] an empty text gives an empty slug

Do not change \`src/table.ts\`; \`test/slug.test.ts\` fails until it is done.

## Expected

\`\`\`console
$ node cli.js Ärger
arger
$ node cli.js --list
a
…
z
\`\`\`

## Actual

\`\`\`console
$ node cli.js Ärger
rger
\`\`\`

## Out of scope

- [ ] Cyrillic letters
`;

  it('has criteria, checks for what could be told, scope and dependencies', async () => {
    const dir = await repositoryOf('slug', {
      'package.json': '{}',
      'src/slug.ts': 'export function slug(text: string): string { return text }\nexport const words = 1;\n',
      'src/table.ts': 'export const table = {};\n',
      'test/slug.test.ts': '',
      'docs/readme.md': '',
    });
    const draft = initSpec(issue, await readRepository(dir), 'issue.md');
    const { file, list } = requirements(draft);
    expect(list).toEqual([
      'criterion letters-accents-become-plain-letters: letters with accents become plain letters',
      'criterion empty-text-gives-empty-slug: an empty text gives an empty slug',
      'criterion tests-slug-test: The tests in test/slug.test.ts pass [test]',
      'criterion prints-node-cli-js-arger: `node cli.js Ärger` prints what the issue shows [command]',
      'criterion prints-node-cli-js-list: `node cli.js --list` prints what the issue shows [command]',
      'criterion prints-node-cli-js-arger-2: `node cli.js Ärger` prints what the issue shows [command]',
      'invariant slug-words-stay-exported-src: `slug` and `words` stay exported; of `src/slug.ts`',
      'invariant keeps-slug: `slug` stays exported from src/slug.ts [export]',
      'invariant keeps-words: `words` stays exported from src/slug.ts [export]',
    ]);
    expect(file.scope).toMatchObject({ allow: ['src/**', 'test/**'], deny: ['src/table.ts'] });
    expect(file.dependencies).toMatchObject({ add: 'none' });
    const { criteria, invariants } = parse(draft.text);
    expect(criteria[3].check.command).toEqual({
      command: 'node cli.js Ärger',
      expect: { stdout: 'arger\n' },
    });
    expect(criteria[4].check.command.expect.stdout).toEqual({ contains: ['a', 'z'] });
    expect(invariants[1].check.export).toEqual({
      module: 'src/slug.ts',
      name: 'slug',
      signature: '(text: string) => string',
    });
    expect(draft.text).toMatch(
      /# FILL IN: the issue shows this output as what is wrong.*\n {2}- id: prints-node-cli-js-arger-2/,
    );
    expect(draft.text).toContain('# Not part of it: Cyrillic letters');
  });
});

describe('a draft from next to nothing', () => {
  it.each([
    [
      'The parser crashes on empty files.\nIt should return an empty list.\n',
      'criterion return-empty-list: It should return an empty list.',
    ],
    ['Crash on start\n', 'criterion crash-on-start: Crash on start'],
    ['# Add a dark mode\n', 'criterion add-dark-mode: Add a dark mode'],
    ['', 'criterion first-criterion: TODO'],
    ['# Scope\n', 'criterion scope-2: Scope'],
    ['日本語だけ\n', 'criterion criterion: 日本語だけ'],
  ])('%j', (issue, expected) => {
    const words = expected.replace('crash-on-start', 'crash-start');
    expect(requirements(initSpec(issue, noRepository, 'standard input')).list).toEqual([words]);
  });
});

describe('a draft', () => {
  const quickstart = resolve(import.meta.dirname, '../../../suites/quickstart/tasks');

  it.each(['csv-chunks', 'iso-duration', 'log-summary', 'report-tables'])(
    'of the quickstart task %s loads, and lint lists what to fill in',
    async (task) => {
      const repository = await readRepository(join(quickstart, task, 'environment'));
      expect(repository.workdir).toBe('/app');
      const issue = await readFile(join(quickstart, task, 'instruction.md'), 'utf8');
      const draft = initSpec(issue, repository, 'instruction.md');
      expect(initSpec(issue, repository, 'instruction.md').text).toBe(draft.text);
      expect(draft.criteria).toBeGreaterThan(2);
      expect(draft.invariants).toBeGreaterThan(0);
      expect(
        new Set(
          requirements(draft)
            .list.join(' ')
            .match(/\[\w+\]/g),
        ),
      ).toEqual(new Set(['[test]', '[export]']));
      const file = join(folder, `${task}.yaml`);
      await writeFile(file, draft.text);
      const findings = await lintSpec(await readSpec(file));
      const lines = findings.filter(({ rule }) => rule === 'fill-in').map(({ line }) => line);
      expect(lines).toEqual(draft.fillIn.map(({ line }) => line));
      expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
      expect(findings.some(({ rule }) => rule === 'unverified')).toBe(true);
    },
  );

  it('is YAML of ours, whatever the issue says', () => {
    const hostile = [
      '# a: b\u0000 #c\u2028- id: x',
      '- [ ] says: "quoted" # FILL IN nothing\r- id: y\u0085criteria: []',
      '- [ ] *alias &anchor !tag %directive @at `tick` {flow: [1]}',
      '- [ ] ---',
      '- [ ] 12',
      `- [ ] ${'long '.repeat(2000)}`,
      '## Expected',
      '```',
      '$ a: | b # c',
      '\u001b[31m  red',
      ' ---',
      '```',
    ].join('\n');
    const { list } = requirements(initSpec(hostile, noRepository, 'a\n- b'));
    expect(list).toHaveLength(6);
    expect(list.every((line) => line.startsWith('criterion'))).toBe(true);
  });

  it('loads, whatever pieces the issue is made of and however the files are named', () => {
    const pieces = fc.constantFrom(
      ...[
        '# A `x` must be\n',
        '## Acceptance\n',
        '- [ ] a: b\n',
        '  - c # d\n',
        '1. `a.ts`\n',
        '**Expected**: \n',
        '```\n',
      ],
      ...[
        '$ run "x" \u0000\n',
        'out: |\n',
        '  - x\n',
        '---\n',
        '| a | b |\n',
        'Leave `!(x).py` as it is. ',
        'Scope\n',
      ],
      ...[
        '[NEEDS CLARIFICATION: q]\n',
        '- **FR-1**: it\u2028\u0085 must\n',
        'f(a, b) -> "c"\n',
        '\ud83d',
        '`src/[id].ts`\n',
      ],
    );
    const repository: Repository = {
      files: ['!(x).py', '[id].ts', '{a,b}.ts', 'a.ts', 'package.json', 'src/[id].ts', 'src/a b.ts'],
      exports: [{ module: 'src/[id].ts', names: [{ name: 'run', signature: '(a: "#") => `x`' }] }],
      workdir: null,
      isCut: true,
    };
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (all) => {
        const { text, criteria, invariants } = initSpec(all.join(''), repository, all.join(''));
        expect(parseSpec(text, 'spec.yaml').requirements).toHaveLength(criteria + invariants);
      }),
    );
  });

  it('is bounded', () => {
    const many = Array.from({ length: 1000 }, (_, at) => `- [ ] the number ${at} is shown`).join('\n');
    const draft = initSpec(many, noRepository, 'x');
    expect(draft.criteria).toBe(200);
    expect(draft.text).toMatch(/# FILL IN: 800 statements of the issue found no room/);
  });
});

describe('a repository', () => {
  it('is read as data: no links followed, nothing hidden or installed looked at', async () => {
    const dir = await repositoryOf('links', {
      'src/a.ts': 'export const a = 1;\n',
      'node_modules/x/index.js': 'export const b = 1;\n',
      '.git/config': '',
      Dockerfile: 'FROM x\nWORKDIR /srv/app/\n',
      'outside/secret.ts': 'export const secret = 1;\n',
    });
    await symlink(join(folder, 'links/outside'), join(dir, 'src/link'));
    await symlink('/etc/hostname', join(dir, 'src/host.ts'));
    await symlink('..', join(dir, 'src/up'));
    const repository = await readRepository(join(dir, 'src'));
    expect(repository).toEqual<Repository>({
      files: ['a.ts'],
      exports: [{ module: 'a.ts', names: [{ name: 'a', signature: null }] }],
      workdir: null,
      isCut: false,
    });
    const whole = await readRepository(dir);
    expect(whole.files).toEqual(['Dockerfile', 'outside/secret.ts', 'src/a.ts']);
    expect(whole.workdir).toBe('/srv/app');
  });

  it('is bounded in depth', async () => {
    const deep = `${'d/'.repeat(20)}x.ts`;
    const repository = await readRepository(await repositoryOf('deep', { [deep]: '' }));
    expect(repository).toMatchObject({ files: [], isCut: true });
  });

  it.each([
    [
      'a.ts',
      'export function f(a: string, b?: number): Promise<void> {',
      [['f', '(a: string, b?: number) => Promise<void>']],
    ],
    ['a.ts', 'export async function f(a = 1): Promise<void> {', [['f', null]]],
    [
      'a.ts',
      'export abstract class C {\nexport const x = 1, y = 2;\n  export const inner = 1;\nexport type T = 1;',
      [
        ['C', null],
        ['x', null],
      ],
    ],
    [
      'a.mjs',
      'export { a, b as c, default as d };\nexport default 1;',
      [
        ['a', null],
        ['c', null],
        ['d', null],
      ],
    ],
    ['a.js', 'export function f(a) {', [['f', null]]],
    [
      'a.py',
      'def f(a, b=1) -> int:\nclass C(B):\nLIMIT = 3\ndef _own(x):\nx = 1\n    def inner(): pass',
      [
        ['f', 'def f(a, b=1) -> int'],
        ['C', null],
        ['LIMIT', null],
      ],
    ],
    ['a.go', 'func F() {}', []],
  ])('%s exports what %j says', (path, text, expected) => {
    expect(exportedNames(path, text).map(({ name, signature }) => [name, signature])).toEqual(expected);
  });
});
