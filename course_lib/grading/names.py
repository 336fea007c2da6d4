"""The names that cells give a meaning, and the names that they read. Nothing of theirs is run."""

import ast
import re
import symtable
from collections.abc import Sequence
from functools import lru_cache

from course_lib.grading.notebook_reader import DEFINITION

MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)  # a line for IPython, not for Python
IMPORT = re.compile(  # of a usual length, since each of its names gets a line of its own
    r"^(?:from[ \t]+[\w.]{1,100}[ \t]+)?import[ \t]+(?:\([^()]{1,2000}\)|[^\n()#;\\]{1,300})",
    re.MULTILINE,
)
ASSIGNMENT = re.compile(
    r"^([A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE
)
CLASS = re.compile(r"^class[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


@lru_cache(maxsize=128)
def imported(source: str) -> dict[str, str]:
    """The names that imports at the left edge bind, each with a line that imports it alone."""
    found = {}
    for text in IMPORT.findall(source):
        try:
            (statement,) = ast.parse(text.strip()).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for alias in statement.names:
            statement.names = [alias]
            name = alias.asname or alias.name.split(".")[0]
            found[name] = ast.unparse(statement)
    return found


def assigned(source: str) -> set[str]:
    """The names of variables and classes at the left edge."""
    names = ",".join(ASSIGNMENT.findall(source)).split(",")
    return {*map(str.strip, names), *CLASS.findall(source)} - {""}


def bound(source: str) -> set[str]:
    """All names that a cell gives a meaning at its left edge."""
    return {*DEFINITION.findall(source), *assigned(source), *imported(source)}


@lru_cache(maxsize=64)
def meanings(source: str) -> dict[str, str]:
    """The names that a cell gives a meaning, each with the text that does so.

    Empty for a cell that is no Python.
    """
    try:
        statements = ast.parse(without_magic(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    lines = source.split("\n")
    found: dict[str, list[str]] = {}
    for statement in statements:
        text = "\n".join(lines[statement.lineno - 1 : statement.end_lineno]).strip()
        texts = dict.fromkeys(_bound_by(statement), text)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            texts = imported(text)
        for name, meaning in texts.items():
            found.setdefault(name, []).append(meaning)
    return {name: "\n".join(texts) for name, texts in found.items()}


def read(source: str) -> frozenset[str]:
    """The names that a cell reads: in a function from outside of it, else anywhere.

    For a cell that is no Python these are all its words.
    """
    everywhere, _ = _read(source)
    return everywhere


def read_by_functions(source: str) -> frozenset[str]:
    """The names that its functions and classes read from outside of themselves."""
    _, in_functions = _read(source)
    return in_functions


def rebound(earlier: Sequence[str], later: Sequence[str]) -> set[str]:
    """The functions, and what functions read, that later cells define otherwise than earlier ones.

    A function of the earlier cells may give something else once the later ones have run.
    """
    before = {name: text for source in earlier for name, text in meanings(source).items()}
    after = {(name, text) for source in later for name, text in meanings(source).items()}
    used = {name for source in earlier for name in read_by_functions(source)}
    used |= {name for source in earlier for name in DEFINITION.findall(source)}
    return {name for name, text in after if name in used and before.get(name, text) != text}


@lru_cache(maxsize=64)
def _read(source: str) -> tuple[frozenset[str], frozenset[str]]:
    try:
        top = symtable.symtable(without_magic(source), "answer", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        words = frozenset(re.findall(r"\w+", source))
        return words, words
    here = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    inside: set[str] = set()
    tables = top.get_children()
    for table in tables:  # grows while it is walked
        tables += table.get_children()
        inside |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return frozenset(here | inside), frozenset(inside)


def _bound_by(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def without_magic(source: str) -> str:
    """The cell with `pass` for each line that is for IPython."""
    return MAGIC.sub(r"\1pass", source)
