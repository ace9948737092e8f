import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Files, goodSuite, load, problemsOfSuite, taskFiles, writeFiles } from './testing.ts';

const good = goodSuite['suite.yaml'] as string;

/** The good suite with one piece of its `suite.yaml` replaced. */
function suite(from: string | RegExp, to: string): Files {
  const text = good.replace(from, to);
  if (text === good) throw new Error(`${from} is not in the good suite`);
  return { 'suite.yaml': text };
}

function agents(...entries: string[]): Files {
  return suite(/agents:\n( {2}- .*\n)+/, `agents:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`);
}

const toml = (text: string): Files => taskFiles('one', text);
const row = (over: Record<string, unknown>) =>
  `${JSON.stringify({ instance_id: 'one', model_name_or_path: 'm', model_patch: 'x', ...over })}\n`;

type Case = [name: string, files: Files, ...expected: string[]];

const suites: Case[] = [
  ['empty', { 'suite.yaml': '' }, 'suite.yaml: has no value'],
  ['a list', { 'suite.yaml': '- a\n' }, 'suite.yaml:1: expected a block of fields, found the list ["a"]'],
  ['not UTF-8', { 'suite.yaml': Buffer.from('name: \xe9\n', 'latin1') }, 'suite.yaml: is not UTF-8 text'],
  ['too large', { 'suite.yaml': `#${'x'.repeat(1024 ** 2)}` }, 'suite.yaml: is larger than 1 MiB'],
  [
    'missing',
    { 'suite.yaml': null, 'predictions.jsonl': null },
    'suite.yaml: does not exist (fix: create it',
  ],
  ['a folder', { 'suite.yaml': { folder: true } }, 'suite.yaml: is a folder, not a file'],
  ['a link to itself', { 'suite.yaml': { link: 'suite.yaml' } }, 'suite.yaml: is a symbolic link to itself'],
  ['YAML syntax', suite('[tests]\nr', '[tests\nr'), 'suite.yaml:11: '],
  ['a tab', suite('  gates', '\tgates'), 'suite.yaml:12: a tab is used for indentation (fix: indent with'],
  ['a field twice', { 'suite.yaml': `${good}name: b\n` }, 'suite.yaml:16: the same field is written twice'],
  ['two documents', { 'suite.yaml': `${good}---\na: 1\n` }, 'suite.yaml:16: a second YAML document begins'],
  ['a custom tag', suite('1.0.0', '!semver 1.0.0'), 'suite.yaml:2: Unresolved tag: !semver'],
  ['a dangling alias', suite('tasks/*', '*tasks'), 'suite.yaml:3: nothing before it is named "tasks"'],
  [
    'a circular alias',
    { 'suite.yaml': `${good}x: &a [*a]\n` },
    'suite.yaml: an alias stands inside the block',
  ],
  [
    'an alias bomb',
    {
      'suite.yaml': `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(20)}]\nc: &c [${'*b,'.repeat(20)}]\nd: [*c,*c]\n`,
    },
    'suite.yaml: Excessive alias count',
  ],
  ['deep nesting', { 'suite.yaml': `a: ${'['.repeat(5000)}` }, 'suite.yaml:1: nested too deeply'],
  ['a merge key', { 'suite.yaml': `${good}<<: {attempts: 2}\n` }, 'suite.yaml:16: "<<": unknown field'],
  ['a prototype', { 'suite.yaml': `${good}__proto__: {x: 1}\n` }, 'suite.yaml:16: __proto__: unknown field'],
  [
    'an unknown field',
    { 'suite.yaml': `${good}attemps: 3\n` },
    'suite.yaml:16: attemps: unknown field (fix: did you mean "attempts"?)',
  ],
  [
    'a field far from any',
    { 'suite.yaml': `${good}zzz: 3\n` },
    'zzz: unknown field (fix: use one of: name, version,',
  ],
  ['no name', suite('name: small\n', ''), 'suite.yaml:1: name: is missing (fix: add name: text)'],
  ['a bad name', suite('name: small', 'name: ../small'), 'suite.yaml:1: name: "../small" must be letters'],
  [
    'a number as version',
    suite('1.0.0', '1.0'),
    'suite.yaml:2: version: expected text, found the number 1 (fix: put it in quotes: "1")',
  ],
  [
    'no semantic version',
    suite('1.0.0', 'one'),
    'suite.yaml:2: version: "one" must be a version such as 1.0.0',
  ],
  [
    'text as number',
    { 'suite.yaml': `${good}attempts: "3"\n` },
    'suite.yaml:16: attempts: expected a number, found the text "3" (fix: write it without quotes: 3)',
  ],
  ['no attempts', { 'suite.yaml': `${good}attempts: 0\n` }, 'suite.yaml:16: attempts: 0 must be at least 1'],
  [
    'half an attempt',
    { 'suite.yaml': `${good}attempts: 1.5\n` },
    'attempts: expected a whole number, found the number 1.5',
  ],
  ['a field without value', { 'suite.yaml': `${good}attempts:\n` }, 'suite.yaml:16: attempts: has no value'],
  [
    'a near enum',
    { 'suite.yaml': `${good}network: tasks\n` },
    'suite.yaml:16: network: "tasks" is not one of "none", "task" (fix: did you mean "task"?)',
  ],
  [
    'tasks of a wrong type',
    suite('tasks/*', '{a: 1}'),
    'suite.yaml:3: tasks: expected text or a list, found the block {"a":1}',
  ],
  ['a glob without match', suite('tasks/*', 'task/*'), 'suite.yaml:3: tasks: "task/*" matches no task'],
  [
    'one of two globs',
    suite('tasks/*', '[tasks/*, more/*]'),
    'suite.yaml:3: tasks[1]: "more/*" matches no task',
  ],
  [
    'the folder of tasks',
    suite('tasks/*', 'tasks'),
    'suite.yaml:3: tasks: "tasks" matches no task (fix: write tasks/*',
  ],
  [
    'a folder that is no task',
    suite('tasks/*', 'patches'),
    '(fix: a task is a folder with task.toml in it; "patches" has none)',
  ],
  [
    'a bad sandbox',
    { 'suite.yaml': `${good}sandbox: {memory: 2}\n` },
    'suite.yaml:16: sandbox.memory: unknown field (fix: did you mean "memory_mb"?)',
  ],
  ['a bad allow_env', { 'suite.yaml': `${good}allow_env: [A-B]\n` }, 'suite.yaml:16: allow_env[0]: "A-B" '],
  [
    'an unknown scorer',
    suite('scorers: [tests]', 'scorers: [test]'),
    'suite.yaml:10: scorers[0]: there is no scorer "test" (fix: did you mean "tests"?)',
  ],
  [
    'a scorer twice',
    suite('scorers: [tests]', 'scorers: [tests, {name: tests}]'),
    'suite.yaml:10: scorers[1].name: "tests" is already the name of scorers[0]',
  ],
  [
    'an unknown scorer option',
    suite('scorers: [tests]', 'scorers: [{name: tests, strict: 1}]'),
    'suite.yaml:10: scorers[0].strict: unknown field',
  ],
  [
    'a scorer of a wrong type',
    suite('scorers: [tests]', 'scorers: [3]'),
    'suite.yaml:10: scorers[0]: expected text or a block of fields, found the number 3',
  ],
  [
    'a scorer without name',
    suite('scorers: [tests]', 'scorers: [{nam: tests}]'),
    'suite.yaml:10: scorers[0].name: is missing',
  ],
  [
    'a gate without scorer',
    suite('gates: [tests]', 'gates: [tests, spec]'),
    'suite.yaml:12: ranking.gates[1]: the gate "spec" is not one of the suite\'s scorers',
  ],
  [
    'gates of a wrong type',
    suite('gates: [tests]', 'gates: tests'),
    'ranking.gates: expected a list, found the text "tests" (fix: write it as a list: [tests])',
  ],
  [
    'a measure without scorer',
    suite('tests.passed', 'test.passed'),
    'suite.yaml:14: ranking.order[0].measure: "test" is not one of the suite\'s scorers (fix: did you mean "tests"?)',
  ],
  [
    'a diff measure that is none',
    suite('diff.lines', 'diff.line'),
    'suite.yaml:15: ranking.order[1].measure: there is no measure "diff.line" (fix: did you mean "diff.lines"?)',
  ],
  [
    'a bad direction',
    suite('better: lower', 'better: smaller'),
    'ranking.order[1].better: "smaller" is not one of "higher", "lower"',
  ],
  [
    'a missing direction',
    suite(', better: higher', ''),
    'ranking.order[0].better: is missing (fix: add better: "higher" or "lower")',
  ],
  [
    'a bad tolerance',
    suite('0.1', '{absolut: 1}'),
    'ranking.order[1].tolerance.absolut: unknown field (fix: did you mean "absolute"?)',
  ],
];

