"""The tables of chapters and assignments in README.md, made from what exists."""

import json
from pathlib import Path

from course_lib.authoring.contents import pages
from course_lib.authoring.course_file import Course, read_course
from course_lib.authoring.labels import page_titles

BEGIN = "<!-- made by `course notebooks`: contents -->"
END = "<!-- end of contents -->"


def with_contents(root: Path) -> str:
    """The text of README.md with tables of the chapters and assignments there are now."""
    text = (root / "README.md").read_text(encoding="utf8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"README.md: the lines {BEGIN} and {END} must be in it, in this order.")
    tables = "\n\n".join([_chapters(root), _assignments(root)])
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def bring_up_to_date(root: Path) -> bool:
    """Write the tables into README.md where they differ; whether they did."""
    path, wanted = root / "README.md", with_contents(root)
    if path.read_text(encoding="utf8") == wanted:
        return False
    path.write_text(wanted, encoding="utf8")
    return True


def _chapters(root: Path) -> str:
    titles = page_titles(root / "book")
    course = read_course(root)
    rows = ["| | chapter | notebook |", "| --- | --- | --- |"]
    for page in pages(root / "book"):
        if page.number is None:
            continue
        notebook = f"lectures/{page.slug}.ipynb"
        links = f"[read]({notebook})" + _in_colab("run", notebook, course)
        rows.append(f"| {page.number} | [{titles[page.slug]}](book/{page.slug}.md) | {links} |")
    return "\n".join(rows)


def _assignments(root: Path) -> str:
    course = read_course(root)
    rows = ["| assignment | functions | points | notebook |", "| --- | --- | --- | --- |"]
    for path in sorted((root / "assignments").glob("*/*.ipynb")):
        graded = [cell for cell in _nbgrader(path) if cell.get("grade")]
        functions = [cell for cell in graded if not cell.get("solution")]
        points = sum(cell["points"] for cell in graded)
        name = path.relative_to(root).as_posix()
        links = f"[open]({name})" + _in_colab("work", name, course)
        rows.append(f"| {path.stem} | {len(functions)} | {points:g} | {links} |")
    return "\n".join(rows)


def _in_colab(verb: str, path: str, course: Course) -> str:
    """A second link, where Colab can open what the first one names."""
    return f" · [{verb} in Colab]({course.colab(path)})" if course.on_github else ""


def _nbgrader(path: Path) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf8"))["cells"]
    return [cell["metadata"].get("nbgrader", {}) for cell in cells]
