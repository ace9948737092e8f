"""Runs in a container, with no code of the candidate: compares names of Python modules with what a spec says, by mypy.

`main.py <request>` asks about all modules in one further process; where mypy cannot bear that, about each in a process of
its own, so that one module says nothing of the others. `main.py <request> <index> …` is such a process. JSON on stdout.
"""

import ast
import builtins
import collections.abc
import json
import os
import subprocess
import sys
import tempfile
import time
import typing

EXPECTED = "assay_expected_"
MOST_BYTES = 5_000_000


def main():
    if sys.version_info < (3, 10):
        sys.exit("the image's Python is older than 3.10")
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    if len(sys.argv) == 2:
        results = ask_all(request)
    else:
        sys.path.insert(0, request["mypy"])
        results = ask_here(request, [request["modules"][int(index)] for index in sys.argv[2:]])
    json.dump(results, sys.stdout)


def ask_all(request):
    seconds = request["timeoutMs"] / 1000
    end = time.monotonic() + seconds
    count = len(request["modules"])
    together = ask_apart(range(count), seconds if count == 1 else seconds / 2)
    if isinstance(together, list):
        return together
    if count == 1:
        return [together]
    results = []
    for index in range(count):
        found = ask_apart([index], (end - time.monotonic()) / (count - index))
        results.append(found[0] if isinstance(found, list) else found)
    return results


def ask_apart(indexes, seconds):
    command = [sys.executable, "-I", "-B", *sys.argv, *map(str, indexes)]
    seconds = max(0.001, seconds)
    try:
        child = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"problem": f"mypy did not end within {seconds:.0f} s"}
    if child.returncode == 0:
        return json.loads(child.stdout)
    lines = child.stderr.decode(errors="replace").strip().splitlines()
    return {"problem": f"mypy crashed (exit code {child.returncode}): {lines[-1] if lines else ''}"}


def ask_here(request, modules):
    asked = [Subject(request["workdir"], each["module"], each["checks"]) for each in modules]
    problem = analyse([each for each in asked if each.problem is None])
    if problem is not None and len(asked) > 1:
        sys.exit(problem)
    return [{"answers": each.answers(problem)} for each in asked]


def fail(message):
    return {"outcome": "fail", "message": message}


def unknown(message):
    return {"outcome": "unknown", "message": message}


passed = {"outcome": "pass", "message": ""}


class SpecError(Exception):
    pass


class Subject:
    """A module of the candidate's, and what a spec says of it."""

    def __init__(self, workdir, module, checks):
        self.module = module
        self.checks = checks
        self.path = os.path.join(workdir, module)
        self.name, self.bases = module_name(workdir, module)
        self.wanted = []
        self.problem = self.read()
        if self.problem is None:
            self.wanted = [self.want(check) for check in checks]

    def read(self):
        if not os.path.isfile(self.path):
            return fail(f"there is no {self.module}")
        if self.name is None:
            return unknown(f"{self.module} cannot be imported by its name")
        try:
            with open(self.path, "rb") as file:
                source = file.read(MOST_BYTES + 1)
            if len(source) > MOST_BYTES:
                return unknown(f"{self.module} is larger than {MOST_BYTES} bytes")
            self.bound = Bound(ast.parse(source))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return unknown(f"{self.module} does not parse: {error}")
        return None

    def want(self, check):
        try:
            return Wanted(check, self.name)
        except SpecError as error:
            return unknown(f"the spec's signature cannot be used: {error}")

    def answers(self, problem):
        if self.problem is not None:
            return [{"id": each["id"], **self.problem} for each in self.checks]
        return [{"id": each["id"], **self.answer(one, problem)} for each, one in zip(self.checks, self.wanted)]

    def answer(self, wanted, problem):
        if isinstance(wanted, dict):
            return wanted
        if problem is not None:
            return unknown(problem)
        tree = analysed.files.get(self.name)
        if tree is None or os.path.realpath(tree.path) != os.path.realpath(self.path):
            return unknown(f"another module stands in the place of {self.module}")
        for line in analysed.errors:
            place, _, message = line.partition(": error: ")
            if place.startswith(f"{wanted.path}:"):
                return unknown(f"the spec's signature cannot be used: {message}")
        name = wanted.name
        symbol = tree.names.get(name)
        if symbol is None or symbol.module_hidden:
            if self.bound.has_star:
                return unknown(f"{self.module} imports all of a module, and {name} is not found there")
            if name in self.bound.names:
                return unknown(f"mypy does not look at the {name} of {self.module}")
            return fail(f"{self.module} has no {name}")
        if name in self.bound.typing_only:
            return unknown(f"{self.module} tells type checkers of a {name} of their own")
        return Comparison(self, wanted).outcome(symbol.node)


