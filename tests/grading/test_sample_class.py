"""The bundled sample class, graded from text to CSV. Oracle: what each student's file expects."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from course_lib import provenance
from course_lib.cli import main
from course_lib.grading.places import Places
from course_lib.grading.sample_class import pretended_students

SLUG = "convolution"
ROOT = Path(__file__).resolve().parents[2]
EVERYBODY = pretended_students(Places(ROOT).solutions(SLUG) / "sample_class")
NEEDED = ("assignments", "solutions", "course.toml", "nbgrader_config.py")


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Places:
    """A copy of the course whose sample class has been released to, graded and exported."""
    root = tmp_path_factory.mktemp("sample") / "course"
    root.mkdir()
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "repository", lambda: root)
        assert main(["release", SLUG]) == 0
        assert main(["grade", SLUG, "--sample-class"]) == 0
        assert main(["export"]) == 0
    return Places(root)


@pytest.fixture(scope="module")
def grades(course) -> dict[str, dict[str, str]]:
    with course.grades.open(encoding="utf8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


@pytest.fixture
def feedback(course):
    """The feedback page of a student as text."""

    def read(student: str) -> str:
        return course.notebook("feedback", student, SLUG, ".html").read_text(encoding="utf8")

    return read


def test_class_is_large_enough_to_show_what_grading_does():
    assert len(EVERYBODY) >= 8


@pytest.mark.parametrize("pretended", EVERYBODY, ids=lambda each: each.student)
def test_each_student_gets_exactly_the_points_of_the_file(pretended, grades):
    row = grades[pretended.student]
    assert {name: float(row[name]) for name in pretended.expected} == pretended.expected
    assert float(row["total"]) == sum(pretended.expected.values())


@pytest.mark.parametrize(
    "pretended",
    [each for each in EVERYBODY if "MISTAKES" in each.constants],
    ids=lambda each: each.student,
)
def test_the_message_names_the_mistake(pretended, feedback, repository):
    from course_lib.checking.cases import load_assignment

    wrong = {a.__name__: a for a in load_assignment(repository / "solutions" / SLUG).wrong}
    page = feedback(pretended.student)
    for mistake in pretended.constants["MISTAKES"].values():
        sentence = wrong[mistake].sentence
        assert f"Your answer is what you get when {sentence}." in unescaped(page)


def test_written_answers_make_a_total_provisional(grades):
    for pretended in EVERYBODY:
        row = grades[pretended.student]
        wrote = "WRITTEN" in pretended.constants or pretended.student == "amina_diallo"
        if wrote:
            assert row["status"] == "provisional: needs manual grade"
            assert row["stride-that-does-not-fit"] == ""


def test_untouched_notebook_is_final_with_nothing(grades):
    (ben,) = (each for each in EVERYBODY if each.constants.get("UNTOUCHED"))
    assert grades[ben.student]["status"] == "final"
    assert float(grades[ben.student]["total"]) == 0


def test_feedback_shows_no_answer_to_one_who_wrote_none(feedback, course):
    (ben,) = (each for each in EVERYBODY if each.constants.get("UNTOUCHED"))
    text = (course.solutions(SLUG) / f"{SLUG}.md").read_text(encoding="utf8")
    answers = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", text, re.DOTALL)
    lines = {line.strip() for answer in answers for line in answer.splitlines()}
    page = unescaped(feedback(ben.student))
    assert len(answers) >= 6
    assert [line for line in lines if len(line) > 32 and line in page] == []


@pytest.mark.parametrize("student", [each.student for each in EVERYBODY])
def test_feedback_holds_no_canary_and_no_hidden_case(student, feedback, course):
    page = unescaped(feedback(student))
    assert "canary" not in page
    for name in ("cases", "tables"):
        source = (course.solutions(SLUG) / f"{name}.py").read_text(encoding="utf8")
        lines = {line.strip() for line in source.splitlines() if len(line.strip()) > 40}
        assert [line for line in lines if line in page and not line.startswith('"')] == []


def test_grading_again_changes_nothing(course, capsys, monkeypatch):
    monkeypatch.setattr(provenance, "repository", lambda: course.root)
    before = course.grades.read_text(encoding="utf8")
    capsys.readouterr()
    assert main(["grade", SLUG]) == 0
    assert capsys.readouterr().out.count("unchanged") == len(EVERYBODY)
    assert main(["export"]) == 0
    assert course.grades.read_text(encoding="utf8") == before


def unescaped(page: str) -> str:
    """The words of a page: no tags, no entities."""
    import html

    return html.unescape(re.sub(r"<[^>]+>", "", page))
