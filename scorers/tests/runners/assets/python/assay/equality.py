"""Finds objects that claim to equal whatever they are compared with. Classes may be hostile: they are never hashed or
compared, and asked nothing of but through `type`."""
import gc
import types
import unittest.mock

from assay.decoys import compiled_under, decoys
from assay.trust import CANDIDATE, TESTS, function_of

COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__")
ORDINARY = (int, str, float, complex, bytes, list, tuple, dict, set, frozenset, type)
IN_C = (types.WrapperDescriptorType, types.MethodDescriptorType, types.MethodWrapperType)
# So many of the decoys must be claimed: an honest class may equal a few kinds of things, never random ones.
ENOUGH = 3
ALIVE = 3
MAX_TARGETS = 1000
dict_of = type.__dict__["__dict__"].__get__
mro_of = type.__dict__["__mro__"].__get__


def known_classes():
    """Every class there is, with what it compares by."""
    return {id(cls): (cls, comparisons_of(cls)) for cls in all_classes()}


def all_classes():
    subclasses_of = type.__subclasses__
    seen = {id(object): object}
    todo = [object]
    while todo:
        for cls in subclasses_of(todo.pop()):
            if id(cls) not in seen:
                seen[id(cls)] = cls
                todo.append(cls)
    return list(seen.values())


def comparisons_of(cls):
    held = dict_of(cls)
    return [held.get(name) for name in COMPARISONS]


class Probe:
    def __init__(self, prepared, report, test_file):
        self._trust = prepared.trust
        self._known = prepared.baseline.classes
        self._report = report
        # Who looks up the stack sees a test that compares.
        self._compare = compiled_under(test_file)
        self._decoys = decoys()
        self._pairs = list(zip(decoys(), decoys()))
        self._test_text = self._trust.text(test_file)

    def builtins(self):
        """Types written in C can be changed only by reaching around the language."""
        for one, other in self._pairs:
            if one == other or not one == one or not one != other:
                self._report("equality is forged by %s" % type(one).__name__)

    def classes(self):
        changed = [cls for cls in all_classes() if self._is_changed(cls)]
        suspects = {id(cls) for cls in changed if self._is_suspect(cls)}
        if not suspects:
            return
        heirs = [cls for cls in changed if any(id(parent) in suspects for parent in mro_of(cls))]
        targets = {id(cls): cls for cls in heirs[:MAX_TARGETS]}
        alive = {}
        for thing in gc.get_objects():
            if id(type(thing)) in targets:
                found = alive.setdefault(id(type(thing)), [])
                if len(found) < ALIVE:
                    found.append(thing)
        for key, cls in targets.items():
            if any(self._is_forged(thing) for thing in [*alive.get(key, []), *fresh(cls)]):
                self._report("equality is forged by %s" % name_of(cls))

    def _is_changed(self, cls):
        known = self._known.get(id(cls))
        if known is None:
            return True
        return any(one is not other for one, other in zip(known[1], comparisons_of(cls)))

    def _is_suspect(self, cls):
        is_mock = unittest.mock.NonCallableMock in mro_of(cls) and "__eq__" not in self._test_text
        for name, held in zip(COMPARISONS, comparisons_of(cls)):
            if held is None or type(held) in IN_C:
                continue
            owner = self._trust.of_value(held)
            if owner == CANDIDATE or (owner is None and function_of(held) is None):
                return True
            # Whoever names a file of the tests as the source must be in it.
            if owner == TESTS and name not in self._trust.text(function_of(held).__code__.co_filename):
                return True
            if is_mock and type(held).__name__ != "MagicProxy":
                return True
        return False

    def _is_forged(self, thing):
        claims = [self._compare(thing, decoy) for decoy in self._decoys]
        return any(sum(kind) >= ENOUGH for kind in zip(*claims))


def fresh(cls):
    """An instance that no constructor of its class has seen; none where that is not possible."""
    for base in mro_of(cls):
        if base is unittest.mock.NonCallableMock or base is type:
            return []
        if any(base is ordinary for ordinary in ORDINARY) or base is object:
            try:
                return [base.__new__(cls)]
            except BaseException:
                return []
    return []


def name_of(cls):
    return "%s.%s" % (type.__dict__["__module__"].__get__(cls), type.__dict__["__qualname__"].__get__(cls))
