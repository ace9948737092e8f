"""Whether one type can stand for another, and what in it would fit everything."""

from mypy import nodes, typeops, types
from mypy.subtypes import is_same_type, is_subtype
from mypy.typevars import fill_typevars_with_any

from python_outcomes import fail, passed, unknown

MOST_VISITS = 5000


class Comparison:
    """Of a name of `module` with what a spec says of it; `files` are all modules that mypy has read."""

    def __init__(self, module, wanted, files):
        self.module = module
        self.wanted = wanted
        self.files = files

    def outcome(self, node):
        wanted = self.wanted
        if node is None:
            return unknown(f"where {wanted.name} comes from cannot be found")
        is_type = isinstance(node, (nodes.TypeInfo, nodes.TypeAlias, nodes.TypeVarLikeExpr))
        if wanted.kind == "type" and not is_type:
            return fail(f"{wanted.name} of {self.module} is no type")
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
        if hole_of(expected, only_lost=True) is not None:
            return unknown("the spec's signature cannot be used: it names what cannot be found")
        self.texts = {"expected": show(expected), "actual": show(actual)}
        if wanted.is_function and wanted.match == "equal":
            found = self.compare_function(actual, expected)
        else:
            found = self.compare_whole(actual, expected)
        return {**found, **self.texts}

    def expected(self):
        names = self.files[self.wanted.module].names
        node = names["expected"].node
        return self.type_of(node)

    def type_of(self, node):
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
        return types.Instance(self.files[module].names[name].node, [])

    def compare_whole(self, actual, expected):
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
        wanted = self.wanted
        if isinstance(actual, types.CallableType) and wanted.is_function:
            asked = [kind for name, kind in zip(actual.arg_names, actual.arg_types) if name in wanted.annotated_names]
            found = [hole_of(each) for each in [*asked, *([actual.ret_type] if wanted.returns else [])]]
            return next((each for each in ("any", "missing", "lost") if each in found), None)
        if not isinstance(actual, types.AnyType) and "Any" in wanted.signature:
            return None
        return hole_of(actual)

    def compare_function(self, actual, expected):
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
            hole = "any" if "any" in (hole, found) else hole or found
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


def parameters(function):
    """Names, kinds and defaults; the name of one that cannot be given by its name is its own affair."""
    return [
        (kind.value, None if kind.is_star() else name)
        for kind, name in zip(function.arg_kinds, function.arg_names)
    ]


def hole_of(value, only_lost=False):
    """`any` where a type holds Any that somebody wrote, `missing` where nobody did, `lost` where mypy gave up; else None."""
    kinds = types.TypeOfAny
    visits = 0
    stack = [value]
    while stack and visits < MOST_VISITS:
        each = types.get_proper_type(stack.pop())
        visits += 1
        if isinstance(each, types.AnyType):
            kind = each.type_of_any
            if kind == kinds.from_another_any and each.source_any is not None:
                kind = each.source_any.type_of_any
            # An alias of Any is a special form.
            if only_lost and kind not in (kinds.from_unimported_type, kinds.from_error):
                continue
            if kind in (kinds.explicit, kinds.from_omitted_generics, kinds.special_form):
                return "any"
            return "missing" if kind == kinds.unannotated else "lost"
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
    return None if not stack else "lost"


def show(value):
    return str(value).replace("builtins.", "").removesuffix("?")
