"""What the code of a chapter depends on: library modules, run records, versions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from course_lib import provenance
from course_lib.authoring.chapters import Chapter
from course_lib.authoring.setup_cell import without_address

# A new minor version may change what a cell prints or draws.
VERSIONS = ("torch", "matplotlib")


def reads(chapter: Chapter, root: Path) -> dict[str, str]:
    """Each file that the chapter's outputs depend on, with a short digest of it."""
    modules: list[str] = []
    results: set[str] = set()
    for _, tree in syntax_trees(chapter):
        modules += _imported(tree)
        results |= _records(tree, root / "book" / "results")
    ledger = root / "book" / "claims.yml"
    reads_claims = any(name.startswith("course_lib.claims") for name in modules)
    if reads_claims:
        results |= _measured_claims(ledger) & _known(root / "book" / "results")
    files = provenance.module_files(modules)
    named = {path.relative_to(provenance.PACKAGE.parent).as_posix(): path for path in files}
    for name in results:
        for path in (root / "book" / "results" / name).iterdir():
            named[path.relative_to(root).as_posix()] = path
    if reads_claims:
        named["book/claims.yml"] = ledger
    return {name: provenance.digest(path)[:16] for name, path in sorted(named.items())}


def versions() -> dict[str, str]:
    """The minor versions that the outputs may depend on."""
    known = provenance.versions(VERSIONS)
    return {name: provenance.minor(known[name]) for name in VERSIONS if name in known}


def code_digest(chapter: Chapter) -> str:
    """A digest of the code cells and their options."""
    cells = [cell for cell in chapter.notebook.cells if cell.cell_type == "code"]
    parts = (f"{sorted(cell.metadata.items())}{without_address(cell.source)}" for cell in cells)
    return provenance.digest(*parts)[:16]


def syntax_trees(chapter: Chapter) -> Iterator[tuple[int, ast.Module]]:
    """The number and the syntax tree of each code cell, magics turned into calls."""
    from IPython.core.inputtransformer2 import TransformerManager

    for index, cell in enumerate(chapter.notebook.cells):
        if cell.cell_type == "code":
            try:
                yield index, ast.parse(TransformerManager().transform_cell(cell.source))
            except SyntaxError as error:
                raise ValueError(
                    f"{chapter.where(index)}: line {error.lineno} of this cell is not Python: "
                    f"{error.msg}."
                ) from error


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names that may be modules; in `from a.b import c`, c may be one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _records(tree: ast.Module, folder: Path) -> set[str]:
    """The experiments a cell names; `for name in (...): records(name)` is found like this too."""
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {value for value in strings if isinstance(value, str)} & _known(folder)


def _measured_claims(ledger: Path) -> set[str]:
    """The experiments that claims are answered by; the page says at which scale they ran.

    They are found in the text, as this part of the course does not import the one of the claims.
    """
    return set(re.findall(r"\bexperiment: (\w+)", ledger.read_text(encoding="utf8")))


def _known(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*/") if path.is_dir()}
