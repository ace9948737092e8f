import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AssayError, formatProblem } from '../domain/errors.ts';
import { defaultTestSettings } from '../domain/test-settings.ts';
import { loadTask } from './load-task.ts';

let dir: string;
const hidden = ['tests/test.sh', 'tests/hidden/test/a.test.ts', 'tests/vitest.config.ts', 'tests/cases.yaml'];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-task-'));
  write('instruction.md', 'Do it.\n');
  write('environment/Dockerfile', 'FROM scratch\n');
  for (const path of hidden) write(path, 'x\n');
  mkdirSync(join(dir, 'tests/empty/inner'), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), content);
}

async function load(toml: string) {
  write('task.toml', `[task]\nname = "a/b"\n${toml}`);
  return (await loadTask(dir)).spec;
}

const tests = (toml: string) => `[metadata.assay.tests]\n${toml}\n`;

/** The problems of a task, formatted, with its folder cut out. Line 3 is the first of the given text. */
async function problems(toml: string): Promise<string[]> {
  const error = await load(toml).catch((thrown: unknown) => thrown);
  if (!(error instanceof AssayError)) throw new Error(`accepted, or no problem of the task: ${error}`);
  return error.problems.map((problem) => formatProblem(problem).replaceAll(`${dir}/`, ''));
}

describe('[metadata.assay] gives', () => {
  it.each([
    ['nothing', '', {}],
    ['an empty table', tests(''), {}],
    ['the script', tests('runner = "script"'), {}],
    ['a format', tests('runner = "script"\nreport = "junit"'), { report: { format: 'junit', path: null } }],
    [
      'a format and where it lies',
      tests('report = {format = "tap", path = "out/all.tap"}'),
      { report: { format: 'tap', path: 'out/all.tap' } },
    ],
    [
      'a framework',
      tests(
        'runner = "vitest"\noverlay = "hidden"\nfiles = ["test/**/*.test.ts"]\nconfig = "vitest.config.ts"',
      ),
      { runner: 'vitest', overlay: 'hidden', files: ['test/**/*.test.ts'], config: 'vitest.config.ts' },
    ],
    [
      'a framework on tests of the base',
      tests('runner = "pytest"\nfiles = ["tests/"]'),
      { runner: 'pytest', files: ['tests/'] },
    ],
    [
      'how a framework is guarded',
      tests('runner = "jest"\noverlay = "hidden/test"\nsentinel = "plain"\nintegrity = false'),
      { runner: 'jest', overlay: 'hidden/test', sentinel: 'plain', integrity: false },
    ],
    ['cases by their usual name', tests('runner = "cases"'), { runner: 'cases', cases: 'cases.yaml' }],
    ['cases by another', tests('runner = "cases"\ncases = "test.sh"'), { runner: 'cases', cases: 'test.sh' }],
    [
      'what is expected',
      tests('fail_to_pass = ["a > b"]\npass_to_pass = []'),
      { failToPass: ['a > b'], passToPass: [] },
    ],
    [
      'what is protected',
      tests('protect = ["Makefile", "ci/**"]\nunprotect = ["package.json"]'),
      { protect: ['Makefile', 'ci/**'], unprotect: ['package.json'] },
    ],
  ])('%s', async (_what, toml, expected) => {
    expect((await load(toml)).tests).toEqual({ ...defaultTestSettings, ...expected });
  });

  it('the deliverable, with a word about who judges it', async () => {
    const { deliverable, notices } = await load('[metadata.assay]\ndeliverable = "state"\n');
    expect(deliverable).toBe('state');
    expect(notices).toEqual([expect.stringContaining('run on the system which the agent left')]);
    const cases = await load(`[metadata.assay]\ndeliverable = "state"\n${tests('runner = "cases"')}`);
    expect(cases).toMatchObject({ deliverable: 'state', tests: { runner: 'cases' }, notices: [] });
  });

  it('mutants that no test can tell from the solution', async () => {
    const toml = '[[metadata.assay.equivalent_mutants]]\nid = "a.ts:3:1"\nreason = "only a log line"\n';
    expect((await load(toml)).equivalentMutants).toEqual([{ id: 'a.ts:3:1', reason: 'only a log line' }]);
  });

  it('no word on what others keep in metadata', async () => {
    const { notices } = await load('[metadata]\nauthor = "A"\ntags = ["x"]\n[metadata.other]\nrunner = 3\n');
    expect(notices).toEqual([]);
  });
});

