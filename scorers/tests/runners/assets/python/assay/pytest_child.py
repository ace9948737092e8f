"""Runs one test file with pytest and tells what becomes of each test."""
import sys

from assay import options
from assay.trust import CANDIDATE, IMAGE, function_of, source_file

# Whoever adds to these can change what a test comes to.
DECIDING = (
    *("pytest_runtest_protocol", "pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown"),
    *("pytest_runtest_makereport", "pytest_runtest_logreport", "pytest_pyfunc_call", "pytest_runtestloop"),
    *("pytest_runtest_logstart", "pytest_runtest_logfinish", "pytest_report_teststatus", "pytest_sessionfinish"),
    *("pytest_fixture_setup", "pytest_assertrepr_compare", "pytest_unconfigure"),
)
MAX_NAME = 2000


def run(session):
    """Returns pytest's exit code."""
    import pytest

    try:
        arguments, plugins = options.command_line(session.test_file, session.settings)
    except Exception as error:
        session.send("broken", ("the configuration cannot be read: %s" % error)[:1000])
        return pytest.ExitCode.USAGE_ERROR
    sys.argv = ["pytest", *arguments]
    return pytest.main(arguments, plugins=[reporter(session, pytest, plugins)])


def reporter(session, pytest, plugins):
    guard = session.guard
    tests = Tests(session, pytest)

    class Reporter:
        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_load_initial_conftests(self, early_config):
            # Entry points were looked for without the workspace on the way; the project's own plugins need it.
            own = [entry for entry in sys.path if entry not in session.path]
            sys.path[:] = own + session.path
            for name in plugins:
                early_config.pluginmanager.import_plugin(name, consider_entry_points=True)
            yield

        @pytest.hookimpl(trylast=True)
        def pytest_configure(self, config):
            if guard is not None:
                files = {getattr(plugin, "__file__", None) for plugin in config.pluginmanager.get_plugins()}
                guard.accept({file for file in files if file and session.trust.of_file(file) == IMAGE})

        @pytest.hookimpl(tryfirst=True)
        def pytest_collectreport(self, report):
            if report.failed:
                tests.break_off(text_of(report))

        @pytest.hookimpl(tryfirst=True)
        def pytest_internalerror(self, excrepr):
            tests.break_off(str(excrepr))

        @pytest.hookimpl(trylast=True)
        def pytest_collection_finish(self, session):
            tests.found(session.items, session.config.hook)

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item):
            if guard is not None:
                guard.between_tests()
                tests.look_at(item)
            yield

        @pytest.hookimpl(hookwrapper=True, tryfirst=True)
        def pytest_runtest_call(self, item):
            tests.has_raised = True
            outcome = yield
            tests.has_raised = outcome.excinfo is not None

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logstart(self, nodeid):
            tests.start(nodeid)

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_logreport(self, report):
            tests.add(report)

        @pytest.hookimpl(trylast=True)
        def pytest_runtest_logfinish(self, nodeid):
            tests.finish()

    return Reporter()


