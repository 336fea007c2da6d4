"""nbgrader as it comes, with no change but its configuration, serves an assignment: convolution."""

import csv
import re

import pytest

from course_lib.grading.sample_class import perfect_answers
from course_lib.grading.transplant import read_release

pytestmark = pytest.mark.slow

SLUG = "convolution"


def handed_in(course, student):
    return str(course / ".grading" / "submitted" / student / SLUG / f"{SLUG}.ipynb")


@pytest.fixture(scope="module")
def grades(nbgrader, class_of_three, course):
    """The points of each student, as nbgrader's own export tells them."""
    nbgrader("autograde", SLUG, "--create")
    nbgrader("generate_feedback", SLUG)
    nbgrader("export", "--to", "grades.csv")
    with open(course / "grades.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == SLUG]
    return {row["student_id"]: float(row["raw_score"]) for row in rows}


@pytest.fixture(scope="module")
def feedback(grades, course, class_of_three):
    pages = course / ".grading" / "feedback"
    return {
        each.student: (pages / each.student / SLUG / f"{SLUG}.html").read_text(encoding="utf8")
        for each in class_of_three
    }


def test_validating_the_perfect_notebook_passes(nbgrader, class_of_three, course):
    assert "Success! Your notebook passes all the tests." in nbgrader(
        "validate", handed_in(course, "amina_diallo")
    )


def test_validating_the_untouched_notebook_names_what_fails(nbgrader, class_of_three, course):
    # Six functions and the question in words.
    said = nbgrader("validate", handed_in(course, "ben_fischer"))
    assert "VALIDATION FAILED ON 7 CELL(S)" in said
    assert 'check("pool_channels_last", pool_channels_last, points=3)' in said


def test_perfect_gets_all_and_untouched_nothing(grades):
    # The question in words, 4 points, waits for a person.
    assert grades["amina_diallo"] == 21
    assert grades["ben_fischer"] == 0


def test_a_warning_costs_nothing(grades, class_of_three):
    ines = next(each for each in class_of_three if each.student == "ines_costa")
    assert grades["ines_costa"] == sum(ines.expected.values()) == 9


def test_hidden_cases_were_tried(feedback):
    assert "output_size: 8 of 8 cases right, 2 of 2 points." in feedback["amina_diallo"]


def test_a_written_answer_waits_for_a_person(course, grades):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / '.grading' / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("stride-that-does-not-fit", SLUG, SLUG, "amina_diallo")
        assert grade.needs_manual_grade
        untouched = gradebook.find_grade("stride-that-does-not-fit", SLUG, SLUG, "ben_fischer")
        assert untouched.auto_score == 0


def test_the_rubric_is_there_for_those_who_mark_and_not_in_the_feedback(course, feedback):
    autograded = course / ".grading" / "autograded" / "amina_diallo" / SLUG / f"{SLUG}.ipynb"
    assert "How to mark this" in autograded.read_text(encoding="utf8")
    assert all("How to mark this" not in page for page in feedback.values())


def test_feedback_holds_no_answer_but_the_students_own(course, feedback):
    answers = perfect_answers(read_release(course / ".grading" / "source" / SLUG / f"{SLUG}.ipynb"))
    lines = {line.strip() for text in answers.values() for line in text.splitlines()}
    secret = {line for line in lines if len(line) >= 40 and "=" in line}
    page = re.sub(r"<[^>]+>", "", feedback["ben_fischer"])
    assert len(secret) > 20
    assert not [line for line in secret if line in page]
    assert "going-deeper-canary" not in feedback["ben_fischer"]


def test_a_script_in_a_written_answer_does_not_run_in_the_feedback(grades, feedback):
    assert "<script>alert('as the teacher')" not in feedback["ines_costa"]
    assert "as the teacher" in feedback["ines_costa"]
