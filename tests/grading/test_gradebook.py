"""What stays nbgrader's: grades by hand, lateness, its log. Oracle: nbgrader's own gradebook."""

import shutil
import sys

import pytest

from course_lib.grading import gradebook, records
from course_lib.grading.classroom import open_classroom
from course_lib.grading.gradebook import (
    configuration,
    holds_latest,
    open_gradebook,
    require_assignment,
)
from course_lib.grading.marking import Marker
from course_lib.grading.places import Places
from course_lib.grading.records import GRADED, REVIEW

pytestmark = pytest.mark.slow
LATE = """
import datetime

from nbgrader.plugins import LateSubmissionPlugin


class TwoPoints(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 2.0
"""


@pytest.fixture(scope="module")
def course(own_course, hand_in, perfect):
    """ada handed in a day late, in a course that takes two points for it."""
    (own_course.root / "course.toml").write_text(
        "[assignments.tiny]\ndue = 2026-10-10T12:00:00Z\n", encoding="utf8"
    )
    (own_course.root / "two_points.py").write_text(LATE, encoding="utf8")
    (own_course.root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.AssignLatePenalties.plugin_class = 'two_points.TwoPoints'\n"
    )
    path = hand_in("ada", **perfect)
    path.with_name("timestamp.txt").write_text("2026-10-11 12:00:00 UTC")
    sys.path.insert(0, str(own_course.root))
    with open_classroom(own_course, "tiny") as room:
        room.grade("ada")
        yield own_course, room
    sys.path.remove(str(own_course.root))


def test_lateness_is_counted_and_paid_by_nbgraders_rules(course):
    with open_gradebook(course[0]) as book:
        submission = book.find_submission("tiny", "ada")
        assert submission.total_seconds_late == 24 * 3600
        assert (submission.score, submission.late_submission_penalty) == (5.0, 2.0)


def test_a_grade_by_hand_outlives_grading_again(course):
    places, room = course
    with open_gradebook(places) as book:
        grade = book.find_grade("why", "tiny", "tiny", "ada")
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        overruled = book.find_grade("check-double", "tiny", "tiny", "ada")
        overruled.manual_score = 0.5
        book.db.commit()
    room.grade("ada", again=True)
    with open_gradebook(places) as book:
        assert book.find_grade("why", "tiny", "tiny", "ada").score == 3.5
        overruled = book.find_grade("check-double", "tiny", "tiny", "ada")
        assert (overruled.auto_score, overruled.score) == (2.0, 0.5)
        assert overruled.needs_manual_grade  # nbgrader asks to look again after new points


def test_nbgraders_lines_go_to_a_file(course, capfd):
    places, room = course
    room.grade("ada", again=True)
    assert "Autograding" in places.log.read_text()
    assert "Autograding" not in "".join(capfd.readouterr())


def test_a_failure_of_nbgrader_is_told_and_is_ours(course, monkeypatch):
    places, room = course
    monkeypatch.setattr(gradebook, "configuration", lambda _: _broken(places))
    with pytest.raises(RuntimeError, match=r"nbgrader failed on ada's tiny"):
        room.grade("ada", again=True)


def _broken(places):
    config = configuration(places)
    config.AssignLatePenalties.plugin_class = "not.there"
    return config


def test_a_failure_of_nbgrader_leaves_the_verdicts_for_the_next_run(course):
    places, room = course
    record = records.load(places.record("ada", "tiny"))
    assert (record.status, record.points) == (GRADED, 5.0)
    assert not holds_latest(places, "ada", "tiny")
    resumed = room.grade("ada")
    assert (resumed.fresh, resumed.record) == (True, record)
    assert holds_latest(places, "ada", "tiny")


def test_a_run_killed_before_the_gradebook_is_made_up_for(course, hand_in, perfect, monkeypatch):
    places, room = course
    hand_in("bob", **perfect | {"double": "def double(x):\n    return x"})
    assert room.grade("bob").record.points == 3
    hand_in("bob", **perfect)
    with monkeypatch.context() as patch:
        patch.setattr(gradebook, "write", _killed)
        with pytest.raises(KeyboardInterrupt):
            room.grade("bob")
    assert room.grade("bob").fresh
    with open_gradebook(places) as book:
        assert book.find_submission("tiny", "bob").score == 5
    assert not room.grade("bob").fresh


def _killed(*_):
    raise KeyboardInterrupt


def test_a_fault_before_the_verdicts_leaves_a_reason_and_no_grade(
    course, hand_in, perfect, monkeypatch
):
    places, room = course
    hand_in("cyd", **perfect)
    with monkeypatch.context() as patch:
        patch.setattr(Marker, "mark", _stumbles)
        with pytest.raises(RecursionError):
            room.grade("cyd")
    record = records.load(places.record("cyd", "tiny"))
    assert (record.status, record.complete) == (REVIEW, False)
    assert "A fault of ours stopped the grading (RecursionError)." in record.reason
    assert record.reason in places.notebook("feedback", "cyd", "tiny", ".html").read_text()


def _stumbles(*_):
    raise RecursionError


def test_a_second_run_at_the_same_time_is_told_to_wait(course):
    places, _ = course
    second = open_classroom(places, "tiny")
    with pytest.raises(RuntimeError, match="another `course grade` is at work"):
        second.__enter__()


def test_an_assignment_that_was_never_released_is_told(tmp_path):
    with pytest.raises(RuntimeError, match="`course release tiny`"):
        require_assignment(Places(tmp_path), "tiny")


def test_a_torn_course_toml_is_named_by_our_configuration(tmp_path, repository):
    shutil.copy(repository / "nbgrader_config.py", tmp_path)
    (tmp_path / "course.toml").write_text("[course]\ntitle = \n", encoding="utf8")
    with pytest.raises(ValueError, match=r"course.toml cannot be read: .*line 2"):
        configuration(Places(tmp_path))
