"""Whose code is it? Told by the file that a function was compiled from."""
import functools
import os
import re
import time
import types

IMAGE, TESTS, CANDIDATE = "image", "tests", "candidate"
# Below the workspace; what a candidate delivers under such a name is not laid.
TEST_NAME = re.compile(r"(?:test|(?:.*/)?tests)/.*|(?:.*/)?(?:test_[^/]*|[^/]*_tests?|tests|conftest)\.py")
# Clocks of file systems go in steps.
STEP_NS = 20_000_000


def is_below(path, folder):
    """True for the folder itself, too. Both as they are and with their links resolved."""
    for place in (os.path.abspath(path), os.path.realpath(path)):
        if place == folder or place.startswith(folder + "/"):
            return True
    return False


class Trust:
    """Files of the image; files that belong to the tests; and all others, which are the candidate's."""

    def __init__(self, workdir, image_path, tests):
        self._below = workdir + "/"
        self._image = tuple(
            {place.rstrip("/") + "/" for entry in image_path for place in (entry, os.path.realpath(entry))}
        )
        self._tests = frozenset(self._below + path for path in tests)
        self._is_root = os.getuid() == 0
        self._stat = os.stat
        # Nothing of the candidate's has run yet, nor can it set the clock that files are stamped by.
        self._start = time.time_ns() - STEP_NS
        self._known = {}
        self._texts = {}

    def of_file(self, name):
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._look(name)
        return found

    def _look(self, name):
        if name.startswith("<frozen "):
            return IMAGE
        if not name.startswith("/") or "/../" in name:
            return CANDIDATE
        if not name.startswith(self._below):
            return IMAGE if name.startswith(self._image) else CANDIDATE
        if name in self._tests or self._is_of_tests(name):
            return TESTS
        return CANDIDATE

    def _is_of_tests(self, name):
        """Hidden tests belong to root, who does not run them; those of the base have their names, and are old."""
        try:
            facts = self._stat(name)
        except OSError:
            return False
        if facts.st_uid == 0 and not self._is_root:
            return True
        return facts.st_ctime_ns < self._start and TEST_NAME.fullmatch(name[len(self._below):]) is not None

    def shown(self, name):
        """A file as people know it."""
        return name[len(self._below):] if name.startswith(self._below) else name

    def text(self, name):
        """Of a file of the tests; empty where it cannot be read."""
        if name not in self._texts:
            try:
                with open(name, encoding="utf-8", errors="replace") as file:
                    self._texts[name] = file.read()
            except OSError:
                self._texts[name] = ""
        return self._texts[name]

    def of_value(self, value):
        """None where it cannot be told."""
        name = source_file(value)
        return None if name is None else self.of_file(name)


def source_file(value):
    """The file that a function, class or instance was compiled from."""
    function = function_of(value)
    if function is not None:
        return function.__code__.co_filename
    cls = value if isinstance(value, type) else type(value)
    for held in type.__dict__["__dict__"].__get__(cls).values():
        function = function_of(held)
        if function is not None:
            return function.__code__.co_filename
    return None


def function_of(value):
    """The Python function within what wraps one; None for everything else."""
    for _ in range(10):
        kind = type(value)
        if kind is types.FunctionType:
            return value
        if kind in (staticmethod, classmethod, types.MethodType):
            value = value.__func__
        elif kind is functools.partial:
            value = value.func
        elif kind is property:
            value = value.fget
        else:
            return None
    return None
