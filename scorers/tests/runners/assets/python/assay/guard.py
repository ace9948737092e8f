"""Notices what was replaced in a test process and not put back. Runs with builtins of its own, see main.py."""
import builtins
import gc
import re
import sys
import types

from assay import equality
from assay.trust import CANDIDATE, TESTS, function_of, source_file

# Replaced by nobody who means well, not even for the time of one test.
JUDGES = ("pytest", "_pytest.", "pluggy", "unittest")
NOT_JUDGES = ("unittest.mock",)
# Replaced by honest tests, too; they put them back.
TOOLS = (
    *("time", "datetime", "calendar", "random", "math", "cmath", "statistics", "decimal", "fractions", "numbers"),
    *("operator", "functools", "itertools", "collections", "collections.abc", "copy", "types", "enum", "heapq"),
    *("json", "json.decoder", "json.encoder", "re", "string", "difflib", "textwrap", "pprint", "ast", "inspect"),
    *("os", "posix", "posixpath", "io", "_io", "pathlib", "shutil", "tempfile", "subprocess", "signal"),
    *("importlib", "importlib.util", "importlib.machinery", "contextlib", "traceback", "hashlib", "base64", "csv"),
    *("gc", "weakref", "threading", "_thread", "unittest.mock"),
)
SYS_TOOLS = (
    *("exit", "settrace", "gettrace", "setprofile", "getprofile", "_getframe", "exc_info", "addaudithook"),
    *("audit", "getrefcount", "getsizeof", "intern", "modules", "meta_path", "path_hooks", "is_finalizing"),
)
# Names that libraries and consoles set, and that tests replace.
BUILTIN_TOOLS = ("open", "print", "input", "__import__", "exit", "quit", "help", "breakpoint", "_", "license")
# What pytest itself replaces when it starts.
LEFT_OUT = ("_pytest.config.Config._getini_unknown_type", "threading.excepthook")
TRACERS = ("sys.settrace", "sys.setprofile", "sys.monitoring.register_callback")
# Values of a test module that nobody changes in place.
FIXED = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type)
FIXED += (bool, int, float, complex, str, bytes, tuple, frozenset)
GLOBAL = re.compile(r"^\s*global\s+([\w\s,]+)$", re.MULTILINE)
missing = object()


class Baseline:
    """Bindings as (namespace, key, value, function, code, owner), before any code of the candidate's has run."""

    def __init__(self, judges, tools, classes):
        self.judges = judges
        self.tools = tools
        self.classes = classes


def baseline(also=()):
    """`also` are the names of further packages that judge."""
    judge_names = JUDGES + tuple(also)
    judges = list(bindings(builtins, "builtins", leave=BUILTIN_TOOLS))
    tools = list(bindings(builtins, "builtins", only=BUILTIN_TOOLS))
    tools += bindings(sys, "sys", only=SYS_TOOLS)
    for name, module in list(sys.modules.items()):
        if name.startswith(judge_names) and not name.startswith(NOT_JUDGES):
            judges.append((sys.modules, name, module, None, None, "sys.modules"))
            for entry in bindings(module, name):
                # What a judge has only imported is a tool to it.
                (judges if is_a_judge(entry[2], judge_names) else tools).append(entry)
            judges += members_of(module, name)
        elif name in TOOLS:
            tools.append((sys.modules, name, module, None, None, "sys.modules"))
            tools += bindings(module, name)
    return Baseline(judges, tools, equality.known_classes())


def is_a_judge(value, judge_names):
    home = getattr(value, "__module__", None)
    return isinstance(home, str) and home.startswith(judge_names)


def bindings(module, owner, only=None, leave=()):
    for key, value in list(vars(module).items()):
        is_meant = key not in leave if only is None else key in only
        if is_meant and (callable(value) or only is not None) and "%s.%s" % (owner, key) not in LEFT_OUT:
            yield binding(vars(module), key, value, owner)


def members_of(module, name):
    """What the classes hold that a module defines, nested ones included."""
    todo = [value for value in list(vars(module).values()) if is_class(value)]
    seen = set()
    while todo:
        cls = todo.pop()
        held = equality.dict_of(cls)
        if id(cls) in seen or not is_named(held.get("__module__"), name):
            continue
        seen.add(id(cls))
        for key, value in list(held.items()):
            if is_class(value):
                todo.append(value)
            elif function_of(value) is not None and "%s.%s" % (equality.name_of(cls), key) not in LEFT_OUT:
                yield binding(held, key, value, equality.name_of(cls))


def is_class(value):
    """Not by isinstance, which asks the value."""
    return issubclass(type(value), type)


