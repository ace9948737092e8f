"""What a test process said about one test file, held against the order in which it must say it."""
import json

OUTCOMES = ("pass", "fail", "error", "skipped")
MAX_TESTS = 200_000
MAX_DEPTH = 50
MAX_VIOLATIONS = 20
MAX_NOTES = 1000


class Disorder(Exception):
    """A frame that no honest process sends at this point."""


class FileRun:
    """Frames: test NAME…, loaded, broken MESSAGE, start I, finish I OUTCOME MESSAGE, skip I OUTCOME MESSAGE,
    violation TEXT, note JSON, guarded, end CODE."""

    def __init__(self, path, room):
        self.path = path
        self.names = []
        self.results = {}
        self.violations = []
        self.notes = []
        self.is_loaded = False
        self.is_guarded = False
        self.problem = None
        self.code = None
        # How its process ended, in words.
        self.ending = ""
        self._room = room
        self._running = None

    @property
    def has_ended(self):
        return self.code is not None

    def take(self, frame):
        kind, *parts = frame
        handler = self._handlers.get(kind)
        if handler is None:
            raise Disorder
        try:
            handler(self, *parts)
        except (TypeError, ValueError, IndexError):
            raise Disorder from None

    def _test(self, *name):
        self._expect(not self.is_loaded and self.problem is None and 0 < len(name) <= MAX_DEPTH)
        self._expect(len(self.names) < self._room)
        self.names.append(name)

    def _loaded(self):
        self._expect(not self.is_loaded and self.problem is None)
        self.is_loaded = True

    def _broken(self, message):
        self._expect(not self.is_loaded and self.problem is None)
        self.names.clear()
        self.problem = message

    def _start(self, index):
        self._expect(self.is_loaded and self._running is None and self._new(index))
        self._running = index

    def _finish(self, index, outcome, message):
        self._expect(self._running == index and outcome in OUTCOMES)
        self.results[int(index)] = (outcome, message)
        self._running = None

    def _skip(self, index, outcome, message):
        """A test that its group's set-up kept from running."""
        self._expect(self.is_loaded and self._running is None and self._new(index))
        self._expect(outcome in ("error", "skipped"))
        self.results[int(index)] = (outcome, message)

    def _violation(self, text):
        if len(self.violations) < MAX_VIOLATIONS:
            self.violations.append(text)

    def _note(self, text):
        note = json.loads(text)
        self._expect(isinstance(note, dict))
        if len(self.notes) < MAX_NOTES:
            self.notes.append(note)

    def _guarded(self):
        self._expect(not self.is_guarded)
        self.is_guarded = True

    def _end(self, code):
        self.code = int(code)

    def _new(self, index):
        return 0 <= int(index) < len(self.names) and int(index) not in self.results

    @staticmethod
    def _expect(condition):
        if not condition:
            raise Disorder

    _handlers = {
        "test": _test,
        "loaded": _loaded,
        "broken": _broken,
        "start": _start,
        "finish": _finish,
        "skip": _skip,
        "violation": _violation,
        "note": _note,
        "guarded": _guarded,
        "end": _end,
    }