#: What mypy has found out: a `BuildResult`.
analysed = None


def analyse(subjects):
    """Lets mypy read modules and specs; why it could not, or None."""
    from mypy import build, errors, options
    from mypy.modulefinder import BuildSource

    chosen = options.Options()
    chosen.python_version = sys.version_info[:2]
    chosen.python_executable = sys.executable
    chosen.incremental = False
    chosen.cache_dir = os.devnull
    chosen.namespace_packages = True
    chosen.explicit_package_bases = True
    chosen.ignore_missing_imports = True
    chosen.follow_imports = "silent"
    chosen.mypy_path = list(dict.fromkeys(base for each in subjects for base in each.bases))
    sources = [BuildSource(each.path, each.name, None, each.bases[0]) for each in subjects]
    # Of nobody but us: nothing of the candidate's runs.
    folder = tempfile.mkdtemp()
    for each in subjects:
        for wanted in each.wanted:
            if isinstance(wanted, dict):
                continue
            wanted.module = f"{EXPECTED}{len(sources)}"
            wanted.path = os.path.join(folder, f"{wanted.module}.py")
            with open(wanted.path, "w", encoding="utf-8") as file:
                file.write(wanted.text)
            sources.append(BuildSource(wanted.path, wanted.module, None, folder))
    try:
        global analysed
        analysed = build.build(sources, chosen) if sources else None
    except errors.CompileError as error:
        return f"mypy cannot read the modules: {error.messages[0] if error.messages else error}"
    return None


class Comparison:
    def __init__(self, subject, wanted):
        self.subject = subject
        self.wanted = wanted

    def outcome(self, node):
        from mypy import nodes, types

        wanted = self.wanted
        if node is None:
            return unknown(f"where {wanted.name} comes from cannot be found")
        is_type = isinstance(node, (nodes.TypeInfo, nodes.TypeAlias, nodes.TypeVarLikeExpr))
        if wanted.kind == "type" and not is_type:
            return fail(f"{wanted.name} of {self.subject.module} is no type")
        if wanted.signature is None:
            return passed
        if wanted.is_function and isinstance(node, nodes.FuncDef) and not wanted.returns:
            if node.is_coroutine != wanted.is_async:
                return fail(f"{wanted.name} {'is' if node.is_coroutine else 'is not'} async")
        actual = self.type_of(node)
        if actual is None:
            return unknown(f"the type of {wanted.name} cannot be told")
        actual = types.get_proper_type(actual)
        expected = types.get_proper_type(self.expected())
        if expected is None:
            return unknown("the type of the spec's signature cannot be told")
        self.texts = {"expected": show(expected), "actual": show(actual)}
        if wanted.is_function and wanted.match == "equal":
            found = self.compare_function(actual, expected)
        else:
            found = self.compare_whole(actual, expected)
        return {**found, **self.texts}

    def expected(self):
        names = analysed.files[self.wanted.module].names
        node = names["expected"].node
        return self.type_of(node)

    def type_of(self, node):
        from mypy import nodes, typeops, types
        from mypy.typevars import fill_typevars_with_any

        if isinstance(node, nodes.Decorator):
            return node.var.type
        if isinstance(node, nodes.OverloadedFuncDef):
            return node.type
        if isinstance(node, nodes.FuncDef):
            return node.type or typeops.function_type(node, self.fallback("builtins", "function"))
        if isinstance(node, nodes.Var):
            return node.type
        if isinstance(node, nodes.TypeInfo):
            if self.wanted.kind == "type":
                return fill_typevars_with_any(node)
            return typeops.type_object_type(node)
        if isinstance(node, nodes.TypeAlias):
            return node.target if self.wanted.kind == "type" and not node.alias_tvars else None
        if isinstance(node, nodes.MypyFile):
            return self.fallback("types", "ModuleType")
        return None

    def fallback(self, module, name):
        from mypy import types

        return types.Instance(analysed.files[module].names[name].node, [])

    def compare_whole(self, actual, expected):
        from mypy.subtypes import is_same_type, is_subtype

        if is_same_type(actual, expected):
            return passed
        # A `Callable[[str], int]` says nothing of names; a `def` does.
        ignore = not self.wanted.is_function
        fits = is_subtype(actual, expected, ignore_pos_arg_names=ignore)
        if self.wanted.match == "equal":
            fits = fits and is_subtype(expected, actual, ignore_pos_arg_names=ignore)
        if not fits:
            return self.differs()
        return self.judge_hole(self.hole_in(actual))

    def hole_in(self, actual):
        """What stands for everything, in what the spec speaks of."""
        from mypy import types

        wanted = self.wanted
        if isinstance(actual, types.CallableType) and wanted.is_function:
            asked = [kind for name, kind in zip(actual.arg_names, actual.arg_types) if name in wanted.annotated_names]
            found = [hole_of(each) for each in [*asked, *([actual.ret_type] if wanted.returns else [])]]
            return next((each for each in ("any", "unresolved") if each in found), None)
        if not isinstance(actual, types.AnyType) and "Any" in wanted.signature:
            return None
        return hole_of(actual)

    def compare_function(self, actual, expected):
        from mypy import types
        from mypy.subtypes import is_same_type, is_subtype

        if isinstance(actual, types.AnyType):
            return self.judge_hole(hole_of(actual))
        if not isinstance(actual, types.CallableType) or not isinstance(expected, types.CallableType):
            return self.differs()
        if parameters(actual) != parameters(expected):
            return self.differs()
        if not any(self.wanted.annotated):
            return passed
        if actual.variables or expected.variables:
            return self.compare_whole(actual, expected)
        hole = None
        pairs = zip([*actual.arg_types, actual.ret_type], [*expected.arg_types, expected.ret_type])
        for (mine, theirs), is_asked in zip(pairs, self.wanted.annotated):
            if not is_asked or is_same_type(mine, theirs):
                continue
            if not (is_subtype(mine, theirs) and is_subtype(theirs, mine)):
                return self.differs()
            # What is asked to be Any must be just that, which it is not.
            if hole_of(theirs) is not None:
                return self.differs()
            found = hole_of(mine)
            hole = found if hole != "any" else hole
        return self.judge_hole(hole)

    def judge_hole(self, hole):
        if hole is None:
            return passed
        text = f"{self.wanted.name} is {self.texts['actual']}"
        if hole == "any":
            return fail(f"{text}, where Any stands for what should be {self.texts['expected']}")
        return unknown(f"{text}: an annotation is missing, or an import that cannot be found")

    def differs(self):
        return fail(f"{self.wanted.name} is {self.texts['actual']}, not {self.texts['expected']}")


