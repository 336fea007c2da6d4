"""A class of friendly and hostile students, graded once. Oracle: the points each one earns."""

import json
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import MissingEntry

from course_lib.grading import records
from course_lib.grading.classroom import open_classroom
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.records import GRADED, REVIEW

pytestmark = pytest.mark.slow
HOSTILE = Path(__file__).resolve().parent / "hostile"
EXPECTED = {  # points by the checks: double is worth 2, slide 3
    "perfect": (2, 3),
    "untouched": (0, 0),
    "sign": (1, 3),
    "dynamic": (2, 0),
    "unwatched": (2, 0),
    "endless": (0, 3),
    "flood": (0, 3),
    "exits": (0, 3),
    "equal": (0, 3),
    "endless-cell": (0, 3),
    "deaf": (None, None),
}


def hostile(name: str) -> str:
    """The text of an answer that is up to no good."""
    return (HOSTILE / f"{name}.py").read_text(encoding="utf8")


@pytest.fixture(scope="module")
def tiny(own_course, hand_in, perfect):
    """The tiny course with a class that handed in."""
    hand_in("untouched")
    script = "<script>alert(1)</script> because"
    hand_in("perfect", **perfect | {"why": script})
    hand_in("sign", **perfect | {"double": "def double(x):\n    return 2 * x.abs()"})
    hand_in("dynamic", **perfect | {"slide": hostile("dynamic")})
    hand_in("unwatched", **perfect | {"slide": hostile("unwatched")})
    hand_in("endless", **perfect | {"double": hostile("endless")})
    hand_in("flood", **perfect | {"double": hostile("flood")})
    hand_in("exits", **perfect | {"double": "def double(x):\n    import os\n    os._exit(0)"})
    hand_in("equal", **perfect | {"double": hostile("equal")})
    hand_in("endless-cell", **perfect | {"double": "while True: pass"})
    hand_in("deaf", **perfect | {"double": hostile("deaf")})
    hand_in("broken", text="{")
    hand_in("twice", text=_with_two_answers(own_course))
    return own_course


def _with_two_answers(places) -> str:
    notebook = nbformat.read(places.release("tiny"), as_version=4)
    for text in ("def double(x): return x", "def double(x): return x * 2"):
        extra = nbformat.from_dict(notebook.cells[1])
        extra.source = text
        notebook.cells.append(extra)
    return nbformat.writes(notebook)


@pytest.fixture(scope="module")
def graded(tiny):
    with open_classroom(tiny, "tiny", cell_seconds=2.0) as room:
        return {name: room.grade(name) for name in (*EXPECTED, "broken", "twice")}


def lines(outcome, check):
    return " ".join(outcome.record.verdicts[check].lines)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_everybody_gets_exactly_what_they_earned(graded, name):
    verdicts = graded[name].record.verdicts
    assert (verdicts["check-double"].points, verdicts["check-slide"].points) == EXPECTED[name]


def test_the_gradebook_has_the_points_and_what_waits_for_a_hand(tiny, graded):
    with open_gradebook(tiny) as gradebook:
        for name, points in EXPECTED.items():
            submission = gradebook.find_submission("tiny", name)
            assert submission.score == sum(each or 0 for each in points), name
            written = gradebook.find_grade("why", "tiny", "tiny", name)
            assert written.needs_manual_grade == (name != "untouched")


def test_a_mistake_is_named(graded):
    text = lines(graded["sign"], "check-double")
    assert "Your answer is what you get when the sign is lost." in text
    assert graded["sign"].record.verdicts["check-double"].mistake == "ForgetsTheSign"


@pytest.mark.parametrize("name", ["dynamic", "unwatched"])
def test_a_ready_made_operator_is_noticed_flagged_and_spoken_of_kindly(tiny, graded, name):
    """One hides the name from the syntax tree, the other the call from the watch."""
    assert "it uses a ready-made convolution" in lines(graded[name], "check-slide")
    assert graded[name].record.flags == ("check-slide: uses convolution",)
    with open_gradebook(tiny) as gradebook:
        assert gradebook.find_grade("check-slide", "tiny", "tiny", name).needs_manual_grade
        assert not gradebook.find_grade("check-double", "tiny", "tiny", name).needs_manual_grade
        assert "Flagged." in gradebook.find_comment("slide", "tiny", "tiny", name).auto_comment


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("endless", "did not come to an end within 2 seconds"),
        ("flood", "double: "),
        ("exits", "ended the whole Python process"),
        ("equal", "returns a Right"),
        ("endless-cell", "there is no function named double"),
        ("untouched", "not written yet"),
    ],
)
def test_the_report_says_what_happened(graded, name, says):
    assert says in lines(graded[name], "check-double")


def test_no_verdict_is_no_points_a_flag_and_no_blame(tiny, graded):
    record = graded["deaf"].record
    assert not record.complete
    assert "no fault of yours" in lines(graded["deaf"], "check-double")
    assert record.flags[:2] == ("check-double: no verdict", "check-slide: no verdict")
    with open_gradebook(tiny) as gradebook:
        grade = gradebook.find_grade("check-double", "tiny", "tiny", "deaf")
        assert (grade.auto_score, grade.needs_manual_grade) == (None, True)


@pytest.mark.parametrize(
    ("name", "says"), [("broken", "damaged at line 1"), ("twice", "2 different answers to double")]
)
def test_what_cannot_be_graded_waits_with_a_reason_and_without_a_zero(tiny, graded, name, says):
    assert graded[name].record.status == REVIEW
    assert says in graded[name].record.reason
    assert says in tiny.notebook("feedback", name, "tiny", ".html").read_text()
    with open_gradebook(tiny) as gradebook, pytest.raises(MissingEntry):
        gradebook.find_submission("tiny", name)


def test_feedback_shows_reports_and_runs_nothing_of_a_student(tiny, graded):
    page = tiny.notebook("feedback", "perfect", "tiny", ".html").read_text()
    assert "double: 2 of 2 cases right, 2 of 2 points." in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_what_a_cell_said_is_in_the_graded_notebook_and_a_cut_is_told(tiny, graded):
    path = tiny.notebook("autograded", "endless-cell", "tiny")
    notebook = nbformat.read(path, as_version=4)
    answer = next(cell for cell in notebook.cells if cell.source == "while True: pass")
    assert "was stopped and is skipped when grading" in answer.outputs[0].text


def test_the_seeds_are_written_down_and_differ_from_student_to_student(tiny, graded):
    written = json.loads(tiny.record("sign", "tiny").read_text())["seeds"]
    assert written == graded["sign"].record.seeds
    assert written["double"] != graded["dynamic"].record.seeds["double"]


def test_what_is_graded_and_unchanged_is_skipped(tiny, graded, hand_in, perfect):
    with open_classroom(tiny, "tiny") as room:
        assert not room.grade("perfect").fresh
        # A run that was killed between its verdict and the gradebook only writes what lacks.
        tiny.notebook("feedback", "sign", "tiny", ".html").unlink()
        resumed = room.grade("sign")
        assert (resumed.fresh, resumed.record) == (True, graded["sign"].record)
        # Another answer is another submission; asked for, everything is graded again.
        hand_in("exits", **perfect)
        assert room.grade("exits").record.points == 5
        again = room.grade("sign", again=True)
    assert again.fresh
    assert again.record.verdicts == graded["sign"].record.verdicts
    assert records.load(tiny.record("sign", "tiny")).status == GRADED
