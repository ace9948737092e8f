"""Forks one process per test file from a warm interpreter, listens to it, and gathers what it said."""
import gc
import os
import select
import signal
import sys
import time
import traceback

from assay import channel, child, gather, image, process
from assay.filerun import Disorder, FileRun, MAX_TESTS

EXIT_SEC = 10
MAX_BYTES = 64 * 1024 ** 2


def serve(settings, go, out, ready):
    """Says ready on `out` where the framework is there, waits for `go`, then writes the body of the report."""
    try:
        process.hide()
        process.adopt_orphans()
        prepared = image.prepare(settings)
        gc.collect()
        gc.freeze()
        os.write(out, ready)
        if os.read(go, 1):
            os.close(go)
            body = gather.body(list(run_files(settings, prepared)), settings)
            with open(out, "wb") as file:
                file.write(body)
            os._exit(0)
    except image.Unfit as problem:
        print(problem, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(1)


def run_files(settings, prepared):
    room = MAX_TESTS
    for path in settings["files"]:
        run = FileRun(path, room)
        run_file(run, settings, prepared)
        room -= len(run.names)
        yield run


def run_file(run, settings, prepared):
    """Fills in the run, `ending` in words included."""
    full = os.path.join(settings["workdir"], run.path)
    before = read_text(full)
    try:
        status = follow(run, full, settings, prepared)
    except OSError as error:
        run.ending = "it could not be started: %s" % error.strerror
        return
    finally:
        if not process.end_descendants():
            run.violations.append("processes that it started could not be ended")
    if before is None or read_text(full) != before:
        run.violations.append("it was changed while it ran")
    run.ending = in_words(status)


def follow(run, full, settings, prepared):
    """Runs one child to its end and returns its wait status."""
    sys.stdout.flush()
    sys.stderr.flush()
    with Wakeup() as wakeup:
        source, sink = os.pipe()
        tag = os.urandom(channel.TAG)
        pid = os.fork()
        if pid == 0:
            try:
                wakeup.forget()
                os.close(source)
                child.run(full, settings, prepared, sink, tag)
            finally:
                os._exit(1)
        os.close(sink)
        os.set_blocking(source, False)
        try:
            return Listener(run, channel.Reader(tag), source, pid).listen(wakeup)
        finally:
            os.close(source)


class Listener:
    def __init__(self, run, reader, source, pid):
        self._run = run
        self._reader = reader
        self._source = source
        self._pid = pid
        self._bytes = 0
        self._is_open = True
        self._status = None

    def listen(self, wakeup):
        while self._is_open and not self._run.has_ended and not self._has_exited():
            select.select([self._source, wakeup.fd], [], [])
            wakeup.drain()
            self._read()
        # Written before the end, and not yet read.
        self._read()
        # Whoever has ended its report, or can report no more, has nothing left to do.
        deadline = time.monotonic() + (EXIT_SEC if self._run.has_ended else 1)
        while not self._has_exited() and time.monotonic() < deadline:
            select.select([wakeup.fd], [], [], 0.1)
            wakeup.drain()
        if not self._has_exited():
            os.kill(self._pid, signal.SIGKILL)
            self._status = os.waitpid(self._pid, 0)[1]
        return self._status

    def _has_exited(self):
        if self._status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self._status = status if pid == self._pid else None
        return self._status is not None

    def _read(self):
        while self._is_open and not self._run.has_ended:
            try:
                data = os.read(self._source, 1 << 16)
            except BlockingIOError:
                return
            self._bytes += len(data)
            if not data:
                self._is_open = False
                if not self._reader.is_empty():
                    self._break()
            elif self._bytes > MAX_BYTES:
                self._break()
            else:
                self._take(data)

    def _take(self, data):
        try:
            for frame in self._reader.feed(data):
                # What comes after the end was not written by us.
                if not self._run.has_ended:
                    self._run.take(frame)
        except (channel.Broken, Disorder):
            self._break()

    def _break(self):
        self._is_open = False
        self._run.violations.append("something else than the runner wrote to its report")


class Wakeup:
    """Makes the end of a child readable."""

    def __enter__(self):
        self.fd, self._in = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._in, False)
        self._handler = signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._in, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_):
        self.forget()

    def forget(self):
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(self.fd)
        os.close(self._in)

    def drain(self):
        try:
            while os.read(self.fd, 512):
                pass
        except BlockingIOError:
            pass


def read_text(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def in_words(status):
    if os.WIFSIGNALED(status):
        return "killed by signal %d" % os.WTERMSIG(status)
    return "exit code %d" % os.WEXITSTATUS(status)