class Wanted:
    """What a spec says of one name, as a module for mypy."""

    def __init__(self, check, subject):
        self.name = check["name"]
        self.kind = check["kind"]
        self.match = check["match"]
        self.signature = check.get("signature")
        self.is_function = False
        preamble = check.get("preamble", "")
        text = ""
        if self.signature is not None:
            tree = self.parse(self.signature)
            own = names_of_preamble(preamble)
            text = "".join(f"{line}\n" for line in imports_for(tree, own, subject))
            text += f"{preamble}\n{ast.unparse(tree)}\n"
        self.text = text

    def parse(self, signature):
        signature = signature.strip()
        if signature.startswith(("def ", "def\t", "async def")):
            body = parse(signature.removesuffix(":") + ": raise NotImplementedError").body
            function = body[0] if len(body) == 1 else None
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                raise SpecError("it is no def line")
            function.name = "expected"
            self.is_function = True
            self.is_async = isinstance(function, ast.AsyncFunctionDef)
            self.returns = function.returns is not None
            given = function.args
            order = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
            order = [each for each in order if each is not None]
            self.annotated_names = {each.arg for each in order if each.annotation is not None}
            self.annotated = [*(each.annotation is not None for each in order), self.returns]
            for default in [*given.defaults, *given.kw_defaults]:
                if default is not None and not is_plain(default):
                    raise SpecError("a default is no literal; write ... for it")
            given.defaults = [ast.Constant(...) for _ in given.defaults]
            given.kw_defaults = [each and ast.Constant(...) for each in given.kw_defaults]
            return function
        expression = parse(signature).body
        if len(expression) != 1 or not isinstance(expression[0], ast.Expr):
            raise SpecError("it is neither a def line nor a type")
        return ast.AnnAssign(ast.Name("expected", ast.Store()), expression[0].value, None, 1)


def parse(text):
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise SpecError(str(error)) from error


def is_plain(node):
    try:
        ast.literal_eval(node)
        return True
    except ValueError:
        return isinstance(node, (ast.Name, ast.Attribute))


def names_of_preamble(text):
    return set(Bound(parse(text)).names)


