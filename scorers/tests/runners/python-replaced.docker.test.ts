import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestTask, openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { pytestImage } from '../../../test/support/python-images.ts';
import { blamedFor, type Cheat, type TrialResult, tryCheats, tryTests } from './assets/python/testing.ts';
import { pytest } from './pytest.ts';
import { unittest } from './unittest.ts';

let engine: TestEngine;
let image: PreparedImage;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  cleanUp.unshift(() => engine.sandbox.close());
  const task = await makeTestTask({
    Dockerfile: `FROM ${await pytestImage(engine.docker)}\nWORKDIR /app\n`,
  });
  cleanUp.unshift(() => task.remove());
  image = await engine.sandbox.prepare(task, { user: null });
});
afterAll(async () => {
  for (const step of cleanUp) await step();
});

const wrong = 'def answer():\n    return 41\n';
const walk = `import sys
def up():
    frame = sys._getframe()
    while frame is not None:
        yield frame.f_locals
        frame = frame.f_back
`;

/** Each runs in a process of its own, all in one container. */
const cheats: Record<string, Cheat> = {
  clock: {
    module: `import time\ntime.time = lambda: 0.0\n${wrong}`,
    said: /^time\.time was replaced$/,
  },
  late_clock: {
    module: 'import time\ndef answer():\n    time.perf_counter = lambda: 0.0\n    return 42\n',
    said: /time\.perf_counter was replaced/,
  },
  builtin: {
    module: `import builtins\nbuiltins.isinstance = lambda *_: True\n${wrong}`,
    said: /builtins\.isinstance was replaced/,
  },
  assertion_error: {
    module: `import builtins, pytest\nbuiltins.AssertionError = pytest.skip.Exception\n${wrong}`,
    said: /builtins\.AssertionError was replaced/,
  },
  test_report: {
    module: `import _pytest.reports as reports
make = reports.TestReport.from_item_and_call.__func__
def forged(cls, item, call):
    report = make(cls, item, call)
    report.outcome = 'passed'
    return report
reports.TestReport.from_item_and_call = classmethod(forged)
${wrong}`,
    said: /_pytest\.reports\.TestReport\.from_item_and_call was replaced/,
  },
  run: {
    module: `import _pytest.python\n_pytest.python.Function.runtest = lambda self: None\n${wrong}`,
    said: /_pytest\.python\.Function\.runtest was replaced/,
  },
  code_object: {
    module: `import _pytest.python
def nothing(self): pass
_pytest.python.Function.runtest.__code__ = nothing.__code__
${wrong}`,
    said: /the code of Function\.runtest was replaced by cheat_code_object\.py/,
  },
  put_back: {
    module: `import unittest
kept = unittest.TestCase.assertEqual
def put_back(): unittest.TestCase.assertEqual = kept
def answer():
    unittest.TestCase.assertEqual = lambda *_: None
    return 41
`,
    test: `import unittest
from cheat_put_back import answer, put_back
class TestAnswer(unittest.TestCase):
    def test_answer(self): self.assertEqual(answer(), 42)
    def test_next(self): put_back()
`,
    said: /unittest\.case\.TestCase\.assertEqual was replaced/,
  },
  pytest_module: {
    module: `import sys, types\nsys.modules['pytest'] = types.ModuleType('pytest')\n${wrong}`,
    said: /sys\.modules\.pytest was replaced/,
  },
  plugin: {
    module: `${walk}
class Plugin:
    def pytest_runtest_makereport(self, item, call): return None
def answer():
    for names in up():
        if 'item' in names:
            names['item'].config.pluginmanager.register(Plugin())
            return 42
`,
    test: 'from cheat_plugin import answer\ndef test_answer(): assert answer() == 42\ndef test_again(): pass\n',
    said: /the pytest hook pytest_runtest_makereport was added by cheat_plugin\.py/,
  },
  next_item: {
    module: `${walk}
def answer():
    for names in up():
        if 'nextitem' in names:
            names['nextitem'].runtest = lambda: None
            return 42
`,
    test: 'from cheat_next_item import answer\ndef test_answer(): assert answer() == 42\ndef test_again(): assert False\n',
    said: /runtest of the test test_again was replaced/,
  },
  test_function: {
    module: `import sys
def answer():
    sys.modules['test_test_function'].TestAnswer.test_again = lambda self: None
    return 42
`,
    test: `from cheat_test_function import answer
class TestAnswer:
    def test_answer(self): assert answer() == 42
    def test_again(self): assert False
`,
    said: /test_test_function\.TestAnswer\.test_again was replaced/,
  },
  constant: {
    module: `import sys
def answer():
    sys._getframe(1).f_globals['WANTED'] = 41
    return 41
`,
    test: 'from cheat_constant import answer\nWANTED = 42\ndef test_answer(): assert answer() == WANTED\n',
    said: /test_constant\.WANTED was replaced/,
  },
  trace: {
    module: `import sys
def skip(frame, event, arg):
    return skip
def answer():
    sys.settrace(skip)
    sys.settrace(None)
    return 41
`,
    said: /sys\.settrace was called by cheat_trace\.py/,
  },
  audit: {
    module: `import sys\nsys.addaudithook(lambda *_: None)\n${wrong}`,
    said: /an audit hook was added by cheat_audit\.py/,
  },
  import_hook: {
    module: `import sys
class Finder:
    def find_spec(self, name, path=None, target=None): return None
sys.meta_path.insert(0, Finder())
${wrong}`,
    said: /an import hook was added by cheat_import_hook\.py/,
  },
  thaw: { module: `import gc\ngc.unfreeze()\n${wrong}`, said: /gc\.unfreeze was called/ },
  write: {
    module: `import os\nreal = os.write\nos.write = lambda fd, data: len(data)\n${wrong}`,
    said: /os\.write was replaced/,
  },
  skipped: { module: 'import pytest\ndef answer(): pytest.skip("not now")\n', said: null },
};

describe('a candidate that replaces parts of its judges', () => {
  let result: TrialResult;
  beforeAll(async () => {
    result = await tryCheats({ sandbox: engine.sandbox, image, runner: pytest }, cheats, {
      candidate: { 'honest.py': 'def answer():\n    return 42\n' },
      tests: {
        'tests/test_honest.py': 'from honest import answer\ndef test_answer(): assert answer() == 42\n',
      },
    });
  });

  it('lets the honest one beside it pass, unblamed', () => {
    expect(result.outcomes).toContain('pass tests/test_honest.py::test_answer');
    expect(blamedFor(result, 'tests/test_honest.py')).toEqual([]);
  });

  it.each(Object.entries(cheats))('%s', (name, { said }) => {
    const file = `tests/test_${name}.py`;
    if (said !== null) expect(blamedFor(result, file)).toContainEqual(expect.stringMatching(said));
    else {
      expect(blamedFor(result, file)).toEqual([]);
      expect(result.outcomes.filter((text) => text.startsWith(`pass ${file}`))).toEqual([]);
    }
  });
});

it('is not looked at where the task says so', async () => {
  const result = await tryTests({
    sandbox: engine.sandbox,
    image,
    runner: unittest,
    candidate: { 'solution.py': 'import time\ntime.time = lambda: 0.0\n' },
    tests: {
      'test_clock.py':
        'import solution, time, unittest\nclass T(unittest.TestCase):\n    def test_clock(self): self.assertEqual(time.time(), 0)\n',
    },
    integrity: false,
  });
  expect(result.outcomes).toEqual(['pass test_clock.py::T::test_clock']);
  expect(result.report?.violations).toEqual([]);
});