class Tests:
    """The tests of the file in their order, and the reports on the one that runs."""

    def __init__(self, session, pytest):
        self._session = session
        self._file_kind = pytest.File
        self._indexes = {}
        self._functions = {}
        self._hook = None
        self._impls = None
        self._is_known = False
        self._running = None
        self._reports = {}
        self._is_repeated = False
        self._broken_part = None
        self.has_raised = False

    def break_off(self, message):
        """The first thing that kept the tests from being known."""
        if not self._is_known:
            self._is_known = True
            self._session.send("broken", message[-1000:])

    def found(self, items, hook):
        if self._is_known:
            return
        for index, item in enumerate(items):
            self._indexes.setdefault(item.nodeid, []).append(index)
            self._session.send("test", *self._name_of(item))
            function = function_of(getattr(item, "obj", None))
            self._functions[item] = function, None if function is None else function.__code__
        self._hook = hook
        if self._session.guard is not None:
            modules = {item.module.__name__ for item in items if hasattr(item, "module")}
            self._session.guard.loaded(modules)
            self._look_at_hooks()
        self._is_known = True
        self._session.send("loaded")

    def _name_of(self, item):
        chain = item.listchain()
        files = [index for index, node in enumerate(chain) if isinstance(node, self._file_kind)]
        return [node.name[:MAX_NAME] for node in chain[files[-1] + 1:]] if files else [item.name[:MAX_NAME]]

    def look_at(self, item):
        """Nobody but pytest gives a test its function, and what deciding hooks there are was known beforehand."""
        blame = self._session.guard.blame
        impls = self._all_impls()
        if len(impls) != len(self._impls) or any(one is not other for one, other in zip(impls, self._impls)):
            self._look_at_hooks()
        function, code = self._functions.get(item, (None, None))
        if function is not None:
            now = function_of(vars(item).get("_obj", function))
            if now is not function or function.__code__ is not code:
                blame("the test %s was replaced" % item.name)
        for name in vars(item):
            if function_of(getattr(type(item), name, None)) is not None and name not in ("obj", "_getobj"):
                blame("%s of the test %s was replaced" % (name, item.name))

    def _all_impls(self):
        callers = [getattr(self._hook, name) for name in DECIDING if hasattr(self._hook, name)]
        return [impl.function for caller in callers for impl in caller.get_hookimpls()]

    def _look_at_hooks(self):
        trust = self._session.trust
        self._impls = self._all_impls()
        for function in self._impls:
            if trust.of_value(function) == CANDIDATE:
                name = getattr(function, "__name__", "?")
                place = trust.shown(source_file(function))
                self._session.guard.blame("the pytest hook %s was added by %s" % (name, place))

    def start(self, nodeid):
        if self._running is not None or not self._indexes.get(nodeid):
            # Once more: what was told of it stays.
            self._is_repeated = True
            return
        self._running = self._indexes[nodeid].pop(0)
        self._reports = {}
        self._is_repeated = False
        self._broken_part = None
        self.has_raised = False
        self._session.send("start", str(self._running))

    def add(self, report):
        if hasattr(report, "context"):
            self._add_part(report)
            return
        is_odd = report.outcome not in ("passed", "failed", "skipped")
        # A retry never turns a failure into a pass.
        self._is_repeated = self._is_repeated or is_odd or report.when in self._reports
        message = "" if report.outcome == "passed" else text_of(report)
        self._reports[report.when] = (report.outcome, message)
        if report.when == "call" and report.outcome == "passed" and self.has_raised:
            if self._session.guard is not None:
                self._session.guard.blame("the outcome of a test was changed")
            self._reports[report.when] = ("failed", "it raised, and was reported as passed")

    def _add_part(self, report):
        """A subtest has no outcome of its own; one that fails fails the test."""
        if report.outcome == "failed" and self._broken_part is None:
            self._broken_part = text_of(report)

    def finish(self):
        if self._running is not None:
            self._session.finish_test(self._running, *self._judge())
            self._running = None

    def _judge(self):
        if self._is_repeated:
            return "fail", "it did not pass at once"
        if self._broken_part is not None:
            return "fail", self._broken_part
        told = {when: self._reports.get(when, ("missing", "")) for when in ("setup", "call", "teardown")}
        for when, outcome, means in (
            ("call", "failed", "fail"),
            ("setup", "failed", "error"),
            ("teardown", "failed", "error"),
            ("setup", "skipped", "skipped"),
            ("call", "skipped", "skipped"),
        ):
            if told[when][0] == outcome:
                return means, told[when][1]
        if all(outcome == "passed" for outcome, _ in told.values()):
            return "pass", ""
        return "error", "did not finish"


def text_of(report):
    """What a failed or skipped report says, in short."""
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        return str(longrepr[-1])
    crash = getattr(longrepr, "reprcrash", None)
    return str(getattr(crash, "message", None) or getattr(report, "wasxfail", None) or longrepr or "")
