"""What specs say of names, as modules for mypy."""

import ast
import builtins
import collections.abc
import typing

from python_names import Bound


class SpecError(Exception):
    pass


class Wanted:
    """What a spec says of one name, as a module for mypy."""

    def __init__(self, check, subject):
        self.name = check["name"]
        self.kind = check["kind"]
        self.match = check["match"]
        self.signature = check.get("signature")
        self.is_function = False
        preamble = check.get("preamble", "")
        text = ""
        if self.signature is not None:
            tree = self.parse(self.signature)
            own = names_of_preamble(preamble)
            text = "".join(f"{line}\n" for line in imports_for(tree, own, subject))
            text += f"{preamble}\n{ast.unparse(tree)}\n"
        self.text = text

    def parse(self, signature):
        signature = signature.strip()
        if signature.startswith(("def ", "def\t", "async def")):
            body = parse(signature.removesuffix(":") + ": raise NotImplementedError").body
            function = body[0] if len(body) == 1 else None
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                raise SpecError("it is no def line")
            function.name = "expected"
            self.is_function = True
            self.is_async = isinstance(function, ast.AsyncFunctionDef)
            self.returns = function.returns is not None
            given = function.args
            order = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
            order = [each for each in order if each is not None]
            self.annotated_names = {each.arg for each in order if each.annotation is not None}
            self.annotated = [*(each.annotation is not None for each in order), self.returns]
            for default in [*given.defaults, *given.kw_defaults]:
                if default is not None and not is_plain(default):
                    raise SpecError("a default is no literal; write ... for it")
            given.defaults = [ast.Constant(...) for _ in given.defaults]
            given.kw_defaults = [each and ast.Constant(...) for each in given.kw_defaults]
            return function
        expression = parse(signature).body
        if len(expression) != 1 or not isinstance(expression[0], ast.Expr):
            raise SpecError("it is neither a def line nor a type")
        return ast.AnnAssign(ast.Name("expected", ast.Store()), expression[0].value, None, 1)


def parse(text):
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise SpecError(str(error)) from error


def is_plain(node):
    try:
        ast.literal_eval(node)
        return True
    except ValueError:
        return isinstance(node, (ast.Name, ast.Attribute))


def names_of_preamble(text):
    return set(Bound(parse(text)).lines)


def imports_for(tree, own, subject):
    """Imports for the names in a signature: see `comparePython`."""
    inner = {each.name for each in getattr(tree, "type_params", [])}
    found = []
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            dotted = dotted_name(node)
            if dotted is not None:
                roots.add(dotted.split(".")[0])
                if dotted.split(".")[0] not in own:
                    found.append(f"import {dotted.rpartition('.')[0]}")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name) or node.id in own | inner | roots or node.id == "expected":
            continue
        if hasattr(builtins, node.id):
            continue
        if node.id in collections.abc.__all__ and node.id != "Callable":
            found.append(f"from collections.abc import {node.id}")
        elif node.id in typing.__all__:
            found.append(f"from typing import {node.id}")
        else:
            found.append(f"from {subject} import {node.id}")
    return sorted(set(found))


def dotted_name(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted_name(node.value)
        return None if inner is None else f"{inner}.{node.attr}"
    return None
