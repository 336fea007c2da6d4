"""Make lectures/<slug>.ipynb from book/<slug>.md."""

from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.reader import NotJSONError

from course_lib.authoring import outputs
from course_lib.authoring.chapter_code import code_digest, reads, versions
from course_lib.authoring.chapters import Chapter, has_code
from course_lib.authoring.citations import Bibliography
from course_lib.authoring.contents import pages
from course_lib.authoring.course_file import Course, read_course
from course_lib.authoring.execution import execute
from course_lib.authoring.inline_roles import Surroundings
from course_lib.authoring.labels import all_labels, page_titles
from course_lib.authoring.plain_markdown import plain_markdown

BYTES, BYTES_OF_PICTURES = 300_000, 1_000_000
LANGUAGE = {"name": "python", "file_extension": ".py", "pygments_lexer": "ipython3"}


def chapter_paths(root: Path) -> list[Path]:
    """The pages of the book that have code, in reading order."""
    paths = [root / "book" / f"{page.slug}.md" for page in pages(root / "book")]
    return [path for path in paths if has_code(path.read_text(encoding="utf8"))]


def lecture_path(root: Path, slug: str) -> Path:
    return root / "lectures" / f"{slug}.ipynb"


def committed(root: Path, slug: str) -> NotebookNode | None:
    """The notebook as it lies in lectures/; None as well for one that a merge has torn apart."""
    path = lecture_path(root, slug)
    try:
        return nbformat.read(path, as_version=4) if path.exists() else None
    except NotJSONError:
        return None


def run(chapter: Chapter, root: Path) -> NotebookNode:
    """Execute a chapter and make its notebook."""
    _texts(chapter, root, glued=None)  # a fault in the text shows before the minute of running
    notebook = nbformat.from_dict(chapter.notebook)
    execute(notebook, chapter.slug)
    outputs.clean(notebook)
    outputs.check(chapter, notebook)
    return with_outputs(chapter, root, notebook)


def with_outputs(chapter: Chapter, root: Path, executed: NotebookNode) -> NotebookNode:
    """The notebook of a chapter as its text is now, with outputs that it had before."""
    ran = iter([cell for cell in executed.cells if cell.cell_type == "code"])
    texts = iter(_texts(chapter, root, outputs.glued(executed)))
    cells = []
    for number, cell in enumerate(chapter.notebook.cells, start=1):
        name = f"{chapter.slug}-{number}"
        if cell.cell_type == "code":
            cells.append(_code_cell(name, cell, next(ran)))
            if caption := cell.metadata.get("caption"):
                cells.append(_text_cell(f"{name}-caption", f"*{caption}*"))
        else:
            cells.append(_text_cell(name, next(texts)))
    known = {"code": code_digest(chapter), "reads": reads(chapter, root), "versions": versions()}
    metadata = {
        "kernelspec": chapter.notebook.metadata.kernelspec,
        "language_info": LANGUAGE,
        "course": known,
    }
    return nbformat.from_dict(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    )


def written(notebook: NotebookNode) -> str:
    """The text of the file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def check_size(chapter: Chapter, text: str) -> None:
    """Raise ValueError for a notebook that is too large to open comfortably."""
    limit = BYTES_OF_PICTURES if chapter.pictures else BYTES
    if len(text.encode()) > limit:
        raise ValueError(
            f"lectures/{chapter.slug}.ipynb would have {len(text.encode()):,} bytes, more than "
            f"{limit:,}: draw less, or say `pictures: true` in its front matter."
        )


def surroundings(root: Path, course: Course, glued: dict[str, str] | None) -> Surroundings:
    """What the text of a chapter may refer to."""
    book = root / "book"
    bibliography = Bibliography(book / "references.bib")
    return Surroundings(course, book, all_labels(book), page_titles(book), bibliography, glued)


def _texts(chapter: Chapter, root: Path, glued: dict[str, str] | None) -> list[str]:
    """The Markdown cells in plain form; the first says where the notebook is from."""
    course = read_course(root)
    around = surroundings(root, course, glued)
    texts = [
        plain_markdown(cell.source, around, partial(chapter.where, index))
        for index, cell in enumerate(chapter.notebook.cells)
        if cell.cell_type == "markdown"
    ]
    origin = f"*A chapter of [{course.title}]({course.page(chapter.slug)}), to run and to change.*"
    return [f"{texts[0]}\n\n{origin}", *texts[1:]]


def _text_cell(name: str, source: str) -> dict:
    return {"id": name, "cell_type": "markdown", "metadata": {}, "source": source}


def _code_cell(name: str, cell: NotebookNode, ran: NotebookNode) -> dict:
    return {
        "id": name,
        "cell_type": "code",
        "metadata": cell.metadata,
        "source": cell.source,
        "execution_count": ran.execution_count,
        "outputs": ran.outputs,
    }
