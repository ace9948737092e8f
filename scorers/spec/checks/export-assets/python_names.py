"""The names that a module binds when it runs."""

import ast


class Bound:
    """Where a module binds names at its top level, and which of them it binds for type checkers alone or besides."""

    def __init__(self, tree):
        self.lines = {}
        self.typing_only = set()
        self.deleted = set()
        self.has_star = False
        self.walk(tree.body, False)

    def walk(self, body, is_typing):
        for node in body:
            for name in names_bound(node):
                if is_typing:
                    self.typing_only.add(name)
                else:
                    self.lines.setdefault(name, []).append(node.lineno)
            if isinstance(node, ast.Delete):
                self.deleted.update(each.id for each in node.targets if isinstance(each, ast.Name))
            if isinstance(node, ast.ImportFrom) and any(each.name == "*" for each in node.names):
                self.has_star = True
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            # Which of the branches is whose is of no matter: what is bound in one of them is not for all.
            inner = is_typing or (isinstance(node, ast.If) and speaks_of_typing(node.test))
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                self.walk(getattr(node, field, []), inner)


def speaks_of_typing(test):
    for node in ast.walk(test):
        if last_name(node) in ("TYPE_CHECKING", "MYPY"):
            return True
    return False


def names_bound(node):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        is_overload = any(last_name(each) == "overload" for each in node.decorator_list)
        return [] if is_overload else [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(each.asname or each.name).split(".")[0] for each in node.names]
    if hasattr(ast, "TypeAlias") and isinstance(node, ast.TypeAlias):
        return [node.name.id]
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target] if node.value is not None else []
    elif isinstance(node, (ast.For, ast.AsyncFor, ast.AugAssign)):
        targets = [node.target]
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        targets = [each.optional_vars for each in node.items if each.optional_vars is not None]
    else:
        targets = []
    return [
        inner.id
        for target in targets
        for inner in ast.walk(target)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    ]


def last_name(node):
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)
