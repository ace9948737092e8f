import type { TestFile } from '../../runners/runner.ts';

/** Code under test, beside the test files. */
export const pythonCode: TestFile[] = [
  {
    path: 'code_under_test.py',
    text: `def double(n):
    return n * 2


def join(*words):
    return "-".join(words)


async def later(value):
    return value
`,
  },
  {
    path: 'conftest.py',
    text: `import pytest


@pytest.fixture(params=["utf8", "latin1"])
def encoding(request):
    return request.param
`,
  },
];

/** Test files for pytest, one for each way in which people write them. */
export const pytestFiles: TestFile[] = [
  {
    path: 'test_functions.py',
    text: `"""Tests of functions."""
import pytest
from unittest.mock import patch

from code_under_test import double, join


@pytest.fixture
def words():
    yield ["a", "b"]


def test_double_of_a_small_number():
    """Says what it does."""
    assert double(4) == 8  # twice


def test_join_with_words_of_a_fixture(words, tmp_path):
    result = join(*words)
    assert result == "a-b", "joined"
    assert not list(tmp_path.iterdir())


def test_one_line(): assert double(1) == 2


def test_fails_for_a_known_reason(words):
    assert {"words": words, "n": [1, -2]} == {
        "words": ["a", "c"],
        "n": [1, -2],
    }


@pytest.mark.parametrize("n, twice", [(1, 2), (3, 6)])
def test_table_of_numbers(n, twice):
    assert double(n) == twice


def test_encoding_of_each_kind(encoding):
    assert join(encoding, "x").encode(encoding) == join(encoding, "x").encode()


@patch("code_under_test.join", return_value="patched")
def test_patched_function(fake):
    import code_under_test

    assert code_under_test.join("a") == "patched"


@pytest.mark.skip(reason="not now")
def test_left_out():
    assert False


def test_skips_itself():
    pytest.skip("nothing here")


def test_returns_early_without_words(words, tmp_path: str):
    if words:
        return
    assert double(1) == 0


def test_default_argument(n=5, *, more=None):
    assert (double(n), more) == (10, None)


if __name__ == "__main__":
    pytest.main()
`,
  },
  {
    path: 'test_classes.py',
    text: `import unittest

from code_under_test import double, join


class TestDouble:
    factor = 2

    def setup_method(self):
        self.base = 3

    def test_doubles_base(self):
        assert double(self.base) == 6

    def test_doubles_negative_base(self):
        assert double(-self.base) == -6
        # the end of the class


class JoinTest(unittest.TestCase):
    def setUp(self):
        self.words = ["x", "y"]

    def test_joins_words_of_setup(self):
        self.assertEqual(join(*self.words), 'x-y')

    @unittest.skip("later")
    def test_left_out(self):
        self.fail()

    @staticmethod
    def test_static_way():
        assert double(2) == 4


class Base:
    def helper(self):
        return 1


class TestShared(Base):
    def test_shared_helper(self):
        assert self.helper() == 1


class TestMore(TestShared):
    def test_more_helpers(self):
        assert self.helper() + 1 == 2`,
  },
  {
    path: 'test_tabs.py',
    text: `from code_under_test import *

class TestTabs:
	def test_tabs_and_returns(self):
		if double(1) == 3:
			return
		assert join("a") == "a"

	def test_tabs_and_returns_words(self, words=None) -> None:
		return None

	def test_tabs_of_words(self):
		text = r"raw\\d" + """many
lines"""
		assert join(text[:3], 'b') == "raw-b"
`,
  },
  {
    path: 'test_crlf.py',
    text: `from code_under_test import double


def test_windows_lines():
    assert double(8) == 16


def test_words_of_lines():
    assert ("a\\n" "b") == f"a{chr(10)}b"
`.replaceAll('\n', '\r\n'),
  },
  {
    path: 'test_async.py',
    text: `import pytest

from code_under_test import later


@pytest.mark.asyncio
async def test_waits_for_a_value():
    assert await later(7) == 7
`,
  },
  {
    path: 'test_yields.py',
    text: `from contextlib import contextmanager

from code_under_test import double


@contextmanager
def opened():
    yield


def test_within_a_context():
    with opened() as nothing:
        assert nothing is None
    assert double(10.) == 20.0


def test_chain_of_numbers():
    assert 1 < double(1) <= 2
    assert double(1) == double(1) == 2
    assert double(1) == 2 and double(2) == 4
`,
  },
  {
    path: 'test_broken_setup.py',
    text: `import pytest


class TestBroken:
    @classmethod
    def setup_class(cls):
        raise RuntimeError("no file")

    def test_never_begins(self):
        assert 1 + 1 == 2


def test_works_without_setup():
    assert [1, 2] + [3] == [1, 2, 3]
`,
  },
];
