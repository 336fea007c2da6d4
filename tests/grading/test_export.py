"""The grades as a table. Oracle: a gradebook filled by hand, read back by the csv module."""

import csv
import io
import subprocess
import sys

import pytest

from course_lib.grading import records
from course_lib.grading.examination import Judgement
from course_lib.grading.export import harmless, rows, to_csv
from course_lib.grading.gradebook import open_gradebook, stamp
from course_lib.grading.records import GRADED, REVIEW, Record


@pytest.fixture(scope="module")
def table(own_course):
    """ada is done, bob's written answer waits, cyd's file is broken, dan handed in nothing.

    The run never came to eli. It was killed before it wrote fay's new record into the gradebook,
    which holds an old one, and gus's, of which there is none. hal has no verdict on slide.
    """
    with open_gradebook(own_course) as gradebook:
        gradebook.add_student("ada", first_name="Ada", last_name="Lo, velace", email="a@b.c")
        gradebook.add_student("bob", first_name="=HYPERLINK(1)", last_name='B"ob')
        for name in ("dan", "fay", "hal"):
            gradebook.add_student(name)
        for name, written in (("ada", 3.0), ("bob", None), ("fay", 3.0), ("hal", 3.0)):
            gradebook.add_submission("tiny", name, timestamp="2026-10-10 12:00:00 UTC")
            for cell, points in (("check-double", 2.0), ("check-slide", 0.0), ("why", written)):
                grade = gradebook.find_grade(cell, "tiny", "tiny", name)
                grade.auto_score = None if cell == "why" else points
                grade.manual_score = points if cell == "why" else None
                grade.needs_manual_grade = points is None
        absent = gradebook.find_grade("check-slide", "tiny", "tiny", "hal")
        absent.auto_score, absent.needs_manual_grade = None, True
        gradebook.find_submission("tiny", "ada").notebooks[0].late_submission_penalty = 1.5
        gradebook.db.commit()
    cheat = {"check-slide": Judgement(0.0, ("…",), None, ("convolution",))}
    for record in (
        Record("ada", "tiny", GRADED, "k", verdicts=cheat),
        Record("cyd", "tiny", REVIEW, "k", reason="The file is damaged."),
        Record("fay", "tiny", GRADED, "k", verdicts={"check-double": Judgement(1.0, ("…",))}),
        Record("gus", "tiny", GRADED, "k"),
    ):
        records.save(record, own_course.record(record.student, "tiny"))
    for name in ("ada", "fay"):
        own_course.notebook("autograded", name, "tiny").parent.mkdir(parents=True)
        stamp(own_course, name, "tiny")
    records.save(Record("fay", "tiny", GRADED, "k"), own_course.record("fay", "tiny"))
    (own_course.submitted / "eli" / "tiny").mkdir(parents=True)
    with open_gradebook(own_course) as gradebook:
        return {row["student_id"]: row for row in rows(gradebook, own_course)}


def read(table):
    return list(csv.DictReader(io.StringIO(to_csv(list(table.values())))))


def test_there_is_one_row_for_everybody_the_course_knows(table):
    assert sorted(table) == ["ada", "bob", "cyd", "dan", "eli", "fay", "gus", "hal"]


@pytest.mark.parametrize(
    ("student", "status"),
    [
        ("ada", "final"),
        ("bob", "provisional: needs manual grade"),
        ("cyd", "waiting for review: The file is damaged."),
        ("dan", "not handed in"),
        ("eli", "handed in, but not graded yet: run `course grade`"),
        ("fay", "graded, but not in the gradebook yet: run `course grade` again"),
        ("gus", "graded, but not in the gradebook yet: run `course grade` again"),
        ("hal", "provisional: needs manual grade"),
    ],
)
def test_each_row_says_what_its_total_is_worth(table, student, status):
    assert table[student]["status"] == status


def test_points_of_each_cell_and_their_sum_without_the_penalty(table):
    ada = table["ada"]
    assert (ada["check-double"], ada["check-slide"], ada["why"]) == (2.0, 0.0, 3.0)
    assert (ada["late_penalty"], ada["total"], ada["max"]) == (1.5, 3.5, 9.0)
    assert ada["timestamp"] == "2026-10-10T12:00:00"
    assert ada["flags"] == "check-slide: uses convolution"


def test_what_is_not_known_is_empty(table):
    assert table["bob"]["why"] == ""
    assert [table[name]["total"] for name in ("cyd", "dan", "eli", "fay", "gus")] == [""] * 5
    assert (table["hal"]["check-slide"], table["hal"]["total"]) == ("", 5.0)


def test_commas_and_quotes_in_names_stay_in_their_column(table):
    ada, bob = read(table)[:2]
    assert (ada["last_name"], ada["email"]) == ("Lo, velace", "a@b.c")
    assert bob["last_name"] == 'B"ob'


def test_text_is_quoted_and_numbers_are_not(table):
    line = next(line for line in to_csv(list(table.values())).splitlines() if '"ada"' in line)
    assert line.startswith('"tiny","ada","Lo, velace","Ada","a@b.c",2.0,0.0,3.0,3.5,9.0,1.5,')


def test_no_name_is_a_formula(table):
    assert read(table)[1]["first_name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_every_beginning_of_a_formula_is_made_harmless(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("value", ["a=1", "", -1.5, 2.0])
def test_what_is_no_formula_stays(value):
    assert harmless(value) == value


def test_nbgrader_writes_the_same_table_by_its_own_export(own_course, table, tmp_path):
    words = ["export", "--exporter=course_lib.grading.export.CourseExport"]
    words += [f"--to={tmp_path / 'grades.csv'}", f"--CourseDirectory.root={own_course.root}"]
    words += [f"--CourseDirectory.db_url=sqlite:///{own_course.grading / 'gradebook.db'}"]
    subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=own_course.root, check=True)
    assert (tmp_path / "grades.csv").read_text() == to_csv(list(table.values()))
