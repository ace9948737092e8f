import type { TestFile } from '../../runners/runner.ts';

/** Test files for unittest. */
export const unittestFiles: TestFile[] = [
  {
    path: 'test_cases.py',
    text: `import unittest
from unittest import IsolatedAsyncioTestCase as AsyncCase

from code_under_test import double, join, later


class Shared(unittest.TestCase):
    maxDiff = None

    def check(self, n):
        self.assertEqual(double(n), n + n)


class DoubleTests(Shared):
    def test_small_numbers(self):
        self.check(3)
        self.assertEqual(double(4), 8, "twice")

    def test_numbers_in_turn(self):
        for n in (1, 2):
            with self.subTest(n=n):
                self.assertEqual(double(n), n * 2)

    def test_fails_for_a_known_reason(self):
        self.assertDictEqual({"n": double(1)}, {"n": 3})

    def helper(self):
        return 1


class WaitTests(AsyncCase):
    async def test_waits_for_words(self):
        self.assertEqual(await later(join("a", "b")), "a-b")


class OpenedTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.file = "opened"

    def test_reads_what_was_opened(self):
        self.assertEqual(self.file, "opened")


if __name__ == "__main__":
    unittest.main()
`,
  },
  {
    path: 'test_camel.py',
    text: `from unittest import TestCase

from code_under_test import join


class TestJoin(TestCase):

  def testJoinsManyWords(self):
    self.assertEquals(join('a', 'b', 'c'), 'a-b-c') if hasattr(self, 'assertEquals') else None
    self.assertTrue(join('a') == 'a')

  def testJoinsNothingAtAll(self):
    assert join() == ''
`,
  },
  {
    path: 'test_broken_setup.py',
    text: `import unittest


class BrokenTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("no file")

    def test_never_begins(self):
        self.assertEqual(1 + 1, 2)


class WorkingTest(unittest.TestCase):
    def test_adds_numbers(self):
        self.assertEqual([1] + [2], [1, 2])
`,
  },
  {
    path: 'test_nothing.py',
    text: `def helper():
    return 1
`,
  },
];
