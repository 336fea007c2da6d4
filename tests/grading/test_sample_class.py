"""The bundled class of every assignment, from hand-in to CSV. Oracle: what each file EXPECTs.

What only the class of convolution shows is marked so.
"""

import csv
import functools
import html
import itertools
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from course_lib import provenance
from course_lib.authoring.release import assignments_in, release
from course_lib.checking.cases import load_assignment
from course_lib.cli import main
from course_lib.grading.classroom import open_classroom
from course_lib.grading.export import rows, to_csv
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.places import Places
from course_lib.grading.sample_class import hand_in, pretended_students
from course_lib.grading.transplant import grade_id, is_answer, read_release

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
CLASSES = {
    slug: {
        each.student: each
        for each in pretended_students(ROOT / "solutions" / slug / "sample_class")
    }
    for slug in assignments_in(ROOT)
}
everybody = pytest.mark.parametrize(
    ("slug", "student"), [(slug, student) for slug in CLASSES for student in CLASSES[slug]]
)
of_convolution = pytest.mark.parametrize("slug", ["convolution"])


@pytest.fixture(params=CLASSES)
def slug(request):
    """Each assignment in turn."""
    return request.param


@pytest.fixture
def students(slug):
    return CLASSES[slug]


@pytest.fixture(scope="module")
def classes(repository, tmp_path_factory):
    """`classes(slug)`: the places of a class that was released, handed in and graded once."""

    @functools.cache
    def graded_class(slug):
        root = tmp_path_factory.mktemp(slug)
        for name in ("course.toml", "nbgrader_config.py"):
            shutil.copy(repository / name, root / name)
        shutil.copytree(repository / "solutions", root / "solutions")
        release(root, slug)
        places = Places(root)
        with open_classroom(places, slug) as room:
            return places, {name: room.grade(name).record for name in hand_in(places, slug)}

    return graded_class


@pytest.fixture
def places(classes, slug):
    """The repository's layout in a folder of its own."""
    return classes(slug)[0]


@pytest.fixture
def graded(classes, slug):
    """The record of each student's work."""
    return classes(slug)[1]


@pytest.fixture
def questions(places, slug):
    """The grade ids of what is answered in words."""
    cells = filter(is_answer, read_release(places.release(slug)).cells)
    return [grade_id(cell) for cell in cells if cell.cell_type == "markdown"]


@pytest.fixture
def feedback(places, slug, graded):
    """Each student's page without tags and entities."""
    pages = {name: places.notebook("feedback", name, slug, ".html").read_text() for name in graded}
    return {name: html.unescape(re.sub(r"<[^>]+>", "", page)) for name, page in pages.items()}


@of_convolution
def test_the_class_shows_what_grading_has_to_cope_with(students):
    assert len(students) >= 8
    assert sum("MISTAKES" in each.constants for each in students.values()) >= 3
    for needed in ("TAGS", "UNTOUCHED", "FORBIDDEN", "WRITTEN"):
        assert any(each.constants.get(needed) for each in students.values()), needed


@everybody
def test_everybody_gets_exactly_what_is_expected(graded, students, student):
    verdicts = graded[student].verdicts
    points = {name: verdict.points for name, verdict in verdicts.items()}
    assert points == students[student].expected


@everybody
def test_ready_made_operators_are_named_where_they_are_used_and_nowhere_else(
    graded, students, student
):
    used = {name: list(v.forbidden) for name, v in graded[student].verdicts.items() if v.forbidden}
    assert used == students[student].constants.get("FORBIDDEN", {})


@everybody
def test_mistakes_are_named_rightly_or_not_at_all(repository, slug, graded, students, student):
    expected = students[student].constants.get("MISTAKES", {})
    named = {name: v.mistake for name, v in graded[student].verdicts.items() if v.mistake}
    assert named == expected
    assignment = load_assignment(repository / "solutions" / slug)
    sentences = {wrong.__name__: wrong.sentence for wrong in assignment.wrong}
    for name, mistake in expected.items():
        says = f"Your answer is what you get when {sentences[mistake]}."
        assert says in graded[student].verdicts[name].lines


@of_convolution
def test_a_message_says_what_how_much_where_yours_and_expected(graded, students):
    lines = [
        line
        for student, each in students.items()
        for name in each.constants.get("MISTAKES", {})
        for line in graded[student].verdicts[name].lines
    ]
    pattern = r"\w+: .* is off by [\d.e-]+ at index \(.*\): yours -?[\d.]+, expected -?[\d.]+\."
    assert [line for line in lines if re.fullmatch(pattern, line)]
    assert [line for line in lines if line.startswith("Look at: ")]


