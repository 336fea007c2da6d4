"""Where grading keeps its things: below `.grading/`, which git ignores."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from course_lib import provenance
from course_lib.term import read_term


@dataclass(frozen=True)
class Places:
    """The folders of one course. `root` is the repository, or a copy of its layout."""

    root: Path

    @property
    def grading(self) -> Path:
        return self.root / ".grading"

    @property
    def submitted(self) -> Path:
        """What students handed in, `<student>/<slug>/`: never trusted, never written to."""
        return self.grading / "submitted"

    @property
    def accepted(self) -> Path:
        """Their answers in our notebook: what nbgrader is given."""
        return self.grading / "accepted"

    @property
    def secret(self) -> Path:
        return self.grading / "secret"

    @property
    def log(self) -> Path:
        return self.grading / "nbgrader.log"

    @property
    def grades(self) -> Path:
        return self.grading / "grades.csv"

    def solutions(self, slug: str) -> Path:
        return self.root / "solutions" / slug

    def due(self, slug: str) -> datetime | None:
        """When an assignment is due, by course.toml."""
        course = read_term(self.root) if (self.root / "course.toml").exists() else {}
        return course.get("assignments", {}).get(slug, {}).get("due")

    def source(self, slug: str) -> Path:
        """The staged source notebook, with the solutions in it."""
        return self.grading / "source" / slug / f"{slug}.ipynb"

    def release(self, slug: str) -> Path:
        return self.root / "assignments" / slug / f"{slug}.ipynb"

    def records(self, slug: str) -> Path:
        """The folder of what is known of each graded submission."""
        return self.grading / "verdicts" / slug

    def record(self, student: str, slug: str) -> Path:
        return self.records(slug) / f"{student}.json"

    def notebook(self, step: str, student: str, slug: str, suffix: str = ".ipynb") -> Path:
        """One student's file in one of nbgrader's steps, such as "autograded"."""
        return self.grading / step / student / slug / f"{slug}{suffix}"


def here() -> Places:
    """The places of this checkout. RuntimeError where the library is not in one."""
    root = provenance.repository()
    if root is None:
        raise RuntimeError("this verb works in a clone of the course, not with the wheel alone.")
    return Places(root)