const entries: Case[] = [
  ['no agents', suite(/agents:\n( {2}- .*\n)+/, 'agents: []\n'), 'suite.yaml:4: agents: must not be empty'],
  [
    'an agent as text',
    agents('oracle'),
    'suite.yaml:5: agents[0]: expected a block of fields, found the text "oracle"',
  ],
  ['no adapter', agents('{name: a}'), 'suite.yaml:5: agents[0].adapter: is missing'],
  [
    'an unknown adapter',
    agents('{name: a, adapter: comand}'),
    'suite.yaml:5: agents[0].adapter: there is no adapter "comand" (fix: did you mean "command"?)',
  ],
  [
    'a name twice',
    agents('{name: a, adapter: nop}', '{name: a, adapter: oracle}'),
    'suite.yaml:6: agents[1].name: "a" is already the name of agents[0] in line 5',
  ],
  [
    'an unknown field',
    agents('{name: a, adapter: nop, file: x}'),
    'suite.yaml:5: agents[0].file: unknown field (fix: use one of: name, adapter)',
  ],
  [
    'no command',
    agents('{name: a, adapter: command}'),
    'suite.yaml:5: agents[0].command: is missing (fix: add command: a list)',
  ],
  [
    'a command as text',
    agents('{name: a, adapter: command, command: ls}'),
    'agents[0].command: expected a list, found the text "ls" (fix: write it as a list: [ls])',
  ],
  [
    'a number in a command',
    agents('{name: a, adapter: command, command: [sleep, 5]}'),
    'agents[0].command[1]: expected text, found the number 5 (fix: put it in quotes: "5")',
  ],
  [
    'a missing file',
    agents('{name: a, adapter: command, command: [x], files: [agent.sh, b.sh]}'),
    'suite.yaml:5: agents[0].files[1]: "b.sh" does not exist',
  ],
  [
    'a folder as file',
    agents('{name: a, adapter: command, command: [x], files: [patches]}'),
    'agents[0].files[0]: "patches" is a folder',
  ],
  [
    'two files of one name',
    agents('{name: a, adapter: command, command: [x], files: [agent.sh, ./agent.sh]}'),
    'agents[0].files[1]: two files would be "/opt/agent.sh"',
  ],
  [
    'a file named assay',
    { ...agents('{name: a, adapter: command, command: [x], files: [assay]}'), assay: 'x' },
    'agents[0].files[0]: /opt/assay is taken',
  ],
  [
    'a link out of the suite',
    { ...agents('{name: a, adapter: command, command: [x], files: [p]}'), p: { link: '/etc/passwd' } },
    'agents[0].files[0]: "p" is a symbolic link that leaves its folder',
  ],
  [
    'a home folder',
    agents('{name: a, adapter: command, command: [x], files: [~/a.sh]}'),
    '"~/a.sh" does not exist (fix: write the whole path: "~" is not replaced)',
  ],
  [
    'a reserved variable',
    agents('{name: a, adapter: command, command: [x], env: {ASSAY_TASK: y}}'),
    'agents[0].env.ASSAY_TASK: must not begin with ASSAY_',
  ],
  [
    'a number as variable',
    agents('{name: a, adapter: command, command: [x], env: {A: 1}}'),
    'agents[0].env.A: expected text, found the number 1 (fix: put it in quotes: "1")',
  ],
  [
    'a missing patch folder',
    agents('{name: a, adapter: patch, dir: nowhere}'),
    'suite.yaml:5: agents[0].dir: "nowhere" does not exist',
  ],
  [
    'a file as patch folder',
    agents('{name: a, adapter: patch, dir: agent.sh}'),
    'agents[0].dir: "agent.sh" is not a folder',
  ],
  [
    'a patch folder elsewhere',
    { ...agents('{name: a, adapter: patch, dir: p}'), p: { link: '/etc' } },
    'agents[0].dir: "p" is a symbolic link that leaves the suite',
  ],
  [
    'no patch for any task',
    { 'patches/one.patch': null, 'patches/on.patch': 'x' },
    'agents[1].dir: "patches" holds no patch for any task of the suite (fix: name the files <task>.patch, e.g. one.patch)',
  ],
  ['a patch that is a folder', { 'patches/one.patch': { folder: true } }, 'patches/one.patch: is a folder'],
  [
    'a patch that is a link out',
    { 'patches/one.patch': { link: '../agent.sh' } },
    'patches/one.patch: is a symbolic link that leaves its folder',
  ],
  [
    'a huge patch',
    { 'patches/one.patch': Buffer.alloc(64 * 1024 ** 2 + 1) },
    'patches/one.patch: is larger than 64 MiB',
  ],
  [
    'missing predictions',
    { 'predictions.jsonl': null },
    'suite.yaml:5: agents[0].file: "predictions.jsonl" does not exist',
  ],
  [
    'empty predictions',
    { 'predictions.jsonl': '\n\n' },
    'suite.yaml:5: agents[0].file: it holds no predictions',
  ],
  [
    'a row that is no JSON',
    { 'predictions.jsonl': `${row({})}{oops\n` },
    'predictions.jsonl:2: is not JSON: Expected property name',
  ],
  [
    'a row that is no object',
    { 'predictions.jsonl': `${row({})}3\n` },
    'predictions.jsonl:2: expected a block of fields, found the number 3',
  ],
  [
    'a row without a task',
    { 'predictions.jsonl': row({ instance_id: undefined }) },
    'predictions.jsonl:1: instance_id: is missing',
  ],
  [
    'a row without a patch',
    { 'predictions.jsonl': row({ model_patch: undefined }) },
    'predictions.jsonl:1: model_patch: is missing',
  ],
  [
    'a patch of a wrong type',
    { 'predictions.jsonl': row({ model_patch: ['x'] }) },
    'predictions.jsonl:1: model_patch: expected text, found the list ["x"]',
  ],
  [
    'half a character',
    { 'predictions.jsonl': row({ model_patch: '\ud800' }) },
    'predictions.jsonl:1: model_patch: must not hold half of a surrogate pair',
  ],
  [
    'an unprintable model',
    { 'predictions.jsonl': row({ model_name_or_path: 'a\u001b[2J' }) },
    'predictions.jsonl:1: model_name_or_path: "a\\u001b[2J" must be printable text',
  ],
  [
    'a prediction twice',
    { 'predictions.jsonl': `${row({})}\n${row({ model_patch: 'y' })}` },
    'predictions.jsonl:3: instance_id: a second prediction of "m" for "one"; the first is in line 1',
  ],
  [
    'predictions in Latin-1',
    { 'predictions.jsonl': Buffer.from(`${row({})}${row({ instance_id: '\xe9' })}`, 'latin1') },
    'predictions.jsonl:2: is not UTF-8 text',
  ],
  [
    'predictions for other tasks',
    { 'predictions.jsonl': row({ instance_id: '../one' }) },
    'agents[0].file: none of its 1 predictions is for a task of the suite',
    'instance_id must be a task\'s id, e.g. "one"',
  ],
  [
    'an array with a bad element',
    { 'predictions.jsonl': `[\n${row({}).trim()},\n{"a": "]"}, 5]` },
    'predictions.jsonl:3: instance_id: is missing',
    'predictions.jsonl:3: expected a block of fields, found the number 5',
  ],
  ['a broken array', { 'predictions.jsonl': '[{"a": 1}' }, 'predictions.jsonl:1: is not JSON:'],
  [
    'a model that is not there',
    agents('{name: a, adapter: predictions, file: predictions.jsonl, models: [model-a, "model-c*"]}'),
    'suite.yaml:5: agents[0].models[1]: no model is named "model-c*" (fix: did you mean "model-a"?)',
  ],
];

