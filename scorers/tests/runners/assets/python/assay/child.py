"""A process for one test file: made ordinary again, then handed to the framework."""
import gc
import importlib
import os
import random
import signal
import sys
import traceback
import types

from assay import pytest_child, process, unittest_child
from assay.channel import sender
from assay.guard import Guard

FRAMEWORKS = {"pytest": pytest_child.run, "unittest": unittest_child.run}
MAX_MESSAGE = 1000


class Session:
    """What the framework's part needs: whom to tell, who looks, and where."""

    def __init__(self, test_file, settings, prepared, send):
        self.test_file = test_file
        self.settings = settings
        self.path = prepared.path
        self.trust = prepared.trust
        self.library = prepared.library
        self.send = send
        self.guard = None

    def finish_test(self, index, outcome, message):
        self.send("finish", str(index), outcome, bounded(message))


def run(test_file, settings, prepared, sink, tag):
    """Never returns."""
    leave, flush = os._exit, (sys.stdout.flush, sys.stderr.flush)
    quietly(lambda: report(test_file, settings, prepared, sink, tag))
    for each in flush:
        quietly(each)
    # Past every hook that waits for the interpreter's end.
    leave(0)


def quietly(work):
    """Nothing may return into the process that this one was forked from."""
    try:
        work()
    except BaseException:
        try:
            traceback.print_exc()
        except BaseException:
            pass


def report(test_file, settings, prepared, sink, tag):
    sink = make_ordinary(settings["workdir"], sink)
    session = Session(test_file, settings, prepared, sender(sink, tag))
    guard = None
    if settings["integrity"]:
        guard = Guard(prepared, lambda text: session.send("violation", bounded(text)), test_file)
        session.guard = guard
        prepared.listen(guard.blame)
    if session.library is not None:
        look = (lambda: None) if guard is None else guard.within_test
        session.library.begin(lambda note: session.send("note", note), look)
    forget_ourselves()
    gc.freeze()
    try:
        code = FRAMEWORKS[settings["framework"]](session)
    finally:
        if guard is not None:
            guard.finish()
            session.send("guarded")
    session.send("end", str(int(code)))


def make_ordinary(workdir, sink):
    """What an interpreter finds that was started for this alone. Returns where our end of the pipe is now."""
    process.show()
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Not the first free number, which is where one would guess.
    moved = random.SystemRandom().randrange(100, 900)
    os.dup2(sink, moved, inheritable=False)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != moved:
            try:
                os.close(int(name))
            except OSError:
                pass
    os.chdir(workdir)
    return moved


def forget_ourselves():
    """A candidate's module may have any name, and whoever looks for the main program must not start ours."""
    for name in [name for name in sys.modules if name == "assay" or name.startswith("assay.")]:
        del sys.modules[name]
    sys.modules["__main__"] = types.ModuleType("__main__")
    importlib.invalidate_caches()


def bounded(text):
    return text if len(text) <= MAX_MESSAGE else text[:MAX_MESSAGE]
