"""The first code cell of every notebook: it brings the library into Colab."""

import re
from pathlib import Path

from course_lib.authoring.chapters import Chapter
from course_lib.authoring.course_file import Course

INSTALL = "%pip install -q --no-deps jaxtyping"
CELL = re.compile(
    r"^```\{code-cell\} ipython3\n:tags: \[remove-cell\]\n\n(?P<source># Setup.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)


def setup_source(course: Course) -> str:
    """The text of the cell, which the book hides."""
    return "\n".join(
        [
            "# Setup: in Colab this installs the library of the course; it makes figures sharp.",
            "import sys",
            "from importlib.util import find_spec",
            "",
            "from matplotlib_inline.backend_inline import set_matplotlib_formats",
            "",
            'if "google.colab" in sys.modules and find_spec("course_lib") is None:',
            f"    {INSTALL} {course.wheel}",
            "",
            'set_matplotlib_formats("retina")',
        ]
    )


def without_address(source: str) -> str:
    """The cell without the line that installs: no output depends on where the wheel lies."""
    return "\n".join(line for line in source.split("\n") if INSTALL not in line)


def with_setup(text: str, course: Course, name: str) -> str:
    """The text of a chapter with the setup cell that course.toml asks for."""
    found = CELL.search(text)
    first = text.find("{code-cell}")
    if found is None or found.start() > first:
        raise ValueError(
            f"book/{name}: the first code cell must be the setup. Write\n\n"
            "```{code-cell} ipython3\n:tags: [remove-cell]\n\n# Setup\n```\n\n"
            "and `course notebooks` fills it in."
        )
    start, end = found.span("source")
    return text[:start] + setup_source(course) + text[end:]


def bring_up_to_date(path: Path, course: Course) -> bool:
    """Write the setup cell into a chapter where it differs; whether it did."""
    text = path.read_text(encoding="utf8")
    wanted = with_setup(text, course, path.name)
    if wanted != text:
        path.write_text(wanted, encoding="utf8")
    return wanted != text


def check_setup(chapter: Chapter, course: Course) -> None:
    """Raise ValueError where the first code cell is not the setup of course.toml."""
    code = [cell for cell in chapter.notebook.cells if cell.cell_type == "code"]
    if code[0].source != setup_source(course):
        raise ValueError(
            f"book/{chapter.path.name}: its setup cell is not the one that course.toml asks for: "
            "`course notebooks` writes it."
        )