const tasks: Case[] = [
  ['an open TOML table', toml('a = 1\n[agent\n'), 'tasks/one/task.toml:2: Unterminated table-key'],
  ['TOML syntax', toml('[task]\nname = \n'), 'tasks/one/task.toml:2: '],
  [
    'a TOML key twice',
    toml('a = 1\n\na = 2\n'),
    'tasks/one/task.toml:3: Defining a key multiple times is invalid',
  ],
  [
    'deep TOML',
    toml(`a = ${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    'tasks/one/task.toml: nested too deeply',
  ],
  [
    'not UTF-8',
    { 'tasks/one/task.toml': Buffer.from('# \xff', 'latin1') },
    'tasks/one/task.toml: is not UTF-8 text',
  ],
  [
    'a task.toml elsewhere',
    { 'tasks/one/task.toml': { link: '../two/task.toml' } },
    'tasks/one/task.toml: is a symbolic link that leaves its folder',
  ],
  [
    'a wrong type',
    toml('[agent]\ntimeout_sec = "60"\n'),
    'tasks/one/task.toml:2: agent.timeout_sec: expected a number, found the text "60"',
  ],
  ['an endless timeout', toml('[agent]\ntimeout_sec = inf\n'), 'tasks/one/task.toml:2: agent.timeout_sec: '],
  [
    'a bad name',
    toml('[task]\nname = "../../etc"\n'),
    'tasks/one/task.toml:2: task.name: "../../etc" must be <organisation>/<name>',
  ],
  ['dots in a name', toml('[task]\nname = "a/b..c"\n'), 'task.toml:2: task.name: must not hold ".."'],
  ['a task without name', toml('[task]\ndescription = "x"\n'), 'task.toml:1: task.name: is missing'],
  [
    'a folder that cannot name a task',
    {
      ...suite('tasks/*', '["tasks/*", "o d d"]'),
      'o d d/task.toml': '',
      'o d d/instruction.md': 'x',
      'o d d/environment/Dockerfile': 'x',
      'o d d/tests/test.sh': 'x',
    },
    'o d d/task.toml: "o d d" cannot name a task',
  ],
  [
    'an id twice',
    toml('[task]\nname = "other/two"\n'),
    'suite.yaml:3: tasks: two tasks have the id "two": tasks/one and tasks/two',
  ],
  [
    'an unknown network mode',
    toml('[environment]\nnetwork_mode = "none"\n'),
    'environment.network_mode: "none" is not one of "public", "no-network", "allowlist"',
  ],
  [
    'hosts without allowlist',
    toml('[agent]\nallowed_hosts = ["a.b"]\n'),
    'task.toml:2: agent.allowed_hosts: needs network_mode = "allowlist"',
  ],
  [
    'an allowlist that is wanted',
    { ...toml('[environment]\nnetwork_mode = "allowlist"\n'), 'suite.yaml': `${good}network: task\n` },
    'tasks/one/task.toml:2: environment.network_mode: a network with an allowlist is not supported yet',
  ],
  [
    'two sizes',
    toml('[environment]\nmemory = "2G"\nmemory_mb = 1024\n'),
    'task.toml:2: environment.memory: contradicts memory_mb',
  ],
  [
    'a bad size',
    toml('[environment]\nstorage = "2 GB"\n'),
    'task.toml:2: environment.storage: "2 GB" must be a size such as 2G',
  ],
  [
    'a relative workdir',
    toml('[environment]\nworkdir = "app"\n'),
    'task.toml:2: environment.workdir: must be an absolute path below "/"',
  ],
  [
    'the root as workdir',
    toml('[environment]\nworkdir = "/"\n'),
    'environment.workdir: must be an absolute path below "/"',
  ],
  [
    'several steps',
    toml('[[steps]]\nname = "a"\n'),
    'task.toml:1: steps: a task of several steps is not supported yet',
  ],
  [
    'Windows',
    toml('[environment]\nos = "Windows"\n'),
    'task.toml:2: environment.os: Windows is not supported yet',
  ],
  ['a GPU', toml('[environment]\ngpus = 1\n'), 'task.toml:2: environment.gpus: a GPU is not supported yet'],
  [
    'a GPU type',
    toml('[environment]\ngpu_types = ["a100"]\n'),
    'environment.gpu_types: a GPU is not supported yet',
  ],
  [
    'a TPU',
    toml('[environment]\ntpu = {type = "v4", topology = "2x2"}\n'),
    'environment.tpu: a TPU is not supported yet',
  ],
  [
    'a shared verifier with its own environment',
    toml('[verifier]\nenvironment_mode = "shared"\n[verifier.environment]\ncpus = 1\n'),
    'task.toml:3: verifier.environment: contradicts environment_mode = "shared" (fix: remove [verifier.environment]',
  ],
  [
    "a GPU of the verifier's",
    toml('[verifier.environment]\ngpus = 1\n'),
    'task.toml:2: verifier.environment.gpus: a GPU is not supported yet',
  ],
  [
    "sizes and a workdir of the verifier's",
    toml('[verifier.environment]\nmemory = "2G"\nmemory_mb = 1\nworkdir = "x"\n'),
    'task.toml:2: verifier.environment.memory: contradicts memory_mb',
    'task.toml:4: verifier.environment.workdir: must be an absolute path',
  ],
  [
    "hosts of the verifier's without allowlist",
    toml('[verifier.environment]\nallowed_hosts = ["a.b"]\n'),
    'task.toml:2: verifier.environment.allowed_hosts: needs network_mode = "allowlist"',
  ],
  [
    "a host variable of the verifier's own",
    toml('[verifier.environment]\nenv = {KEY = "${SECRET}"}\n'),
    'task.toml:2: verifier.environment.env.KEY: asks for the host variable SECRET',
  ],
  [
    'an unknown verifier mode',
    toml('[verifier]\nenvironment_mode = "separated"\n'),
    'task.toml:2: verifier.environment_mode: "separated" is not one of "shared", "separate" (fix: did you mean',
  ],
  [
    'a command in another service',
    toml('[[verifier.collect]]\ncommand = "x"\n[[verifier.collect]]\ncommand = "x"\nservice = "db"\n'),
    'task.toml:5: verifier.collect[1].service: a service other than "main" is not supported yet',
  ],
  [
    'a collect hook without command',
    toml('[[verifier.collect]]\nservice = "main"\n'),
    'task.toml:1: verifier.collect[0].command: is missing',
  ],
  [
    'a separate verifier and a relative artifact',
    toml('artifacts = ["out"]\n[verifier]\nenvironment_mode = "separate"\n'),
    'task.toml:1: artifacts[0]: is relative, and [environment] says no workdir (fix: write the absolute path)',
  ],
  [
    'a separate verifier and artifacts that cannot be',
    toml(
      'artifacts = [\n"/tmp/x",\n{source = "/"},\n"/tests/x",\n"/logs",\n"/opt/assay"]\n[verifier]\nenvironment_mode = "separate"\n',
    ),
    'task.toml:2: artifacts[0]: lies under /tmp',
    `task.toml:3: artifacts[1].source: "/" would overlap the verifier's own /tests`,
    `task.toml:4: artifacts[2]: "/tests/x" would overlap the verifier's own /tests`,
    `task.toml:5: artifacts[3]: "/logs" would overlap the verifier's own /logs/verifier`,
    `task.toml:6: artifacts[4]: "/opt/assay" would overlap`,
  ],
  [
    'an artifact of a service',
    toml('[[artifacts]]\nsource = "/x"\nservice = "db"\n'),
    'task.toml:3: artifacts[0].service: a service other than "main"',
  ],
  [
    'an artifact that climbs',
    toml('artifacts = ["/a/../b"]\n'),
    'task.toml:1: artifacts[0]: source must not hold ".."',
  ],
  [
    'an artifact put elsewhere',
    toml('artifacts = [{source = "/a", destination = "../b"}]\n'),
    'artifacts[0].destination: must be a relative path',
  ],
  [
    'a host variable',
    toml('[verifier.env]\nKEY = "${SECRET}"\n'),
    'task.toml:2: verifier.env.KEY: asks for the host variable SECRET, which the suite does not allow (fix: add SECRET to allow_env',
  ],
  [
    'a host variable that is not set',
    { ...toml('[solution.env]\nKEY = "${SECRET}"\n'), 'suite.yaml': `${good}allow_env: [SECRET]\n` },
    'task.toml:2: solution.env.KEY: the host variable SECRET is not set (fix: export SECRET',
  ],
  [
    'a number as variable',
    toml('[environment.env]\nA = 1\n'),
    'task.toml:2: environment.env.A: expected text, found the number 1',
  ],
  [
    'a prototype as number',
    toml('__proto__.timeout_sec = 1\n[agent]\ntimeout_sec = -1\n'),
    'task.toml:3: agent.timeout_sec: -1 must be more than 0',
  ],
  [
    'a bad healthcheck',
    toml('[environment.healthcheck]\nretries = 0\n'),
    'environment.healthcheck.command: is missing',
    'task.toml:2: environment.healthcheck.retries: 0 must be at least 1',
  ],
  ['no instruction', { 'tasks/one/instruction.md': null }, 'tasks/one/instruction.md: does not exist'],
  [
    'an empty instruction',
    { 'tasks/one/instruction.md': '<!-- canary 1 -->\n\n' },
    'tasks/one/instruction.md: is empty',
  ],
  [
    'an instruction in Latin-1',
    { 'tasks/one/instruction.md': Buffer.from('\xe9', 'latin1') },
    'tasks/one/instruction.md: is not UTF-8 text',
  ],
  ['no tests', { 'tasks/one/tests/test.sh': null }, 'tasks/one/tests/test.sh: does not exist'],
  [
    'tests for Windows',
    { 'tasks/one/tests/test.sh': null, 'tasks/one/tests/test.bat': 'x' },
    'tasks/one/tests/test.bat: Windows is not supported yet',
  ],
  ['no environment', { 'tasks/one/environment/Dockerfile': null }, 'tasks/one/environment: does not exist'],
  [
    'no Dockerfile',
    { 'tasks/one/environment/Dockerfile': null, 'tasks/one/environment/x': 'x' },
    'tasks/one/environment/Dockerfile: does not exist (fix: write it, or set [environment].docker_image)',
  ],
  [
    'compose',
    { 'tasks/one/environment/docker-compose.yaml': 'x' },
    'tasks/one/environment/docker-compose.yaml: docker compose is not supported yet',
  ],
  [
    'a file that is a link out',
    { 'tasks/one/tests/x': { link: '/etc/passwd' } },
    'tasks/one/tests/x: is a symbolic link out of the task',
  ],
  [
    'a folder that is a link out',
    { 'tasks/one/solution/x': { link: '../../two' } },
    'tasks/one/solution/x: is a symbolic link out of the task',
  ],
  [
    'a dangling link out',
    { 'tasks/one/solution/x': { link: '../../nowhere' } },
    'tasks/one/solution/x: is a symbolic link out of the task',
  ],
  [
    'many problems at once',
    {
      ...toml('[environment]\ngpus = 2\nworkdir = "x"\n'),
      'tasks/one/tests/test.sh': null,
      'tasks/two/tests/test.sh': null,
      'suite.yaml': `${good.replace('file: p', 'fil: p')}attemps: 1\n`,
    },
    'task.toml:2: environment.gpus',
    'task.toml:3: environment.workdir',
    'tests/test.sh: does not exist',
    'suite.yaml:16: attemps',
    'agents[0].fil: unknown field',
    'tasks/two/tests/test.sh: does not exist',
  ],
];

describe.each([
  ['suite', suites],
  ['entry of an agent', entries],
  ['task', tasks],
])('a malformed %s is refused with file, line, field and fix', (_what, cases) => {
  it.each(cases)('%s', async (_name, files, ...expected) => {
    const problems = await problemsOfSuite({ ...goodSuite, ...files });
    const text = problems.join('\n');
    for (const words of expected) expect(text).toContain(words);
    expect(text).not.toMatch(/\n\s+at |undefined|\[object|Invalid input|NaN/);
    for (const problem of problems) expect(problem).toMatch(/\(fix: .+\)$/);
  });
});

describe('a path that is no suite', () => {
  it.each([
    ['nowhere', 'nowhere: does not exist'],
    ['agent.sh', 'agent.sh: is neither a folder nor a YAML file'],
    ['patches', 'patches/suite.yaml: does not exist'],
  ])('%s', async (path, expected) => {
    expect(await problemsOfSuite(goodSuite, path)).toEqual([expect.stringContaining(expected)]);
  });
});

it('a named pipe is refused and not waited for', async () => {
  await using files = await writeFiles({ ...goodSuite, 'predictions.jsonl': null });
  execFileSync('sh', ['-c', 'mkfifo "$0"', `${files.dir}/predictions.jsonl`]);
  await expect(load(files.dir)).rejects.toMatchObject({
    problems: [{ field: 'agents[0].file', message: '"predictions.jsonl" is not a regular file' }],
  });
});

it('a file name that is not UTF-8 is refused', async () => {
  await using files = await writeFiles(goodSuite);
  await writeFile(Buffer.concat([Buffer.from(`${files.dir}/tasks/one/tests/`), Buffer.from([0xff])]), 'x');
  await expect(load(files.dir)).rejects.toMatchObject({
    problems: [{ message: 'has a name that is not UTF-8' }],
  });
});
