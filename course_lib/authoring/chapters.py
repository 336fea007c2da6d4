"""Read the text of a page as MyST-NB reads it, so that its execution cache matches."""

import re
from dataclasses import dataclass
from pathlib import Path

from myst_nb.core.read import MystMetadataParsingError, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbformat import NotebookNode

# The extensions of Markdown that the book uses; _config.yml names the same.
EXTENSIONS = ("colon_fence", "dollarmath")
CELL_METADATA = {"tags", "alt", "caption"}
MARKDOWN = re.compile(r"[*_`$<\[\\]")
KERNEL = {"name": "python3", "display_name": "Python 3"}


@dataclass(frozen=True)
class Chapter:
    """A page with code: its cells, and for each the line of the text where it begins."""

    slug: str
    path: Path
    notebook: NotebookNode
    lines: tuple[int, ...]

    @property
    def pictures(self) -> bool:
        """Whether its subject is pictures, which makes it larger."""
        return bool(self.notebook.metadata.get("pictures"))

    def where(self, index: int, offset: int = 0) -> str:
        """`book/lenet.md:40`: a line of a cell, for a message."""
        return f"book/{self.path.name}:{self.lines[index] + offset}"


def has_code(text: str) -> bool:
    """Whether a page has code cells; pages of prose make no notebook."""
    return re.search(r"^`{3,}\{code-cell\}", text, re.MULTILINE) is not None


def read_chapter(path: Path) -> Chapter:
    """Read a page with code; what MyST-NB or authoring cannot use is named with its line."""
    text = path.read_text(encoding="utf8")
    config = MdParserConfig(enable_extensions=set(EXTENSIONS))
    try:
        notebook = read_myst_markdown_notebook(text, config=config, add_source_map=True, path=path)
    except MystMetadataParsingError as error:
        raise ValueError(
            f"book/{path.name}: {error}\nA value that holds a colon or a quotation mark must be "
            "quoted, as in  :alt: 'Two curves: loss and error.'"
        ) from error
    starts = notebook.metadata.pop("source_map")
    rows = text.splitlines()
    lines = tuple(_first_filled(rows, start) for start in starts)
    chapter = Chapter(path.stem, path, notebook, lines)
    _check_front_matter(chapter)
    _check_cells(chapter)
    return chapter


def _first_filled(rows: list[str], start: int) -> int:
    """The number, from 1, of the first line with text at or after a line counted from 0."""
    while start < len(rows) and not rows[start].strip():
        start += 1
    return start + 1


def _check_front_matter(chapter: Chapter) -> None:
    metadata = chapter.notebook.metadata
    if metadata.get("file_format") != "mystnb" or metadata.get("kernelspec") != KERNEL:
        raise ValueError(
            f"book/{chapter.path.name}:1: a page with code begins with\n---\nfile_format: mystnb\n"
            "kernelspec:\n  name: python3\n  display_name: Python 3\n---"
        )


def _check_cells(chapter: Chapter) -> None:
    for index, cell in enumerate(chapter.notebook.cells):
        unknown = set(cell.metadata) - CELL_METADATA
        if unknown:
            raise ValueError(
                f"{chapter.where(index)}: a cell has only the options {sorted(CELL_METADATA)}, "
                f"not {sorted(unknown)}."
            )
        if MARKDOWN.search(cell.metadata.get("caption", "")):
            raise ValueError(f"{chapter.where(index)}: a caption is plain text, without Markdown.")
        if cell.cell_type == "raw":
            raise ValueError(f"{chapter.where(index)}: a raw cell; use Markdown or code.")
