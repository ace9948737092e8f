"""Brings Hypothesis into the processes of test files, see `RunnerLibrary`: with seed and number of runs set, every
property that ran noted, and replacing it noticed. Runs before any code of the candidate's."""
import functools
import importlib
import random
import sys

from assay.trust import CANDIDATE, TESTS

PROFILE = "assay"
MAX_ERROR = 250
MAX_LOOKS = 500
MAX_NOTES = 4000
LOADED = ("hypothesis", "hypothesis.strategies", "hypothesis.stateful", "hypothesis.core", "hypothesis.statistics")


class Library:
    judges = ("hypothesis", "sortedcontainers")
    changed = "the settings of Hypothesis were changed"

    def __init__(self, told, core, settings, collector):
        self._seed = told["seed"]
        self._core = core
        self._class = settings
        self._default = sys.modules[settings.__module__].default_variable
        self._collector = collector
        self._profile = settings.get_profile(PROFILE)
        self._collect = None
        self._look = None
        # Many inputs are looked at after some of them only, which nobody can foresee.
        self._every = -(-told["runs"] // MAX_LOOKS)
        self._random = random.SystemRandom().randrange

    def begin(self, note, look):
        """`note` takes a JSON object as text, `look` looks for what was replaced; called in a test file's process."""
        self._look = look
        kinds = {"valid": "runs", "interesting": "failures"}

        def collect(statistics):
            counts = {"runs": 0, "failures": 0, "skips": 0}
            for phase, found in statistics.items():
                if phase == "generate-phase":
                    for case in found["test-cases"]:
                        counts[kinds.get(case["status"], "skips")] += 1
            counts["runs"] += counts["failures"]
            note('{"failed": %s, "runs": %d, "skips": %d, "seed": %d}' % (
                "true" if counts["failures"] else "false", counts["runs"], counts["skips"], self._seed,
            ))

        self._collect = self._collector.value = collect

    def is_as_it_was(self):
        """Asked before the first test, and between tests."""
        return (
            self._core.global_force_seed == self._seed
            and self._class._current_profile == PROFILE
            and self._class._profiles.get(PROFILE) is self._profile
            and self._default.value is self._profile
            and self._collector.value is self._collect
        )

    def ended(self):
        """What code under test replaces for one input alone, it could put back at the next."""
        if self._every == 1 or self._random(self._every) == 0:
            self._look()

    def in_short(self, err):
        """As scorers/spec/checks/property-outcome.ts reads it: the error, and what Hypothesis says of the example."""
        kind, error = err[0], err[1]
        notes = "\n".join(str(note) for note in getattr(error, "__notes__", ()))
        return "%s\n%s" % (("%s: %s" % (kind.__name__, error))[:MAX_ERROR], notes[:MAX_NOTES])


def bring_in(told, trust):
    """Raises ImportError where this Python cannot load it."""
    folder = told["folder"]
    sys.path.insert(0, folder)
    try:
        for name in LOADED:
            importlib.import_module(name)
    finally:
        sys.path.remove(folder)
    hypothesis, core = sys.modules["hypothesis"], sys.modules["hypothesis.core"]
    sys.modules["hypothesis.configuration"].set_hypothesis_home_dir("/tmp/.hypothesis")
    check, phase = hypothesis.HealthCheck, hypothesis.Phase
    hypothesis.settings.register_profile(
        PROFILE,
        max_examples=told["runs"],
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        # What others of the task, or the machine's load, have a say in is left out: equal runs come to equal answers.
        phases=(phase.explicit, phase.generate, phase.target, phase.shrink),
        suppress_health_check=(check.too_slow, check.data_too_large, check.large_base_example),
    )
    hypothesis.settings.load_profile(PROFILE)
    core.global_force_seed = told["seed"]
    warm_up(hypothesis)
    library = Library(told, core, hypothesis.settings, sys.modules["hypothesis.statistics"].collector)
    watch_runs(core, sys.modules["hypothesis.errors"], folder, trust, library.ended)
    return library


def watch_runs(core, errors, folder, trust, ended):
    """That an input does not count is the property's to say: code under test could leave out what it cannot do."""
    state = core.StateForActualGivenExecution
    plain = state.__init__
    kinds = (errors.UnsatisfiedAssumption, errors.StopTest, errors.BackendCannotProceed)

    def is_claimed(trace):
        owner = None
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            found = None if file.startswith(folder + "/") else trust.of_file(file)
            owner = found if found in (CANDIDATE, TESTS) else owner
            trace = trace.tb_next
        return owner == CANDIDATE

    def watched(test):
        @functools.wraps(test)
        def run(*args, **kwargs):
            try:
                return test(*args, **kwargs)
            except kinds as error:
                if not is_claimed(error.__traceback__):
                    raise
            finally:
                ended()
            raise AssertionError("the code under test claimed that an input does not count")

        return run

    def init(self, stuff, test, *rest, **named):
        plain(self, stuff, watched(test), *rest, **named)

    state.__init__ = init


def warm_up(hypothesis):
    """It loads some of its parts when they are first used."""
    strategies = hypothesis.strategies

    @hypothesis.settings(max_examples=2)
    @hypothesis.given(strategies.data(), strategies.text(), strategies.lists(strategies.integers()))
    def nothing(data, text, numbers):
        data.draw(strategies.floats())
        hypothesis.assume(True)

    nothing()
