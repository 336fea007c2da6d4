"""What may stand in the outputs of a committed notebook, and what they give to the text."""

import base64
import io
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from course_lib import provenance
from course_lib.authoring.chapters import Chapter

GLUED = "application/papermill.record/text/plain"
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}")


def clean(notebook: NotebookNode) -> None:
    """Make outputs equal from run to run, and pictures small."""
    for cell in _code(notebook):
        cell.outputs = [output for output in cell.outputs if output.get("text") != ""]
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = _small(data["image/png"])


def check(chapter: Chapter, notebook: NotebookNode) -> None:
    """Raise ValueError for an output that should not be published, with the line of its cell."""
    cells = enumerate(chapter.notebook.cells)
    places = [index for index, cell in cells if cell.cell_type == "code"]
    for index, cell in zip(places, _code(notebook), strict=True):
        for fault in _faults(cell):
            raise ValueError(f"{chapter.where(index)}: {fault}")


def glued(notebook: NotebookNode) -> dict[str, str]:
    """The named values that the text may quote, as `repr`."""
    found = {}
    for cell in _code(notebook):
        for output in cell.outputs:
            label = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if label:
                found[label] = output["data"][GLUED]
    return found


def _code(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def _faults(cell: NotebookNode) -> Iterator[str]:
    pictures = sum("image/png" in output.get("data", {}) for output in cell.outputs)
    if pictures and not cell.metadata.get("alt"):
        yield "this cell draws: say in `:alt: ...` what is to be seen, for who cannot see it."
    if pictures and not cell.metadata.get("caption"):
        yield "this cell draws: say in `:caption: ...` what its figure tells."
    if pictures != 1 and cell.metadata.get("caption"):
        yield f"a caption belongs to one figure, and this cell draws {pictures}."
    for output in cell.outputs:
        text = str(output.get("text", "")) + str(_texts(output))
        if output.get("name") == "stderr":
            yield f"this cell writes to stderr, which readers see in red:\n{output.text}"
        if ADDRESS.search(text):
            yield "this cell shows a memory address, which differs from run to run."
        if str(provenance.PACKAGE.parent) in text:
            yield "this cell shows a path of this machine."


def _texts(output: NotebookNode) -> list[str]:
    data = output.get("data", {})
    return [value for kind, value in data.items() if not kind.startswith("image/")]


def _small(picture: str) -> str:
    """A PNG with a palette of 128 colors, which is enough for a plot: it is half the size."""
    from PIL import Image

    original = Image.open(io.BytesIO(base64.b64decode(picture)))
    reduced = original.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    written = io.BytesIO()
    reduced.save(written, format="png", optimize=True, dpi=original.info.get("dpi"))
    return base64.b64encode(min(written.getvalue(), base64.b64decode(picture), key=len)).decode()
