"""Brings in what the image has installed, and nothing that lies in the workspace."""
import importlib
import importlib.metadata
import importlib.util
import os
import site
import subprocess
import sys
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)

from assay.guard import baseline
from assay.trust import Trust, is_below
from assay.watch import watch


class Unfit(Exception):
    """This Python cannot run the tests."""


class Prepared:
    """What every test process starts from."""

    def __init__(self, path, trust, is_guarded, library):
        self.path = path
        self.trust = trust
        # Of ours, that tests use; None where there is none.
        self.library = library
        # Changes classes, and comes first therefore.
        self.listen = watch(trust) if is_guarded else None
        self.baseline = baseline(library.judges if library is not None else ()) if is_guarded else None


def prepare(settings):
    """Imports the framework from the image. Raises Unfit where it has none."""
    workdir = settings["workdir"]
    only = ImageOnly(workdir)
    sys.meta_path.insert(0, only)
    open_site(workdir)
    path = [workdir, *given_path(workdir), *sys.path]
    # What a child puts in front of all others when its framework is up.
    sys.path[:] = [entry for entry in dict.fromkeys(path) if not is_below(entry, workdir)]
    site.execsitecustomize()
    site.execusercustomize()
    ours = os.path.dirname(os.path.dirname(__file__))
    told = settings.get("library")
    added = [] if told is None else [told["folder"]]
    trust = Trust(workdir, [*sys.path, ours, *added], settings["files"])
    # Imported here once for all: it is what candidates most easily get an object from that equals anything.
    importlib.import_module("unittest.mock")
    start_others_plainly()
    if settings["framework"] == "pytest":
        import_pytest(workdir)
    library = None if told is None else bring_in(told, trust)
    sys.meta_path.remove(only)
    sys.path_hooks.insert(0, uncached_below(workdir))
    sys.path_importer_cache.clear()
    return Prepared([*dict.fromkeys(path), *added], trust, settings["integrity"], library)


def bring_in(told, trust):
    try:
        return importlib.import_module("assay.library").bring_in(told, trust)
    except ImportError as error:
        raise Unfit("%s cannot load what the tests need: %s" % (sys.executable, error)) from None


def open_site(workdir):
    """site.main() without the modules it ends with: those are looked for on a path that leads into the workspace."""
    customize = site.execsitecustomize, site.execusercustomize
    site.execsitecustomize = site.execusercustomize = lambda: None
    try:
        site.main()
    finally:
        site.execsitecustomize, site.execusercustomize = customize
    user_site = site.getusersitepackages()
    if os.path.isdir(user_site) and not is_below(user_site, workdir):
        site.addsitedir(user_site)


def start_others_plainly():
    """Processes that multiprocessing starts get this one's options, and need their site-packages."""
    own_flags = subprocess._args_from_interpreter_flags
    subprocess._args_from_interpreter_flags = lambda: [
        each for each in own_flags() if each not in ("-s", "-S", "-B")
    ]


def given_path(workdir):
    given = os.environ.pop("ASSAY_PYTHONPATH", None)
    if given is None:
        return []
    os.environ["PYTHONPATH"] = given
    return [os.path.join(workdir, entry) for entry in given.split(os.pathsep)]


def import_pytest(workdir):
    try:
        importlib.import_module("pytest")
        config = importlib.import_module("_pytest.config")
    except ImportError as error:
        raise Unfit("%s has no pytest outside of the workspace: %s" % (sys.executable, error)) from None
    for name in config.default_plugins:
        importlib.import_module("_pytest." + name)
    tame(importlib.import_module("_pytest.assertion.rewrite"), workdir)
    if os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        return
    # Once rather than for every file.
    for name in sorted({entry.value.partition(":")[0] for entry in plugins()}):
        try:
            importlib.import_module(name)
        except BaseException:
            # pytest itself will say what is wrong with it, or find it in the workspace.
            continue


def tame(rewrite, workdir):
    """Statements of `assert` are rewritten anew below the workspace, and not at all elsewhere."""
    # Compiled tests that lie beside the tests would be run in their place.
    rewrite._read_pyc = lambda *_, **__: None
    hook = rewrite.AssertionRewritingHook
    should_rewrite = hook._should_rewrite
    hook._should_rewrite = lambda self, name, fn, *rest: is_below(fn, workdir) and should_rewrite(
        self, name, fn, *rest
    )
    hook._warn_already_imported = lambda *_: None


def plugins():
    found = importlib.metadata.entry_points()
    select = getattr(found, "select", None)
    return found.get("pytest11", []) if select is None else select(group="pytest11")


class ImageOnly:
    """Refuses what other finders find in the workspace, such as those of editable installations."""

    def __init__(self, workdir):
        self._workdir = workdir

    def find_spec(self, name, path=None, target=None):
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, path, target)
            if spec is None:
                continue
            places = [*([spec.origin] if spec.has_location else []), *(spec.submodule_search_locations or [])]
            if any(is_below(place, self._workdir) for place in places):
                raise ModuleNotFoundError("%s lies in the workspace" % name, name=name)
            return spec
        return None


class UncachedLoader(SourceFileLoader):
    """Never takes compiled code from a cache, which a candidate may have filled."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def uncached_below(workdir):
    loaders = (
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (UncachedLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )

    def hook(path):
        if not is_below(path, workdir) or not os.path.isdir(path):
            raise ImportError("only folders of the workspace", path=path)
        return FileFinder(path, *loaders)

    return hook
