"""The grades as a table: one row for each student and assignment, whatever became of it."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from course_lib.grading import records
from course_lib.grading.gradebook import holds_latest
from course_lib.grading.intake import students
from course_lib.grading.places import Places
from course_lib.grading.records import GRADED, REVIEW

FIRST = ("assignment", "student_id", "last_name", "first_name", "email")
LAST = ("total", "max", "late_penalty", "timestamp", "status", "flags")
BEHIND = "graded, but not in the gradebook yet: run `course grade` again"
UNGRADED = "handed in, but not graded yet: run `course grade`"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = dict[str, str | float]


def rows(gradebook: Gradebook, places: Places, assignments: Sequence[str] = ()) -> Iterator[Row]:
    """One row per student per assignment. `assignments` are all where none are named.

    A row holds the points of each graded cell by its grade id, beside FIRST and LAST. `max` is
    what the assignment is worth; `total` has the late penalty taken off. What is not known yet,
    or only of an earlier run, is empty: a 0 would be read as a grade.
    """
    for assignment in gradebook.assignments:
        if not assignments or assignment.name in assignments:
            known = {student.id: student for student in gradebook.students}
            recorded = [path.stem for path in places.records(assignment.name).glob("*.json")]
            handed_in, _ = students(places.submitted, assignment.name)
            for name in sorted({*known, *recorded, *handed_in}):
                yield _row(gradebook, places, assignment, name, known.get(name))


def _row(
    gradebook: Gradebook, places: Places, assignment: Assignment, name: str, student: Student | None
) -> Row:
    record = records.load(places.record(name, assignment.name))
    row: Row = {"assignment": assignment.name, "student_id": name}
    for field in ("last_name", "first_name", "email"):
        row[field] = getattr(student, field, None) or ""
    row |= {"total": "", "max": assignment.max_score, "late_penalty": "", "timestamp": ""}
    row["flags"] = "; ".join(record.flags) if record else ""
    if record and record.status == GRADED and not holds_latest(places, name, assignment.name):
        return row | {"status": BEHIND}
    try:
        submission = gradebook.find_submission(assignment.name, name)
    except MissingEntry:
        submission = None
    if submission is not None:
        row |= _scores(submission)
    there = (places.submitted / name / assignment.name).exists()
    row["status"] = _status(submission, record, there)
    return row


def _scores(submission: SubmittedAssignment) -> Row:
    penalty = submission.late_submission_penalty
    points = {
        grade.name: "" if _is_open(grade) else grade.score
        for notebook in submission.notebooks
        for grade in notebook.grades
    }
    return points | {
        "total": max(0.0, submission.score - penalty),
        "late_penalty": penalty,
        "timestamp": submission.timestamp.isoformat() if submission.timestamp else "",
    }


def _is_open(grade: Grade) -> bool:
    """Whether nobody has said yet what this answer is worth."""
    return grade.needs_manual_grade and grade.manual_score is None and grade.auto_score is None


def _status(
    submission: SubmittedAssignment | None, record: records.Record | None, there: bool
) -> str:
    if record is not None and record.status == REVIEW:
        return f"waiting for review: {record.reason}"
    if submission is None:
        return UNGRADED if there else "not handed in"
    return "provisional: needs manual grade" if submission.needs_manual_grade else "final"


def to_csv(table: Sequence[Row]) -> str:
    """The table with its header. Text is quoted, and no text is a formula for a spreadsheet."""
    cells = [name for row in table for name in row if name not in FIRST + LAST]
    columns = [*FIRST, *dict.fromkeys(cells), *LAST]
    text = io.StringIO()
    writer = csv.DictWriter(
        text, columns, restval="", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n"
    )
    writer.writeheader()
    for row in table:
        writer.writerow({name: harmless(value) for name, value in row.items()})
    return text.getvalue()


def harmless(value: str | float) -> str | float:
    """Text that begins like a formula gets an apostrophe, which spreadsheets do not show."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return "'" + value
    return value


class CourseExport(ExportPlugin):
    """The same table by `nbgrader export --exporter=course_lib.grading.export.CourseExport`."""

    def export(self, gradebook: Gradebook) -> None:
        places = Places(Path(self.parent.coursedir.root))
        table = list(rows(gradebook, places, [str(name) for name in self.assignment]))
        wanted = {str(name) for name in self.student}
        chosen = [row for row in table if not wanted or row["student_id"] in wanted]
        Path(self.to or places.grades).write_text(to_csv(chosen), encoding="utf8")
