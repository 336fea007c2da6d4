"""Grade a class: each submission through intake, transplant, sandbox, verdict and gradebook."""

import fcntl
import html
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib import provenance
from course_lib.grading import gradebook, records
from course_lib.grading.examination import Examination
from course_lib.grading.intake import Submission, require_reader, take_in
from course_lib.grading.marking import Marker, checks, flag_comments, seeds_for
from course_lib.grading.notebook_reader import RejectedError
from course_lib.grading.one_line import one_line
from course_lib.grading.places import Places
from course_lib.grading.records import GRADED, REVIEW, Record
from course_lib.grading.run import CELL_SECONDS
from course_lib.grading.sandbox import LIBRARY_PREFIX, filtered_library, require_sandbox
from course_lib.grading.transplant import Transplant, UnclearError, read_release, transplant

WAITING_PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>{slug}</title>
<h1>{slug} is not graded yet</h1>
<p>{reason}</p>
<p>No points are lost by this. Hand it in again, or ask your teacher.</p>
</html>
"""
FAULT = "A fault of ours stopped the grading ({}). Your teacher will look."


@dataclass(frozen=True)
class Outcome:
    """What became of one submission in this run."""

    record: Record
    fresh: bool  # False: it was graded before and nothing has changed since


class Classroom:
    """One assignment's submissions, ready to be graded; `open_classroom` makes it."""

    def __init__(self, places: Places, slug: str, release: NotebookNode, marker: Marker):
        self._places, self._slug, self._release, self._marker = places, slug, release, marker
        self._secret = records.read_secret(places.secret)
        self._judging = records.judging_digest(places.solutions(slug))

    def grade(self, student: str, again: bool = False) -> Outcome:
        """Bring one submission to its grade, or to a reason why it waits for review.

        A fault of ours is raised. If it comes before the verdicts, the submission waits as well.
        """
        try:
            record, known = self._judged(student, again)
        except (RejectedError, UnclearError) as reason:
            return Outcome(self._wait(student, str(reason)), fresh=True)
        except Exception as fault:
            self._wait(student, FAULT.format(type(fault).__name__))
            raise
        fresh = not (known and gradebook.is_written(self._places, student, self._slug))
        if fresh:
            gradebook.write(self._places, record)
        return Outcome(record, fresh)

    def _judged(self, student: str, again: bool) -> tuple[Record, bool]:
        """The record of what is handed in now, and whether it was known before."""
        start = time.monotonic()
        path = self._places.record(student, self._slug)
        submission = take_in(self._places.submitted / student / self._slug, self._slug)
        accepted = transplant(self._release, submission.cells)
        text = self._accept(student, submission, accepted)
        key = provenance.digest(text, submission.timestamp or "", self._judging)
        known = None if again else records.load(path)
        if known is not None and known.key == key and known.complete:
            return known, True
        marked = self._mark(student, submission, accepted)
        record = replace(marked, key=key, seconds=round(time.monotonic() - start, 1))
        records.save(record, path)
        return record, False

    def _accept(self, student: str, submission: Submission, accepted: Transplant) -> str:
        """Lay the notebook that is graded where nbgrader takes it from."""
        path = self._places.notebook("accepted", student, self._slug)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = nbformat.writes(accepted.notebook)
        path.write_text(text, encoding="utf8")
        timestamp = path.with_name("timestamp.txt")
        timestamp.unlink(missing_ok=True)
        if submission.timestamp:
            timestamp.write_text(submission.timestamp, encoding="ascii")
        return text

    def _mark(self, student: str, submission: Submission, accepted: Transplant) -> Record:
        seeds = seeds_for(accepted.notebook, self._secret, submission.sha256)
        marked = self._marker.mark(accepted.notebook, seeds)
        remarks = (*submission.remarks, *_tag_remarks(submission), *accepted.repairs)
        return Record(
            student,
            self._slug,
            GRADED,
            key="",
            submission=submission.sha256,
            remarks=(*remarks, *marked.remarks),
            seeds=seeds,
            verdicts=marked.verdicts,
            cells=marked.cells,
            comments=flag_comments(self._release, marked.verdicts),
            versions=provenance.versions(["torch", "numpy", "nbgrader", "course-lib"]),
        )

    def _wait(self, student: str, reason: str) -> Record:
        """No grade, but a reason, for the teacher's list and for the student to read."""
        reason = one_line(reason)
        record = Record(student, self._slug, REVIEW, key="", reason=reason)
        records.save(record, self._places.record(student, self._slug))
        page = self._places.notebook("feedback", student, self._slug, ".html")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            WAITING_PAGE.format(slug=html.escape(self._slug), reason=html.escape(reason)),
            encoding="utf8",
        )
        return record


@contextmanager
def open_classroom(
    places: Places, slug: str, cell_seconds: float = CELL_SECONDS
) -> Iterator[Classroom]:
    """Make ready what grading needs, and stop before the first submission where it lacks.

    Raises SandboxMissingError, FileNotFoundError or RuntimeError; each says what to do.
    """
    require_sandbox()
    release = read_release(places.release(slug))
    require_reader(places.release(slug))
    with (
        _only_run(places),
        Examination(places.solutions(slug)) as examination,
        _readable_folder() as folder,
    ):
        gradebook.require_assignment(places, slug)
        questions, withheld = examination.plan()
        unknown = sorted(set(checks(release).values()) - set(questions))
        if unknown:
            raise RuntimeError(
                f"the release of {slug} checks {', '.join(unknown)}, which its cases.py does not "
                f"know: `course release {slug}` again."
            )
        library = filtered_library(folder, withheld)
        yield Classroom(
            places, slug, release, Marker(examination, questions, library, cell_seconds)
        )


@contextmanager
def _only_run(places: Places) -> Iterator[None]:
    """Two runs would write the same gradebook. The lock goes with the process that holds it."""
    places.grading.mkdir(parents=True, exist_ok=True)
    with open(places.grading / "lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(
                f"another `course grade` is at work in {places.grading}. Wait until it ends, or "
                "stop it with Ctrl-C; then start this one again."
            ) from None
        yield


@contextmanager
def _readable_folder() -> Iterator[Path]:
    """A folder that the sandbox may read also where it runs as nobody."""
    prefix = f"{LIBRARY_PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _tag_remarks(submission: Submission) -> list[str]:
    """Tags mean nothing when grading; one on a graded cell may still be worth a word."""
    return [
        f"the cell {cell.grade_id} carries the tag {tag!r}, which has no effect"
        for cell in submission.cells
        for tag in cell.tags
        if cell.grade_id
    ]
