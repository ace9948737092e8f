"""Runs one test file with unittest and tells what becomes of each test."""
import importlib
import importlib.util
import os
import sys
import unittest
import unittest.suite

from assay.image import UncachedLoader
from assay.trust import function_of

NO_TESTS = 5
MAX_NAME = 2000
WORST_FIRST = ("fail", "error", "skipped", "pass")


def run(session):
    """Returns what `python -m unittest` would end with."""
    sys.path[:] = session.path
    sys.argv = ["python -m unittest", session.test_file]
    module = None
    try:
        module = load(session.test_file, session.settings["workdir"])
        suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    except unittest.SkipTest:
        suite = unittest.TestSuite()
    except BaseException as error:
        session.send("broken", ("%s: %s" % (type(error).__name__, error))[:1000])
        return 1
    tests = list(flattened(suite))
    for test in tests:
        session.send("test", *name_of(test))
    if session.guard is not None:
        session.guard.loaded([] if module is None else [module.__name__])
    session.send("loaded")
    result = Result(session, tests)
    try:
        suite.run(result)
    except KeyboardInterrupt:
        result.shouldStop = True
    result.settle()
    result.printErrors()
    if not tests:
        return NO_TESTS
    return 0 if result.wasSuccessful() and not result.shouldStop else 1


def load(test_file, workdir):
    """The file as a module, by the name that `python -m unittest` gives it where its folders are packages."""
    folder = os.path.dirname(test_file)
    parts = os.path.relpath(test_file, workdir)[:-len(".py")].split("/")
    name = parts[-1]
    if not os.path.exists(os.path.join(folder, "__init__.py")) and folder not in sys.path:
        sys.path.insert(0, folder)
    if len(parts) > 1 and all(part.isidentifier() for part in parts):
        try:
            parent = importlib.import_module(".".join(parts[:-1]))
            name = ".".join(parts) if folder in list(parent.__path__) else name
        except (ImportError, AttributeError):
            # Its folder is no package: then it is a module of its own.
            pass
    spec = importlib.util.spec_from_file_location(name, test_file, loader=UncachedLoader(name, test_file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def flattened(suite):
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from flattened(each)
        else:
            yield each


def name_of(test):
    return type(test).__name__[:MAX_NAME], (getattr(test, "_testMethodName", None) or str(test))[:MAX_NAME]


class Lines:
    """The stream that unittest's own results write to."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        self._stream.write(text)

    def writeln(self, text=""):
        self._stream.write(text + "\n")

    def flush(self):
        self._stream.flush()


class Result(unittest.TextTestResult):
    def __init__(self, session, tests):
        super().__init__(Lines(sys.stderr), True, 2)
        self._session = session
        self._tests = tests
        self._indexes = {id(test): index for index, test in enumerate(tests)}
        self._told = set()
        self._ended = None
        self._running = None

    def startTest(self, test):
        self.settle()
        if self._session.guard is not None:
            self._session.guard.between_tests()
            self._look_at(test)
        super().startTest(test)
        self._running = [self._indexes[id(test)], "", ""]
        self._told.add(self._running[0])
        self._session.send("start", str(self._running[0]))

    def stopTest(self, test):
        super().stopTest(test)
        # Told when the next one starts: the end of its class or module may still fail.
        if self._running is not None:
            self._ended, self._running = self._running, None

    def settle(self):
        if self._ended is not None:
            index, outcome, message = self._ended
            self._session.finish_test(index, outcome or "error", message if outcome else "did not finish")
            self._ended = None

    def addSuccess(self, test):
        super().addSuccess(test)
        self._note("pass", "")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._note("fail", self._in_short(err))

    def addError(self, test, err):
        super().addError(test, err)
        if id(test) in self._indexes:
            self._note("fail" if is_in_test(err) else "error", self._in_short(err))
        else:
            self._group_broke(test, "error", self._in_short(err))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._note("fail", self._in_short(err))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if self._running is not None:
            self._note("skipped", str(reason))
        elif id(test) in self._indexes:
            # One release of Python starts no test that it skips.
            self._tell_unstarted(self._indexes[id(test)], "skipped", str(reason))
        else:
            self._group_broke(test, "skipped", str(reason))

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self._note("skipped", "failed as expected")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._note("fail", "unexpected success")

    def _in_short(self, err):
        library = self._session.library
        return in_short(err) if library is None else library.in_short(err)

    def _note(self, outcome, message):
        current = self._running
        if current is not None and (not current[1] or WORST_FIRST.index(outcome) < WORST_FIRST.index(current[1])):
            current[1:] = [outcome, message]

    def _group_broke(self, holder, outcome, message):
        """Set-up or tear-down of a class or module, told in the form `setUpClass (module.Class)`."""
        what, _, group = str(holder).partition(" (")
        if what.startswith("tearDown"):
            if self._ended is not None and self._ended[1] in ("pass", "skipped"):
                self._ended[1:] = [outcome, message]
            return
        group = group[:-1]
        for index, test in enumerate(self._tests):
            place = "%s.%s" % (type(test).__module__, type(test).__qualname__)
            if index not in self._told and group in (place, type(test).__module__):
                self._tell_unstarted(index, outcome, message)

    def _tell_unstarted(self, index, outcome, message):
        self.settle()
        self._told.add(index)
        self._session.send("skip", str(index), outcome, message[:1000])

    def _look_at(self, test):
        for thing, shown in ((test, "the test %s" % name_of(test)[1]), (self, "the result")):
            for name in vars(thing):
                if function_of(getattr(type(thing), name, None)) is not None:
                    self._session.guard.blame("%s of %s was replaced" % (name, shown))


def is_in_test(err):
    """A test that raises fails, whatever it raises; what raises before or after it is an error."""
    trace = err[2]
    while trace is not None:
        if trace.tb_frame.f_code.co_name == "_callTestMethod":
            return True
        trace = trace.tb_next
    return False


def in_short(err):
    return "%s: %s" % (err[0].__name__, err[1])
