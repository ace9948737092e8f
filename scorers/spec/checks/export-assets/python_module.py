"""Modules of the candidate's and what specs say of them, as mypy sees both."""

import ast
import os
import sys
import tempfile

from mypy import build, errors, options
from mypy.modulefinder import BuildSource

from python_compare import Comparison
from python_names import Bound
from python_outcomes import fail, unknown
from python_spec import SpecError, Wanted

MOST_BYTES = 5_000_000


def ask(workdir, modules):
    """One result for each module; ends the process where mypy cannot bear several of them."""
    asked = [Subject(workdir, each["module"], each["checks"]) for each in modules]
    analysed, problem = analyse([each for each in asked if each.problem is None])
    if problem is not None and len(asked) > 1:
        sys.exit(problem)
    return [{"answers": each.answers(analysed, problem)} for each in asked]


class Subject:
    """A module of the candidate's, and what a spec says of it."""

    def __init__(self, workdir, module, checks):
        self.workdir = workdir
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
            self.silences_mypy = b"mypy:" in source or b"type:" in source
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return unknown(f"{self.module} does not parse: {error}")
        return None

    def want(self, check):
        try:
            return Wanted(check, self.name)
        except SpecError as error:
            return unknown(f"the spec's signature cannot be used: {error}")

    def answers(self, analysed, problem):
        if self.problem is not None:
            return [{"id": each["id"], **self.problem} for each in self.checks]
        return [
            {"id": each["id"], **(one if isinstance(one, dict) else self.answer(one, analysed, problem))}
            for each, one in zip(self.checks, self.wanted)
        ]

    def answer(self, wanted, analysed, problem):
        if problem is not None:
            return unknown(problem)
        tree = analysed.files.get(self.name)
        if tree is None or os.path.realpath(tree.path) != os.path.realpath(self.path):
            return unknown(f"another module stands in the place of {self.module}")
        for _, message in errors_in(analysed, wanted.path):
            return unknown(f"the spec's signature cannot be used: {message}")
        name = wanted.name
        symbol = tree.names.get(name)
        if symbol is None or symbol.module_hidden:
            if self.bound.has_star:
                return unknown(f"{self.module} imports all of a module, and {name} is not found there")
            if name in self.bound.lines:
                return unknown(f"mypy does not look at the {name} of {self.module}")
            return fail(f"{self.module} has no {name}")
        doubt = self.doubt(name, symbol.node, analysed)
        if doubt is not None:
            return unknown(doubt)
        return Comparison(self.module, wanted, analysed.files).outcome(symbol.node)

    def doubt(self, name, node, analysed):
        """Why what mypy sees under a name may not be what is there when the module runs, or None."""
        if name in self.bound.typing_only:
            return f"{self.module} tells type checkers of a {name} of their own"
        lines = self.bound.lines.get(name, [])
        if not lines and not self.bound.has_star or name in self.bound.deleted:
            return f"{self.module} tells of a {name} that it does not keep"
        wrong = {line for line, _ in errors_in(analysed, self.path)}
        if len(lines) > 1 and (self.silences_mypy or not wrong.isdisjoint(lines)):
            return f"{self.module} binds {name} more than once, and not as the same"
        origin = analysed.files.get((getattr(node, "fullname", None) or "").rpartition(".")[0])
        if origin is not None and origin.path.endswith(".pyi") and origin.path.startswith(f"{self.workdir}/"):
            return f"only a stub tells of {name}"
        return None


def errors_in(analysed, path):
    """Errors that mypy has found in a file: lines and messages."""
    for text in analysed.errors:
        place, found, message = text.partition(": error: ")
        file, _, line = place.rpartition(":")
        if found and os.path.abspath(file) == path and line.isdigit():
            yield int(line), message


def analyse(subjects):
    """What mypy finds out about modules and specs: its `BuildResult`, or None and why there is none."""
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
            wanted.module = f"assay_expected_{len(sources)}"
            wanted.path = os.path.join(folder, f"{wanted.module}.py")
            with open(wanted.path, "w", encoding="utf-8") as file:
                file.write(wanted.text)
            sources.append(BuildSource(wanted.path, wanted.module, None, folder))
    try:
        return build.build(sources, chosen) if sources else None, None
    except errors.CompileError as error:
        return None, f"mypy cannot read the modules: {error.messages[0] if error.messages else error}"


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
