"""Hand verdicts to nbgrader: its own Autograde, gradebook and feedback, with our verdicts in it.

Only this module writes to the gradebook, one submission after the other.
"""

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, SaveAutoGrades
from traitlets.config import Config, PyFileConfigLoader

from course_lib import provenance
from course_lib.grading.places import Places
from course_lib.grading.records import Record
from course_lib.grading.verdict_cells import SaveVerdicts, WriteVerdicts


def write(places: Places, record: Record) -> None:
    """Grade the accepted notebook of this record in nbgrader and make its feedback page.

    The record has to be saved: at the end a stamp says that the gradebook holds what it says.
    Raises RuntimeError where nbgrader fails; its log says more.
    """
    with _log_to(places.log):
        course = _course(places, record)
        autograde = Autograde(coursedir=course, config=course.config)
        autograde.force = True
        replaced = {Execute: WriteVerdicts(record), SaveAutoGrades: SaveVerdicts(record)}
        autograde.autograde_preprocessors = [
            replaced.get(each, each) for each in autograde.autograde_preprocessors
        ]
        feedback = GenerateFeedback(coursedir=course, config=course.config)
        feedback.force = True
        try:
            with warnings.catch_warnings():
                # nbgrader 0.9.6 makes a submission in an order that newer SQLAlchemy warns of.
                warnings.simplefilter("ignore")
                autograde.start()
                feedback.start()
        except (NbGraderException, SystemExit) as problem:
            raise RuntimeError(
                f"nbgrader failed on {record.student}'s {record.slug}: {problem}. See {places.log}."
            ) from problem
    stamp(places, record.student, record.slug)


def stamp(places: Places, student: str, slug: str) -> None:
    """Note that the gradebook holds what the record says now."""
    _stamped(places, student, slug).write_text(_fingerprint(places, student, slug), "ascii")


def holds_latest(places: Places, student: str, slug: str) -> bool:
    """Whether the gradebook was last written, to the end, from the record as it is now."""
    path = _stamped(places, student, slug)
    return path.exists() and path.read_text("ascii") == _fingerprint(places, student, slug)


def _stamped(places: Places, student: str, slug: str) -> Path:
    """Beside the graded notebook, for nbgrader removes both before it writes a new one."""
    return places.notebook("autograded", student, slug, ".record")


def _fingerprint(places: Places, student: str, slug: str) -> str:
    path = places.record(student, slug)
    return provenance.digest(path) if path.exists() else ""


def is_written(places: Places, student: str, slug: str) -> bool:
    """Whether gradebook, graded notebook and feedback of a submission are there, and are latest."""
    graded = places.notebook("autograded", student, slug)
    page = places.notebook("feedback", student, slug, ".html")
    if not (holds_latest(places, student, slug) and graded.exists() and page.exists()):
        return False
    with open_gradebook(places) as gradebook:
        try:
            gradebook.find_submission(slug, student)
        except MissingEntry:
            return False
    return True


def require_assignment(places: Places, slug: str) -> None:
    """See that the gradebook knows the assignment, and when it is due if nobody said so there.

    Raises RuntimeError, saying what to do, where it does not know it.
    """
    with open_gradebook(places) as gradebook:
        try:
            assignment = gradebook.find_assignment(slug)
        except MissingEntry:
            assignment = None
        if assignment is None or not assignment.notebooks:
            raise RuntimeError(f"the gradebook does not know {slug}: `course release {slug}`.")
        due = places.due(slug)
        if assignment.duedate is None and due is not None:
            gradebook.update_or_create_assignment(slug, duedate=due.isoformat())


def open_gradebook(places: Places) -> Gradebook:
    """nbgrader's gradebook of this course. Use it as a context."""
    course = CourseDirectory(config=configuration(places))
    places.grading.mkdir(parents=True, exist_ok=True)
    return Gradebook(course.db_url, course.course_id)


def configuration(places: Places) -> Config:
    """The course's nbgrader_config.py, with what grading changes in it."""
    _let_nbgrader_find_its_commands()
    config = Config()
    if (places.root / "nbgrader_config.py").exists():
        config = PyFileConfigLoader("nbgrader_config.py", path=str(places.root)).load_config()
    ours = Config()
    ours.CourseDirectory.root = str(places.root)
    ours.CourseDirectory.source_directory = ".grading/source"
    ours.CourseDirectory.submitted_directory = str(places.accepted.relative_to(places.root))
    ours.CourseDirectory.autograded_directory = ".grading/autograded"
    ours.CourseDirectory.feedback_directory = ".grading/feedback"
    if "db_url" not in config.CourseDirectory:
        ours.CourseDirectory.db_url = f"sqlite:///{places.grading / 'gradebook.db'}"
    ours.HTMLExporter.filters = {"markdown2html": "course_lib.grading.safe_html.markdown"}
    ours.HTMLExporter.sanitize_html = True
    config.merge(ours)
    return config


def _let_nbgrader_find_its_commands() -> None:
    """For a new gradebook it calls `alembic` by name, also where no environment is activated."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join((folder, os.environ["PATH"]))


def _course(places: Places, record: Record) -> CourseDirectory:
    config = configuration(places)
    config.CourseDirectory.assignment_id = record.slug
    config.CourseDirectory.student_id = record.student
    return CourseDirectory(config=config)


@contextlib.contextmanager
def _log_to(path: Path) -> Iterator[None]:
    """nbgrader's many lines go to a file; the person who grades sees ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("traitlets")
    handler = logging.FileHandler(path, encoding="utf8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        handler.close()
