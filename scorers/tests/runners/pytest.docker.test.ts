import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestTask, openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { pytestImage } from '../../../test/support/python-images.ts';
import { type Trial, tryTests } from './assets/python/testing.ts';
import { pytest } from './pytest.ts';

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

const run = (trial: Pick<Trial, 'tests'> & Partial<Trial>) =>
  tryTests({ sandbox: engine.sandbox, image, runner: pytest, ...trial });

const solution = 'def double(n):\n    return 2 * n\n';

describe('an honest suite', () => {
  it('has one outcome for every test', async () => {
    const { report, outcomes, exitCode } = await run({
      candidate: { 'solution.py': solution },
      tests: {
        'conftest.py': `import pytest, solution
@pytest.fixture(params=['x', 'y::z'])
def letter(request): return request.param
@pytest.fixture(scope='session')
def two():
    yield 2
`,
        'tests/conftest.py': `import pytest
@pytest.fixture
def broken(): raise ValueError('set up')
@pytest.fixture
def torn():
    yield
    raise ValueError('torn down')
`,
        'tests/test_all.py': `import asyncio, time, unittest
from unittest import mock
import pytest
from solution import double

class Anything:
    def __eq__(self, other): return True

def test_fixture(two): assert double(two) == 4
def test_letter(letter): assert double(letter) == letter + letter
@pytest.mark.parametrize('given, wanted', [(1, 2), (2, 5)])
def test_table(given, wanted): assert double(given) == wanted
def test_raises():
    with pytest.raises(TypeError): double(None)
def test_approx(): assert double(0.1) == pytest.approx(0.2)
def test_any(): assert mock.call(1) == mock.call(mock.ANY)
def test_own_equality(): assert double(1) == Anything()
def test_patched(monkeypatch):
    monkeypatch.setattr(time, 'time', lambda: 5)
    monkeypatch.setattr('builtins.len', lambda _: 7)
    assert (time.time(), len('')) == (5, 7)
def test_error(): raise RuntimeError('broke')
def test_exit(): raise SystemExit(0)
def test_broken(broken): pass
def test_torn(torn): pass
@pytest.mark.skip(reason='not here')
def test_skip(): pass
@pytest.mark.xfail
def test_expected(): assert False
@pytest.mark.xfail(strict=True)
def test_unexpected(): pass
@pytest.mark.asyncio
async def test_async():
    await asyncio.sleep(0)
    assert double(1) == 2
class TestGroup:
    def test_method(self): pass
    class TestInner:
        def test_deep(self): assert double(3) == 6
class TestCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls): cls.two = 2
    def test_equal(self): self.assertEqual(double(self.two), 4)
    def test_parts(self):
        for n in range(3):
            with self.subTest(n=n): self.assertLess(n, 2)
`,
        'tests/test_import.py': 'import nowhere\ndef test_never(): pass\n',
        'tests/test_syntax.py': 'def test_never(:\n',
        'tests/test_none.py': 'import pytest\npytest.skip("not here", allow_module_level=True)\n',
      },
    });
    const at = (name: string) => `tests/test_all.py::${name}`;
    expect(outcomes).toEqual([
      `pass ${at('test_fixture')}`,
      `pass ${at('test_letter[x]')}`,
      `pass ${at('test_letter[y::z]')}`,
      `pass ${at('test_table[1-2]')}`,
      `fail ${at('test_table[2-5]')}`,
      `pass ${at('test_raises')}`,
      `pass ${at('test_approx')}`,
      `pass ${at('test_any')}`,
      `pass ${at('test_own_equality')}`,
      `pass ${at('test_patched')}`,
      `fail ${at('test_error')}`,
      `fail ${at('test_exit')}`,
      `error ${at('test_broken')}`,
      `error ${at('test_torn')}`,
      `skipped ${at('test_skip')}`,
      `skipped ${at('test_expected')}`,
      `fail ${at('test_unexpected')}`,
      `pass ${at('test_async')}`,
      `pass ${at('TestGroup::test_method')}`,
      `pass ${at('TestGroup::TestInner::test_deep')}`,
      `pass ${at('TestCase::test_equal')}`,
      `fail ${at('TestCase::test_parts')}`,
    ]);
    expect(report?.tests.find(({ name }) => name[0] === 'test_table[2-5]')?.message).toContain(
      'assert 4 == 5',
    );
    expect(report?.files).toEqual([
      { path: 'tests/test_all.py', loaded: true },
      {
        path: 'tests/test_import.py',
        loaded: false,
        message: expect.stringContaining("No module named 'nowhere'"),
      },
      { path: 'tests/test_syntax.py', loaded: false, message: expect.stringContaining('SyntaxError') },
      { path: 'tests/test_none.py', loaded: true },
    ]);
    expect(report?.violations).toEqual([]);
    expect([report?.exitCode, exitCode]).toEqual([5, 0]);
  });

  it('keeps its configuration, but for what chooses tests, stops or repeats', async () => {
    const { report, outcomes } = await run({
      candidate: { 'lib/solution.py': solution },
      tests: {
        'pyproject.toml': `[tool.pytest.ini_options]
pythonpath = "lib"
asyncio_mode = "auto"
markers = ["slow: takes long"]
python_functions = "check_*"
addopts = "-xqk nothing --maxfail=1 --strict-markers -m 'not slow' --deselect tests/test_a.py --ignore tests -p no:doctest -ptools.plugin -W error::FutureWarning tests"
`,
        'tests/test_a.py': `import pytest, warnings, solution
def check_fails(): assert False
async def check_async(): assert solution.double(1) == 2
@pytest.mark.slow
def check_slow(): pass
def check_warns(): warnings.warn('an error here', FutureWarning)
def check_plugin(three): assert three == 3
def test_not_one(): pass
`,
        'tools/plugin.py': 'import pytest\n@pytest.fixture\ndef three(): return 3\n',
        'tests/test_b.py': 'import pytest\n@pytest.mark.unheard\ndef check_b(): pass\n',
      },
    });
    expect(outcomes).toEqual([
      'fail tests/test_a.py::check_fails',
      'pass tests/test_a.py::check_async',
      'pass tests/test_a.py::check_slow',
      'fail tests/test_a.py::check_warns',
      'pass tests/test_a.py::check_plugin',
    ]);
    expect(report?.files[1]).toMatchObject({ loaded: false, message: expect.stringContaining('unheard') });
    expect(report?.violations).toEqual([]);
  });

  it('that stops half-way leaves errors', async () => {
    const { outcomes, report } = await run({
      tests: {
        'test_exit.py':
          'import pytest\ndef test_1(): pass\ndef test_2(): pytest.exit("enough", 0)\ndef test_3(): pass\n',
        'test_stop.py': 'def test_1(): raise KeyboardInterrupt\ndef test_2(): pass\n',
        'test_ini/pytest.toml': 'this is no configuration',
        'test_ini/setup.cfg': '[pytest]\n',
        'test_ini/test_1.py': 'def test_1(): pass\n',
        'test_conf/conftest.py': 'raise RuntimeError("broken hooks")\n',
        'test_conf/test_1.py': 'def test_1(): pass\n',
      },
    });
    expect(outcomes).toEqual([
      'pass test_exit.py::test_1',
      'error test_exit.py::test_2',
      'error test_exit.py::test_3',
      'error test_stop.py::test_1',
      'error test_stop.py::test_2',
    ]);
    expect(report?.files[2]).toMatchObject({
      loaded: false,
      message: expect.stringContaining('the configuration cannot be read'),
    });
    expect(report?.files[3]).toMatchObject({
      loaded: false,
      message: expect.stringContaining('ended with 4'),
    });
    expect(report?.violations).toEqual([]);
  });
});
