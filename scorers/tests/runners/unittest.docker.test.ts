import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTestTask, openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { tryTests } from './assets/python/testing.ts';
import { unittest } from './unittest.ts';

let engine: TestEngine;
let image: PreparedImage;
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
  cleanUp.unshift(() => engine.sandbox.close());
  const task = await makeTestTask({ Dockerfile: 'FROM python:3.11-slim-bookworm\nWORKDIR /app\n' });
  cleanUp.unshift(() => task.remove());
  image = await engine.sandbox.prepare(task, { user: null });
});
afterAll(async () => {
  for (const step of cleanUp) await step();
});

it('has one outcome for every test of an honest suite', async () => {
  const { report, outcomes, exitCode, output } = await tryTests({
    sandbox: engine.sandbox,
    image,
    runner: unittest,
    candidate: { 'solution.py': 'def double(n):\n    return 2 * n\n' },
    tests: {
      'tests/__init__.py': '',
      'tests/helper.py': 'two = 2\n',
      'tests/test_all.py': `import time, unittest
from unittest import mock
from .helper import two
from solution import double
class A(unittest.TestCase):
    def test_equal(self): self.assertEqual(double(two), 4)
    def test_unequal(self): self.assertEqual(double(two), 5)
    def test_raise(self): raise RuntimeError('broke')
    def test_exit(self): raise SystemExit(0)
    def test_parts(self):
        for n in range(3):
            with self.subTest(n=n): self.assertLess(n, 2)
    @unittest.skip('not here')
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    @unittest.expectedFailure
    def test_unexpected(self): pass
    @mock.patch('time.time', lambda: 5)
    def test_patched(self): self.assertEqual(time.time(), 5)
    def test_any(self): self.assertEqual(mock.call(1), mock.call(mock.ANY))
class BrokenClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise ValueError('set up')
    def test_1(self): pass
class TornClass(unittest.TestCase):
    @classmethod
    def tearDownClass(cls): raise ValueError('torn down')
    def test_1(self): pass
    def test_2(self): pass
class SkippedClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise unittest.SkipTest('not here')
    def test_1(self): pass
class BrokenSetUp(unittest.TestCase):
    def setUp(self): raise ValueError('set up')
    def test_1(self): pass
class Async(unittest.IsolatedAsyncioTestCase):
    async def two(self): return 2
    async def test_equal(self): self.assertEqual(await self.two(), 2)
    async def test_unequal(self): self.assertEqual(await self.two(), 3)
`,
      'other/near.py': 'value = 3\n',
      'other/test_near.py':
        'import near, unittest\nclass T(unittest.TestCase):\n    def test_near(self): self.assertEqual(near.value, 3)\n',
      'test_spawn.py': `import multiprocessing, unittest
from solution import double
class T(unittest.TestCase):
    def test_spawned(self):
        with multiprocessing.get_context('spawn').Pool(1) as pool: self.assertEqual(pool.map(double, [1]), [2])
`,
      'test_import.py': 'import nowhere\n',
      'test_none.py': '',
      'test_module.py': `import unittest
def setUpModule(): raise ValueError('module')
class T(unittest.TestCase):
    def test_1(self): pass
`,
    },
  });
  const at = (name: string) => `tests/test_all.py::${name}`;
  expect(outcomes).toEqual([
    `pass ${at('A::test_any')}`,
    `pass ${at('A::test_equal')}`,
    `fail ${at('A::test_exit')}`,
    `skipped ${at('A::test_expected')}`,
    `fail ${at('A::test_parts')}`,
    `pass ${at('A::test_patched')}`,
    `fail ${at('A::test_raise')}`,
    `skipped ${at('A::test_skip')}`,
    `fail ${at('A::test_unequal')}`,
    `fail ${at('A::test_unexpected')}`,
    `pass ${at('Async::test_equal')}`,
    `fail ${at('Async::test_unequal')}`,
    `error ${at('BrokenClass::test_1')}`,
    `error ${at('BrokenSetUp::test_1')}`,
    `skipped ${at('SkippedClass::test_1')}`,
    `pass ${at('TornClass::test_1')}`,
    `error ${at('TornClass::test_2')}`,
    'pass other/test_near.py::T::test_near',
    'pass test_spawn.py::T::test_spawned',
    'error test_module.py::T::test_1',
  ]);
  expect(report?.files).toEqual([
    { path: 'tests/test_all.py', loaded: true },
    { path: 'other/test_near.py', loaded: true },
    { path: 'test_spawn.py', loaded: true },
    { path: 'test_import.py', loaded: false, message: "ModuleNotFoundError: No module named 'nowhere'" },
    { path: 'test_none.py', loaded: true },
    { path: 'test_module.py', loaded: true },
  ]);
  expect(report?.violations).toEqual([]);
  expect([report?.exitCode, exitCode]).toEqual([5, 0]);
  // For people who look at what the tests printed.
  expect(output).toContain('AssertionError: 4 != 5');
});