const refused: [name: string, toml: string, ...expected: string[]][] = [
  [
    'an unknown field',
    '[metadata.assay]\ndeliverables = "state"\n',
    'task.toml:4: metadata.assay.deliverables: unknown field (fix: did you mean "deliverable"?)',
  ],
  [
    'an unknown field of the tests',
    tests('fail_to_pas = []'),
    'task.toml:4: metadata.assay.tests.fail_to_pas: unknown field (fix: did you mean "fail_to_pass"?)',
  ],
  [
    'an unknown field of a mutant',
    '[[metadata.assay.equivalent_mutants]]\nid = "a"\nreason = "b"\nwhy = "c"\n',
    'task.toml:6: metadata.assay.equivalent_mutants[0].why: unknown field',
  ],
  ['a table that is none', '[metadata]\nassay = 3\n', 'task.toml:4: metadata.assay: expected a block'],
  [
    'a near runner',
    tests('runner = "pytests"'),
    'task.toml:4: metadata.assay.tests.runner: "pytests" is not one of',
    'did you mean "pytest"?',
  ],
  ['a near deliverable', '[metadata.assay]\ndeliverable = "stat"\n', 'did you mean "state"?'],
  ['an unknown format', tests('report = "xml"'), 'task.toml:4: metadata.assay.tests.report: '],
  [
    'a report outside',
    tests('report = {format = "tap", path = "../x"}'),
    'task.toml:4: metadata.assay.tests.report.path: must be a relative path',
  ],
  [
    'an overlay outside',
    tests('runner = "jest"\noverlay = "../x"'),
    'tests.overlay: must be a relative path',
  ],
  ['an overlay with a slash', tests('runner = "jest"\noverlay = "hidden/"'), 'a "/" at its end'],
  ['an absolute glob', tests('runner = "jest"\nfiles = ["/x"]'), 'tests.files[0]: must be relative'],
  ['a glob that climbs', tests('protect = ["a/../../x"]'), 'tests.protect[0]: must be relative'],
  ['an empty glob', tests('unprotect = [""]'), 'tests.unprotect[0]: must not be empty'],
  [
    'an overlay without a framework',
    tests('overlay = "hidden"'),
    'task.toml:4: metadata.assay.tests.overlay: has no meaning with runner = "script" (fix: remove it, or choose the runner of a test framework)',
  ],
  [
    'files without a framework',
    tests('runner = "cases"\nfiles = ["x"]'),
    'task.toml:5: metadata.assay.tests.files: has no meaning with runner = "cases"',
  ],
  [
    'a configuration for a runner that takes none',
    tests('runner = "pytest"\noverlay = "hidden"\nconfig = "vitest.config.ts"'),
    'task.toml:6: metadata.assay.tests.config: has no meaning with runner = "pytest" (fix: remove it, or choose runner = "vitest" or "jest")',
  ],
  [
    'a report of a framework',
    tests('runner = "jest"\noverlay = "hidden"\nreport = "junit"'),
    'task.toml:6: metadata.assay.tests.report: has no meaning with runner = "jest" (fix: remove it, or choose runner = "script")',
  ],
  [
    'cases of a script',
    tests('cases = "cases.yaml"'),
    'task.toml:4: metadata.assay.tests.cases: has no meaning with runner = "script"',
  ],
  [
    'a sentinel of a script',
    tests('sentinel = "twin"'),
    'task.toml:4: metadata.assay.tests.sentinel: has no meaning with runner = "script"',
  ],
  [
    'the integrity of cases',
    tests('runner = "cases"\nintegrity = true'),
    'task.toml:5: metadata.assay.tests.integrity: has no meaning with runner = "cases"',
  ],
  [
    'a framework without tests',
    tests('runner = "vitest"'),
    'task.toml:4: metadata.assay.tests.runner: needs to know which tests to run',
  ],
  [
    'a framework with an empty list',
    tests('runner = "vitest"\nfiles = []'),
    'task.toml:4: metadata.assay.tests.runner: needs to know which tests to run',
  ],
  [
    'an overlay that is not there',
    tests('runner = "vitest"\noverlay = "hiden"'),
    'task.toml:5: metadata.assay.tests.overlay: tests/hiden does not exist or is empty',
  ],
  [
    'an overlay without files',
    tests('runner = "vitest"\noverlay = "empty"'),
    'task.toml:5: metadata.assay.tests.overlay: tests/empty does not exist or is empty',
  ],
  [
    'a configuration that is not there',
    tests('runner = "vitest"\noverlay = "hidden"\nconfig = "vite.config.ts"'),
    'task.toml:6: metadata.assay.tests.config: tests/vite.config.ts does not exist',
  ],
  [
    'cases that are not there',
    tests('runner = "cases"\ncases = "case.yaml"'),
    'task.toml:5: metadata.assay.tests.cases: tests/case.yaml does not exist',
  ],
  [
    'an id in both sets',
    tests('fail_to_pass = [\n"a",\n"b"]\npass_to_pass = ["b"]'),
    'task.toml:6: metadata.assay.tests.fail_to_pass[1]: "b" is also in pass_to_pass',
  ],
  [
    'a mutant without reason',
    '[metadata.assay]\nequivalent_mutants = [{id = "a"}]\n',
    'task.toml:4: metadata.assay.equivalent_mutants[0].reason: is missing',
  ],
  [
    'a mutant twice',
    '[metadata.assay]\nequivalent_mutants = [\n{id = "a", reason = "x"},\n{id = "a", reason = "y"}]\n',
    'task.toml:6: metadata.assay.equivalent_mutants[1].id: "a" stands here twice',
  ],
  [
    'a framework in a separate environment',
    `[verifier]\nenvironment_mode = "separate"\n${tests('runner = "jest"\noverlay = "hidden"')}`,
    `task.toml:6: metadata.assay.tests.runner: "jest" does not go with an environment of the verifier's own`,
  ],
  [
    'cases in a separate environment',
    `[verifier.environment]\ncpus = 1\n${tests('runner = "cases"')}`,
    'task.toml:6: metadata.assay.tests.runner: "cases" does not go with',
  ],
  [
    'protection in a separate environment',
    `[verifier.environment]\ncpus = 1\n${tests('protect = ["x"]')}`,
    'task.toml:6: metadata.assay.tests.protect: has no meaning where the verifier has its own environment',
  ],
  [
    'a state in a separate environment',
    '[verifier]\nenvironment_mode = "separate"\n[metadata.assay]\ndeliverable = "state"\n',
    'task.toml:6: metadata.assay.deliverable: "state" does not go with',
  ],
  [
    'a state judged by a framework',
    `[metadata.assay]\ndeliverable = "state"\n${tests('runner = "pytest"\noverlay = "hidden"')}`,
    'task.toml:6: metadata.assay.tests.runner: "pytest" cannot judge deliverable = "state"',
  ],
];

describe('[metadata.assay] is refused with line, field and fix for', () => {
  it.each(refused)('%s', async (_what, toml, ...expected) => {
    const found = await problems(toml);
    for (const words of expected) expect(found.join('\n')).toContain(words);
    expect(found.join('\n')).not.toMatch(/Invalid input|undefined/);
    for (const problem of found) expect(problem).toMatch(/^task\.toml:\d+: metadata\.assay.* \(fix: .+\)$/);
  });

  it('a script that is missing, and no framework needs it', async () => {
    rmSync(join(dir, 'tests/test.sh'));
    expect(await problems('')).toEqual([expect.stringContaining('tests/test.sh: does not exist')]);
    expect((await load(tests('runner = "jest"\noverlay = "hidden"'))).tests.runner).toBe('jest');
  });
});
