"""What the kernel does for us: closed memory, and an end to whatever the tests left running."""
import ctypes
import os
import signal
import time

PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
KILL_SEC = 20


def prctl(option, value):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl %d failed" % option)


def hide():
    """No process of the same user may trace this one, or read its memory, descriptors or environment."""
    prctl(PR_SET_DUMPABLE, 0)


def show():
    """Back to normal: a process that is hidden cannot list its own descriptors, which programs do."""
    prctl(PR_SET_DUMPABLE, 1)


def adopt_orphans():
    """Whatever our children start stays below us, also when its parent ends."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_descendants():
    """Kills everything below this process; false where something would not die."""
    deadline = time.monotonic() + KILL_SEC
    while True:
        reap()
        found = descendants()
        if not found:
            return True
        if time.monotonic() > deadline:
            return False
        # Stopped first, so that none can fork while the others die.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in found:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
        time.sleep(0.002)


def reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def descendants():
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            parent = parent_of(name)
            if parent is not None:
                children.setdefault(parent, []).append(int(name))
    found = []
    todo = [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        found.extend(below)
        todo.extend(below)
    return found


def parent_of(pid):
    try:
        with open("/proc/%s/stat" % pid, "rb") as file:
            # The name, in parentheses, may hold anything.
            return int(file.read().rpartition(b")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
