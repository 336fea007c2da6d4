"""Show the source of a function, class or method where the text speaks of it."""

import ast
import inspect
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from course_lib.inspection.highlighting import as_html


@dataclass(frozen=True)
class Source:
    """A piece of source and where it stands; highlighted in a notebook, plain elsewhere."""

    name: str
    text: str
    file: str
    first_line: int
    last_line: int

    @property
    def place(self) -> str:
        return f"{self.file}, lines {self.first_line} to {self.last_line}"

    def __repr__(self) -> str:
        return f"# {self.place}\n{self.text}"

    def _repr_html_(self) -> str:
        return as_html(self.text, self.name, self.place)


def show_source(object: object, docstring: bool = True) -> Source:
    """The source of a function, class or method, with its file and lines.

    `docstring=False` leaves the docstrings out, where the text around it says the same.
    """
    name = getattr(object, "__qualname__", None) or repr(object)
    try:
        lines, first = inspect.getsourcelines(object)
        file = inspect.getsourcefile(inspect.unwrap(object))
    except (TypeError, OSError) as error:
        raise ValueError(_no_source(object, name)) from error
    text = textwrap.dedent("".join(lines)).rstrip() + "\n"
    if not docstring:
        text = without_docstrings(text)
    return Source(name, text, _short(file, object), first, first + len(lines) - 1)


def without_docstrings(text: str) -> str:
    """Drop the docstrings of a definition and of all it contains."""
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if ast.get_docstring(node) is None or not _stands_alone(node, lines):
            continue
        first, last = node.body[0].lineno, node.body[0].end_lineno
        if not lines[last].strip():
            last += 1
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "".join(lines)


def _stands_alone(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, lines) -> bool:
    """Whether a docstring has its lines to itself, and is not all there is of the body."""
    docstring, *others = node.body
    before = lines[docstring.lineno - 1][: docstring.col_offset]
    return bool(others) and not before.strip() and others[0].lineno > docstring.end_lineno


def _short(file: str, object: object) -> str:
    """The path as one writes it in an import: from the top package on."""
    module = sys.modules.get(getattr(object, "__module__", None) or "")
    if module is None or module.__name__ == "__main__":
        return "this notebook" if Path(file).suffix != ".py" else Path(file).name
    depth = module.__name__.count(".") + (Path(file).name == "__init__.py")
    return "/".join(Path(file).parts[-1 - depth :])


def _no_source(object: object, name: str) -> str:
    if callable(object) and not hasattr(object, "__qualname__"):
        kind = type(object).__name__
        return f"object is an instance of {kind}; show_source(type(object)) shows its class."
    return f"object is {name}, which has no Python source: it is compiled or no definition."
