"""Find forbidden operations in the text of an answer, by its syntax tree.

The watch of `forbidden.py` sees what runs in its own thread; this sees what is written. Only what
the graded function can reach is looked at: a test of one's own beside it may use anything.
"""

import ast
from collections.abc import Iterator, Sequence

from course_lib.checking.forbidden import matches, source_names


def forbidden_in_source(
    source: str, forbidden: Sequence[str], function: str | None = None
) -> tuple[str, ...]:
    """The families of `forbidden` that `function` can reach in `source` by name.

    Without `function`, or where the source does not define it, the whole source is looked at.
    A source that does not parse uses nothing.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    nodes = _reachable(tree, function)
    words = {word for node in nodes for word in _spoken(node)}
    return tuple(
        family for family in forbidden if any(matches(word, source_names(family)) for word in words)
    )


def _reachable(tree: ast.Module, function: str | None) -> list[ast.AST]:
    """All nodes of the statements that the function needs, found by the names they bind."""
    makers: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in _bound_names(statement):
            makers.setdefault(name, []).append(statement)
    if function not in makers:
        return list(ast.walk(tree))
    found: dict[int, ast.stmt] = {}
    waiting = list(makers[function])
    while waiting:
        statement = waiting.pop()
        if id(statement) in found:
            continue
        found[id(statement)] = statement
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        waiting += [maker for name in names for maker in makers.get(name, [])]
    return [node for statement in found.values() for node in ast.walk(statement)]


def _bound_names(statement: ast.AST) -> Iterator[str]:
    """The names that a statement gives a meaning outside itself.

    What a function binds inside is its own, or two functions that both say `x = ...` would answer
    for each other; only what it declares `global` is not.
    """
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        for node in ast.walk(statement):
            yield from node.names if isinstance(node, ast.Global) else ()
        return
    if isinstance(statement, ast.alias):
        yield (statement.asname or statement.name).split(".")[0]
    elif isinstance(statement, ast.Name) and isinstance(statement.ctx, ast.Store):
        yield statement.id
    for inner in ast.iter_child_nodes(statement):
        yield from _bound_names(inner)


def _spoken(node: ast.AST) -> Iterator[str]:
    """The names by which this node may reach something ready-made.

    A bare name is none: it is a student's own, or it was imported, and then the import speaks.
    """
    if isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (getattr(node, "module", None) or "").split(".")
        yield from (part for alias in node.names for part in alias.name.split("."))
    elif isinstance(node, ast.Call) and _called(node) in ("getattr", "__import__", "import_module"):
        for argument in node.args:
            yield from (_text(argument) or "").split(".")


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", None) or getattr(node.func, "attr", "")


def _text(node: ast.AST) -> str | None:
    """The string this expression spells, pieces put together with + included."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left), _text(node.right)
        return None if left is None or right is None else left + right
    return None