@of_convolution
def test_tags_are_told_and_do_nothing(places, slug, graded, students):
    for student in (name for name, each in students.items() if "TAGS" in each.constants):
        assert any("skip-execution" in flag for flag in graded[student].flags)
        accepted = places.notebook("accepted", student, slug).read_text()
        assert "skip-execution" not in accepted


def test_written_answers_wait_and_untouched_ones_are_nothing(
    places, slug, graded, students, questions
):
    with open_gradebook(places) as gradebook:
        for student, question in itertools.product(students, questions):
            grade = gradebook.find_grade(question, slug, slug, student)
            wrote = question in students[student].constants.get("WRITTEN", {})
            assert grade.needs_manual_grade == wrote, student
            assert grade.auto_score == (None if wrote else 0), student


@of_convolution
def test_the_rubric_is_for_those_who_mark_and_not_in_the_feedback(places, slug, graded):
    for student in graded:
        marked = places.notebook("autograded", student, slug).read_text()
        page = places.notebook("feedback", student, slug, ".html").read_text()
        assert "How to mark this" in marked
        assert "How to mark this" not in page


def test_the_canary_of_the_answers_is_in_no_feedback(repository, slug, feedback):
    text = (repository / "solutions" / slug / f"{slug}.md").read_text()
    canary = re.search(r"going-deeper-canary-\w+", text).group()
    assert [student for student, page in feedback.items() if canary in page] == []


def test_feedback_shows_no_answer_to_one_who_wrote_none(repository, slug, students, feedback):
    text = (repository / "solutions" / slug / f"{slug}.md").read_text()
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)
    lines = {line.strip() for answer in answers for line in answer.splitlines()}
    untouched = [name for name, each in students.items() if each.constants.get("UNTOUCHED")]
    assert answers
    assert untouched
    for page in (feedback[student] for student in untouched):
        assert [line for line in lines if len(line) > 32 and line in page] == []


def test_no_line_that_makes_the_hidden_cases_is_in_any_feedback(repository, slug, feedback):
    for path in (repository / "solutions" / slug).glob("*.py"):
        if path.stem not in ("cases", "tables"):
            continue
        lines = [line.strip() for line in path.read_text().splitlines() if len(line.strip()) > 40]
        for page in feedback.values():
            # Ideas of cases, which are texts, are meant to be read.
            assert [line for line in lines if line in page and not line.startswith('"')] == []


def test_grading_again_changes_nothing(places, slug, graded, capsys, monkeypatch):
    monkeypatch.setattr(provenance, "repository", lambda: places.root)
    assert main(["export"]) == 0
    before = places.grades.read_text()
    capsys.readouterr()
    assert main(["grade", slug, "--sample-class"]) == 0
    assert capsys.readouterr().out.count("unchanged") == len(graded)
    assert main(["export"]) == 0
    assert places.grades.read_text() == before


def test_the_table_has_a_row_for_each_and_marks_what_is_provisional(
    places, graded, students, questions
):
    with open_gradebook(places) as gradebook:
        table = list(csv.DictReader(to_csv(list(rows(gradebook, places))).splitlines()))
    assert [row["student_id"] for row in table] == sorted(students)
    for row in table:
        each = students[row["student_id"]]
        assert f"{row['first_name']} {row['last_name']}" == each.name
        assert {name: float(row[name]) for name in each.expected} == each.expected
        assert float(row["total"]) == sum(each.expected.values())
        for question in questions:
            wrote = question in each.constants.get("WRITTEN", {})
            assert row[question] == ("" if wrote else "0.0")
        open_questions = "WRITTEN" in each.constants or "FORBIDDEN" in each.constants
        status = "provisional: needs manual grade" if open_questions else "final"
        assert row["status"] == status, row["student_id"]


def test_what_is_handed_in_is_the_release_with_answers_and_no_marks(places, slug, graded):
    wanted = [cell.id for cell in nbformat.read(places.release(slug), as_version=4).cells]
    for student in graded:
        path = places.notebook("submitted", student, slug)
        assert [cell.id for cell in nbformat.read(path, as_version=4).cells] == wanted
        assert "BEGIN SOLUTION" not in path.read_text()
        assert path.with_name("timestamp.txt").exists(), f"course.toml has no due date of {slug}"