def is_named(value, name):
    return type(value) is str and value == name


def binding(space, key, value, owner):
    function = function_of(value)
    return (space, key, value, function, None if function is None else function.__code__, owner)


class Guard:
    """Says at most once what it found; `say` takes a sentence."""

    def __init__(self, prepared, say, test_file):
        self._trust = prepared.trust
        self._baseline = prepared.baseline
        self._library = prepared.library
        self._judges = list(prepared.baseline.judges)
        self._say = say
        self._said = set()
        self._accepted = {}
        self._finders = [*sys.meta_path, *sys.path_hooks]
        self._tracers = (sys.gettrace(), sys.getprofile())
        self._frozen = gc.get_freeze_count()
        self._probe = equality.Probe(prepared, self._report, test_file)
        self._modules, self._hooks = sys.modules, (sys.meta_path, sys.path_hooks)
        self._frame, self._traced, self._profiled = sys._getframe, sys.gettrace, sys.getprofile
        self._freeze_count = gc.get_freeze_count
        sys.addaudithook(self._audit)

    def accept(self, files):
        """Plugins of the image may replace parts of pytest when they start, and put them back at its end."""
        for space, key, value, _, _, owner in self._judges:
            now = space.get(key, missing)
            if now is not value and now is not missing and source_file(now) in files:
                self._accepted[owner, key] = now

    def loaded(self, modules):
        """The tests are known and none has run: nobody but fixtures has a reason to replace anything from here on."""
        self.look()
        for name in modules:
            module = self._modules.get(name)
            if type(module) is types.ModuleType:
                self._judges += self._own(module, name)

    def _own(self, module, name):
        """What a test module holds, but for what it says that it rebinds, and for places still to be filled."""
        rebound = set()
        for names in GLOBAL.findall(self._trust.text(str(vars(module).get("__file__")))):
            rebound.update(each.strip() for each in names.split(","))
        for key, value in list(vars(module).items()):
            if issubclass(type(value), FIXED) and key not in rebound and not key.startswith("__"):
                yield binding(vars(module), key, value, name)
        yield from members_of(module, name)

    def between_tests(self):
        """Cheap: whoever replaces a function's code is heard at once."""
        self._compare(self._judges, with_code=False)
        if (self._traced(), self._profiled()) != self._tracers:
            self._report("a trace or profile function was installed")
        # It shrinks as what is frozen ends, and to nothing when it is thawed.
        if self._freeze_count() < self._frozen // 2:
            self._report("gc.unfreeze was called")
        if self._library is not None and not self._library.is_as_it_was():
            self._report(self._library.changed)

    def within_test(self):
        """What no test has a reason to replace, even for a moment."""
        self._compare(self._judges, with_code=False)

    def look(self):
        self.between_tests()
        self._compare(self._judges, with_code=True)
        self._compare(self._baseline.tools, with_code=True)
        for hooks in self._hooks:
            for hook in list(hooks):
                if not any(hook is known for known in self._finders):
                    if self._trust.of_value(hook) == CANDIDATE:
                        self._report("an import hook was added by %s" % self._shown(source_file(hook)))
        self._probe.builtins()

    def finish(self):
        self.look()
        self._probe.classes()

    def blame(self, sentence):
        """For what the frameworks' own parts notice."""
        self._report(sentence)

    def _compare(self, entries, with_code):
        for space, key, value, function, code, owner in entries:
            now = space.get(key, missing)
            if now is value:
                is_same = not with_code or function is None or function.__code__ is code
            else:
                is_same = now is not missing and self._may_be(owner, key, now)
            if not is_same:
                self._report("%s.%s was replaced" % (owner, key))

    def _may_be(self, owner, key, now):
        # The tests' author may replace things, and leave them so.
        return now is self._accepted.get((owner, key), missing) or self._trust.of_value(now) == TESTS

    def _audit(self, event, args):
        if event in TRACERS:
            what = "%s was called by %%s" % event
        elif event == "sys.addaudithook":
            what = "an audit hook was added by %s"
        elif event == "object.__setattr__" and args[1] == "__code__":
            if self._trust.of_value(args[0]) in (CANDIDATE, None):
                return
            what = "the code of %s was replaced by %%s" % args[0].__qualname__
        else:
            return
        caller = self._frame(1).f_code.co_filename
        if self._trust.of_file(caller) == CANDIDATE:
            self._report(what % self._shown(caller))

    def _shown(self, path):
        return self._trust.shown(path)

    def _report(self, sentence):
        if sentence not in self._said:
            self._said.add(sentence)
            self._say(sentence)
