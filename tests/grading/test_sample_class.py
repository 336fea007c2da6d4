"""The bundled class on the real assignment, from hand-in to CSV. Oracle: what each file EXPECTs."""

import csv
import html
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from course_lib import provenance
from course_lib.authoring.release import release
from course_lib.checking.cases import load_assignment
from course_lib.cli import main
from course_lib.grading.classroom import open_classroom
from course_lib.grading.export import rows, to_csv
from course_lib.grading.gradebook import open_gradebook
from course_lib.grading.places import Places
from course_lib.grading.sample_class import hand_in, pretended_students

pytestmark = pytest.mark.slow
SLUG = "convolution"
FOLDER = Path(__file__).resolve().parents[2] / "solutions" / SLUG / "sample_class"
CLASS = {each.student: each for each in pretended_students(FOLDER)} if FOLDER.exists() else {}
WITH = {key: [n for n, e in CLASS.items() if key in e.constants] for key in ("MISTAKES", "TAGS")}


@pytest.fixture(scope="module")
def places(repository, tmp_path_factory):
    """The repository's layout in a folder of its own, released there, handed in and graded."""
    root = tmp_path_factory.mktemp("class")
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copy(repository / name, root / name)
    shutil.copytree(repository / "solutions", root / "solutions")
    release(root, SLUG)
    return Places(root)


@pytest.fixture(scope="module")
def graded(places):
    with open_classroom(places, SLUG) as room:
        return {student: room.grade(student).record for student in hand_in(places, SLUG)}


def test_the_class_shows_what_grading_has_to_cope_with():
    assert len(CLASS) >= 8
    assert len(WITH["MISTAKES"]) >= 3
    assert WITH["TAGS"]
    assert any(each.constants.get("UNTOUCHED") for each in CLASS.values())
    assert any(each.constants.get("FORBIDDEN") for each in CLASS.values())


@pytest.mark.parametrize("student", sorted(CLASS))
def test_everybody_gets_exactly_what_is_expected(graded, student):
    verdicts = graded[student].verdicts
    assert {name: verdict.points for name, verdict in verdicts.items()} == CLASS[student].expected


@pytest.mark.parametrize("student", sorted(CLASS))
def test_ready_made_operators_are_named_where_they_are_used_and_nowhere_else(graded, student):
    used = {name: list(v.forbidden) for name, v in graded[student].verdicts.items() if v.forbidden}
    assert used == CLASS[student].constants.get("FORBIDDEN", {})


@pytest.mark.parametrize("student", sorted(CLASS))
def test_mistakes_are_named_rightly_or_not_at_all(repository, graded, student):
    expected = CLASS[student].constants.get("MISTAKES", {})
    named = {name: v.mistake for name, v in graded[student].verdicts.items() if v.mistake}
    assert named == expected
    assignment = load_assignment(repository / "solutions" / SLUG)
    sentences = {wrong.__name__: wrong.sentence for wrong in assignment.wrong}
    for name, mistake in expected.items():
        says = f"Your answer is what you get when {sentences[mistake]}."
        assert says in graded[student].verdicts[name].lines


def test_a_message_says_what_how_much_where_yours_and_expected(graded):
    lines = [
        line
        for student in WITH["MISTAKES"]
        for name in CLASS[student].constants["MISTAKES"]
        for line in graded[student].verdicts[name].lines
    ]
    pattern = r"\w+: .* is off by [\d.e-]+ at index \(.*\): yours -?[\d.]+, expected -?[\d.]+\."
    assert [line for line in lines if re.fullmatch(pattern, line)]
    assert [line for line in lines if line.startswith("Look at: ")]


def test_tags_are_told_and_do_nothing(places, graded):
    for student in WITH["TAGS"]:
        assert any("skip-execution" in flag for flag in graded[student].flags)
        accepted = places.notebook("accepted", student, SLUG).read_text()
        assert "skip-execution" not in accepted


