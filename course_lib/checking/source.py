"""Find forbidden operations in the text of an answer, by its syntax tree.

The watch of `forbidden.py` sees what runs in its own thread; this sees what is written. Only what
the graded function can reach is looked at: a test of one's own beside it may use anything.
"""

import ast
import symtable
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
        names = outside_names(statement)
        waiting += [maker for name in names for maker in makers.get(name, [])]
    return [node for statement in found.values() for node in ast.walk(statement)]


def outside_names(statement: ast.stmt) -> set[str]:
    """The names of a statement that mean something outside its functions.

    Parameters and locals are left out: `outputs` in a function is not the `outputs` of a test
    below it. Where Python cannot tell, all names are given.
    """
    names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    try:
        tables = [symtable.symtable(ast.unparse(statement), "answer", "exec")]
    except (SyntaxError, ValueError, RecursionError):
        return names
    own, outside = set(), set()
    for table in tables:  # grows while it is walked
        tables += table.get_children()
        # `x = x` in the body of a class reads the x outside of it.
        is_class = table.get_type() == "class"
        for symbol in table.get_symbols():
            (outside if is_class or symbol.is_global() else own).add(symbol.get_name())
    return names - (own - outside)


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement gives a meaning outside itself.

    What a function binds inside is its own, or two functions that both say `x = ...` would answer
    for each other; only what it declares `global` is not.
    """
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            for inner in ast.walk(node):
                yield from inner.names if isinstance(inner, ast.Global) else ()
            continue
        if isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        waiting += ast.iter_child_nodes(node)


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
    pieces = []
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            waiting += [node.right, node.left]  # the left one is looked at next
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            pieces.append(node.value)
        else:
            return None
    return "".join(pieces)