def imports_for(tree, own, subject):
    """Imports for the names in a signature: see `comparePython`."""
    inner = {each.name for each in getattr(tree, "type_params", [])}
    found = []
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            dotted = dotted_name(node)
            if dotted is not None:
                roots.add(dotted.split(".")[0])
                if dotted.split(".")[0] not in own:
                    found.append(f"import {dotted.rpartition('.')[0]}")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or node.id in own | inner | roots or node.id == "expected":
            continue
        if hasattr(builtins, node.id):
            continue
        if node.id in collections.abc.__all__ and node.id != "Callable":
            found.append(f"from collections.abc import {node.id}")
        elif node.id in typing.__all__:
            found.append(f"from typing import {node.id}")
        else:
            found.append(f"from {subject} import {node.id}")
    return sorted(set(found))


def dotted_name(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted_name(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return None


class Bound:
    """Names that a module binds, and those that it binds for type checkers alone or besides."""

    def __init__(self, tree):
        self.names = set()
        self.typing_only = set()
        self.has_star = False
        self.walk(tree.body, False)

    def walk(self, body, is_typing):
        for node in body:
            for name in names_bound(node):
                (self.typing_only if is_typing else self.names).add(name)
            if isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names):
                self.has_star = True
            if isinstance(node, ast.If) and speaks_of_typing(node.test):
                # Which of the branches is whose is of no matter: what is bound in one of them is not for all.
                self.walk(node.body, True)
                self.walk(node.orelse, True)
                continue
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                    break
                inner = getattr(node, field, [])
                self.walk(inner if isinstance(inner, list) else [], is_typing)


def speaks_of_typing(test):
    for node in ast.walk(test):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
        if name in ("TYPE_CHECKING", "MYPY"):
            return True
    return False


def names_bound(node):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(each.asname or each.name).split(".")[0] for each in node.names]
    if hasattr(ast, "TypeAlias") and isinstance(node, ast.TypeAlias):
        return [node.name.id]
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return [
        inner.id
        for target in targets
        if target is not None
        for inner in ast.walk(target)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    ]


def parameters(function):
    """Names, kinds and defaults; the name of one that cannot be given by its name is its own affair."""
    return [
        (kind.value, None if kind.is_star() else name)
        for kind, name in zip(function.arg_kinds, function.arg_names)
    ]


def hole_of(value):
    """`any` where a type holds Any that somebody wrote, `unresolved` for one that nobody did; else None."""
    from mypy import types

    seen = []
    stack = [value]
    while stack and len(seen) < 5000:
        each = types.get_proper_type(stack.pop())
        seen.append(each)
        if isinstance(each, types.AnyType):
            kind = each.type_of_any
            if each.type_of_any == types.TypeOfAny.from_another_any and each.source_any is not None:
                kind = each.source_any.type_of_any
            if kind in (types.TypeOfAny.explicit, types.TypeOfAny.from_omitted_generics):
                return "any"
            # An alias of Any is one of these.
            if kind == types.TypeOfAny.special_form:
                return "any"
            return "unresolved"
        elif isinstance(each, types.CallableType):
            stack += [*each.arg_types, each.ret_type]
        elif isinstance(each, types.Overloaded):
            stack += each.items
        elif isinstance(each, (types.UnionType, types.TupleType)):
            stack += each.items
        elif isinstance(each, types.TypedDictType):
            stack += each.items.values()
        elif isinstance(each, types.TypeType):
            stack.append(each.item)
        elif isinstance(each, types.Instance):
            # What `async def` sends and receives is nobody's choice.
            stack += each.args[2:] if each.type.fullname == "typing.Coroutine" else each.args
    return None if not stack else "unresolved"


def show(value):
    return str(value).replace("builtins.", "").removesuffix("?")


def module_name(workdir, module):
    """The name under which a file is imported, and the folders that are looked in; None where it has none."""
    has_source_folder = module.startswith("src/") and not os.path.exists(os.path.join(workdir, "src/__init__.py"))
    bases = [os.path.join(workdir, "src"), workdir] if has_source_folder else [workdir]
    if not has_source_folder and os.path.isdir(os.path.join(workdir, "src")):
        bases.append(os.path.join(workdir, "src"))
    inner = module.removeprefix("src/") if has_source_folder else module
    parts = inner.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    if parts and all(part.isidentifier() for part in parts):
        return ".".join(parts), bases
    stem = os.path.basename(module).removesuffix(".py")
    if not stem.isidentifier() or stem == "__init__":
        return None, bases
    return stem, [os.path.dirname(os.path.join(workdir, module)), *bases]


main()
