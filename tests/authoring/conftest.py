"""A book of three small pages to write chapters into."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from course_lib import provenance
from course_lib.authoring import lectures
from course_lib.authoring.chapters import Chapter, read_chapter
from course_lib.authoring.course_file import read_course
from course_lib.authoring.inline_roles import Surroundings
from course_lib.authoring.plain_markdown import plain_markdown
from course_lib.authoring.setup_cell import bring_up_to_date

CONTENTS = """\
format: jb-book
root: intro
parts:
  - caption: Chapters
    numbered: 1
    chapters:
      - file: first
      - file: second
"""
FRONT_MATTER = """\
---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

"""
SETUP = """\
```{code-cell} ipython3
:tags: [remove-cell]

# Setup
```
"""
SECOND = """\
# Second

(sec-far)=
## A section elsewhere

```{figure} figures/square.svg
:name: fig-far
:alt: A square.

A square.
```

$$
a = b
$$ (eq-far)
"""
REFERENCES = """\
@article{one, author = {Lovelace, Ada}, title = {Notes}, journal = {Memoirs}, year = 1843}
@article{two, author = {Noether, Emmy and Hilbert, David}, title = {Forms}, journal = {Annals},
  year = 1918}
@article{three, author = {de Vries, Jan and Ito, Kiyosi and Neyman, Jerzy}, title = {Sums},
  journal = {Acta}, year = 1944}
"""
SQUARE = (
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80" '
    'viewBox="0 0 120 80"><rect width="120" height="80" fill="#3366cc"/></svg>'
)


@dataclass(frozen=True)
class SmallBook:
    """A checkout with a course file and a book, and nothing else."""

    root: Path
    front_matter: ClassVar[str] = FRONT_MATTER

    @property
    def folder(self) -> Path:
        return self.root / "book"

    def chapter(self, body: str, setup: str = SETUP) -> Chapter:
        """Write book/first.md and read it."""
        path = self.folder / "first.md"
        path.write_text(f"{FRONT_MATTER}# First\n\n{setup}\n{body}\n", encoding="utf8")
        bring_up_to_date(path, read_course(self.root))
        return read_chapter(path)

    def surroundings(self, **glued: str) -> Surroundings:
        return lectures.surroundings(self.root, read_course(self.root), glued)

    def plain(self, source: str, **glued: str) -> str:
        """The plain Markdown of a text that stands in book/first.md."""
        (self.folder / "first.md").write_text(f"# First\n\n{source}\n", encoding="utf8")
        return plain_markdown(
            source, self.surroundings(**glued), lambda line: f"first.md:{line + 1}"
        )


@pytest.fixture
def book(tmp_path, repository) -> SmallBook:
    folder = tmp_path / "book"
    (folder / "figures").mkdir(parents=True)
    shutil.copy(repository / "course.toml", tmp_path)
    shutil.copy(repository / "README.md", tmp_path)
    (folder / "_toc.yml").write_text(CONTENTS, encoding="utf8")
    (folder / "intro.md").write_text("# Intro\n", encoding="utf8")
    (folder / "first.md").write_text("# First\n", encoding="utf8")
    (folder / "second.md").write_text(SECOND, encoding="utf8")
    (folder / "references.bib").write_text(REFERENCES, encoding="utf8")
    (folder / "figures" / "square.svg").write_text(SQUARE, encoding="utf8")
    return SmallBook(tmp_path)


@pytest.fixture
def drawn(book) -> SmallBook:
    """The book with the PNG of its figure, as if Chromium had drawn it."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    svg = book.folder / "figures" / "square.svg"
    note = PngInfo()
    note.add_text("Drawn-From", provenance.digest(svg))
    Image.new("RGB", (240, 160), "#3366cc").save(svg.with_suffix(".png"), pnginfo=note)
    return book