def test_written_answers_wait_and_untouched_ones_are_nothing(places, graded):
    with open_gradebook(places) as gradebook:
        for student, each in CLASS.items():
            grade = gradebook.find_grade("stride-that-does-not-fit", SLUG, SLUG, student)
            wrote = "WRITTEN" in each.constants
            assert grade.needs_manual_grade == wrote, student
            assert grade.auto_score == (None if wrote else 0), student


def test_the_rubric_is_for_those_who_mark_and_not_in_the_feedback(places, graded):
    for student in CLASS:
        marked = places.notebook("autograded", student, SLUG).read_text()
        page = places.notebook("feedback", student, SLUG, ".html").read_text()
        assert "How to mark this" in marked
        assert "How to mark this" not in page


def test_the_canary_of_the_answers_is_in_no_feedback(repository, places, graded):
    text = (repository / "solutions" / SLUG / f"{SLUG}.md").read_text()
    canary = re.search(r"going-deeper-canary-\w+", text).group()
    for student in CLASS:
        assert canary not in words_of_feedback(places, student)


def test_feedback_shows_no_answer_to_one_who_wrote_none(repository, places, graded):
    (untouched,) = (name for name, each in CLASS.items() if each.constants.get("UNTOUCHED"))
    text = (repository / "solutions" / SLUG / f"{SLUG}.md").read_text()
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)
    lines = {line.strip() for answer in answers for line in answer.splitlines()}
    page = words_of_feedback(places, untouched)
    assert len(answers) >= 6
    assert [line for line in lines if len(line) > 32 and line in page] == []


def test_no_line_that_makes_the_hidden_cases_is_in_any_feedback(repository, places, graded):
    for name in ("cases", "tables"):
        source = (repository / "solutions" / SLUG / f"{name}.py").read_text()
        lines = [line.strip() for line in source.splitlines() if len(line.strip()) > 40]
        for student in CLASS:
            page = words_of_feedback(places, student)
            # Ideas of cases, which are texts, are meant to be read.
            assert [line for line in lines if line in page and not line.startswith('"')] == []


def words_of_feedback(places, student):
    """A feedback page without tags and entities."""
    page = places.notebook("feedback", student, SLUG, ".html").read_text()
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_grading_again_changes_nothing(places, graded, capsys, monkeypatch):
    monkeypatch.setattr(provenance, "repository", lambda: places.root)
    assert main(["export"]) == 0
    before = places.grades.read_text()
    capsys.readouterr()
    assert main(["grade", SLUG, "--sample-class"]) == 0
    assert capsys.readouterr().out.count("unchanged") == len(CLASS)
    assert main(["export"]) == 0
    assert places.grades.read_text() == before


def test_the_table_has_a_row_for_each_and_marks_what_is_provisional(places, graded):
    with open_gradebook(places) as gradebook:
        table = list(csv.DictReader(to_csv(list(rows(gradebook, places))).splitlines()))
    assert [row["student_id"] for row in table] == sorted(CLASS)
    for row in table:
        each = CLASS[row["student_id"]]
        assert f"{row['first_name']} {row['last_name']}" == each.name
        assert {name: float(row[name]) for name in each.expected} == each.expected
        assert float(row["total"]) == sum(each.expected.values())
        assert row["stride-that-does-not-fit"] == ("" if "WRITTEN" in each.constants else "0.0")
        open_questions = "WRITTEN" in each.constants or "FORBIDDEN" in each.constants
        status = "provisional: needs manual grade" if open_questions else "final"
        assert row["status"] == status, row["student_id"]


def test_what_is_handed_in_is_the_release_with_answers_and_no_marks(places, graded):
    wanted = [cell.id for cell in nbformat.read(places.release(SLUG), as_version=4).cells]
    for student in CLASS:
        path = places.notebook("submitted", student, SLUG)
        assert [cell.id for cell in nbformat.read(path, as_version=4).cells] == wanted
        assert "BEGIN SOLUTION" not in path.read_text()
        assert path.with_name("timestamp.txt").exists()
