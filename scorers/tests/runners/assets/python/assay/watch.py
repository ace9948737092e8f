"""Objects of the image that equal much on purpose. A test that does not name them has none to compare with."""
import sys
import unittest.mock

from assay.trust import CANDIDATE, TESTS

# Class, its word in a test, its name in full.
WATCHED = [(unittest.mock._ANY, "ANY", "unittest.mock.ANY")]


def watch(trust):
    """Call it before anything is compared with a baseline. Returns how to be told, from a process of its own."""
    listeners = []
    for cls, word, shown in [*WATCHED, *((cls, "approx", "pytest.approx") for cls in approximations())]:
        cls.__eq__ = watched(cls.__eq__, trust, word, "equality is forged by " + shown, listeners)
    return listeners.append


def approximations():
    pytest = sys.modules.get("pytest")
    home = None if pytest is None else sys.modules[type(pytest.approx(0)).__module__]
    for value in () if home is None else list(vars(home).values()):
        if isinstance(value, type) and value.__name__.startswith("Approx") and "__eq__" in vars(value):
            yield value


def watched(original, trust, word, sentence, listeners):
    frame_of = sys._getframe

    def __eq__(self, other):
        result = original(self, other)
        if result is True and not is_named(trust, frame_of(1), word):
            for listener in listeners:
                listener(sentence)
        return result

    return __eq__


def is_named(trust, frame, word):
    """False where a test compares, and none of the tests holds this word; true where it is the candidate's own code."""
    while frame is not None:
        name = frame.f_code.co_filename
        owner = trust.of_file(name)
        if owner == CANDIDATE:
            return True
        if owner == TESTS:
            return any(word in trust.text(each) for each in [name, *files_of_tests(trust)])
        frame = frame.f_back
    return True


def files_of_tests(trust):
    """One of them may have given it another name."""
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        if type(name) is str and trust.of_file(name) == TESTS:
            yield name
