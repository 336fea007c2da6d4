"""Oracle: what was written is what is read; digests and seeds change with what they name."""

import os
import shutil

import pytest

from course_lib.grading import records
from course_lib.grading.examination import Judgement
from course_lib.grading.kernel import Ran
from course_lib.grading.records import GRADED, REVIEW, Record, judging_digest, read_secret, seed

RECORD = Record(
    student="ada",
    slug="tiny",
    status=GRADED,
    key="k",
    submission="s",
    remarks=("handed in as 'x.ipynb'",),
    seeds={"double": 7},
    verdicts={
        "check-double": Judgement(1.5, ("double: …",), "ForgetsTheSign", (), ("signs",)),
        "check-slide": Judgement(0.0, ("slide: …",), None, ("convolution",)),
    },
    cells={"a": Ran("text", None, "it did not end")},
    comments={"slide": "Flagged."},
    seconds=1.5,
    versions={"torch": "2.6.0"},
)


def test_a_record_comes_back_as_it_was(tmp_path):
    records.save(RECORD, tmp_path / "new" / "ada.json")
    assert records.load(tmp_path / "new" / "ada.json") == RECORD
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["ada.json"]


def test_points_and_flags():
    assert RECORD.points == 1.5
    assert RECORD.flags == ("check-slide: uses convolution", "handed in as 'x.ipynb'")
    assert RECORD.complete


@pytest.mark.parametrize(
    "record",
    [
        Record("ada", "tiny", GRADED, "k", verdicts={"c": Judgement(None, ("…",))}),
        Record("ada", "tiny", REVIEW, "k", reason="…"),
    ],
)
def test_without_a_verdict_a_record_is_not_complete(record):
    assert not record.complete


def test_a_missing_record_and_one_of_another_version_are_none(tmp_path):
    assert records.load(tmp_path / "ada.json") is None
    (tmp_path / "ada.json").write_text('{"schema": 0}')
    assert records.load(tmp_path / "ada.json") is None


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "grading" / "secret"
    assert read_secret(path) == read_secret(path)
    assert len(read_secret(path)) == 64
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_a_seed_depends_on_all_that_it_is_made_of():
    seeds = {seed(*parts) for parts in [(b"a", "s", "f"), (b"b", "s", "f"), (b"a", "t", "f")]}
    assert len(seeds | {seed(b"a", "s", "g")}) == 4
    assert seed(b"a", "s", "f") == seed(b"a", "s", "f")
    assert all(0 <= each < 2**31 for each in seeds)


def test_new_cases_are_a_new_judge_and_new_samples_are_not(tiny_course, tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_course.solutions("tiny"), folder)
    before = judging_digest(folder)
    (folder / "right").mkdir()
    (folder / "right" / "loops.py").write_text("x = 1")
    assert judging_digest(folder) == before
    with open(folder / "cases.py", "a") as stream:
        stream.write("\n# changed\n")
    assert judging_digest(folder) != before


def test_a_flag_is_one_line_without_control_characters():
    record = Record("eve", "tiny", GRADED, "k", remarks=("the cell \x1b[2K\r\n  fay  21 points",))
    assert record.flags == ("the cell [2K fay 21 points",)
