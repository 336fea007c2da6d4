"""Oracle: what was put into the folder by hand. Real files, a real second process."""

import hashlib
import json
import os

import pytest

from course_lib.grading.intake import STUDENT, require_reader, students, take_in
from course_lib.grading.notebook_reader import NOTEBOOK_BYTES, RejectedError

GOOD = json.dumps(
    {"nbformat": 4, "cells": [{"cell_type": "code", "source": "x = 1", "metadata": {}}]}
).encode()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ada" / "tiny"
    path.mkdir(parents=True)
    return path


def test_a_good_submission_is_read_with_its_hash_and_time(folder):
    (folder / "tiny.ipynb").write_bytes(GOOD)
    (folder / "timestamp.txt").write_text("2026-10-10 12:00:00.123456 UTC\n")
    taken = take_in(folder, "tiny")
    assert [cell.source for cell in taken.cells] == ["x = 1"]
    assert taken.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert (taken.timestamp, taken.remarks) == ("2026-10-10 12:00:00.123456 UTC", ())


@pytest.mark.parametrize(
    "time",
    [
        "2026-10-10 12:00",
        "2026-10-10T12:00:00Z",
        "2026-10-10 12:00:00 +0200",
        "2026-10-10 12:00 CET",
    ],
)
def test_times_may_come_in_several_forms(folder, time):
    (folder / "tiny.ipynb").write_bytes(GOOD)
    (folder / "timestamp.txt").write_text(time)
    assert take_in(folder, "tiny").timestamp == time


def test_a_reader_that_does_not_run_is_our_fault_and_nobodys_notebook(folder, monkeypatch):
    notebook = folder / "tiny.ipynb"
    notebook.write_bytes(GOOD)
    require_reader(notebook)
    monkeypatch.setattr("course_lib.grading.limited.sys.executable", "/bin/false")
    with pytest.raises(RuntimeError, match=r"reader of notebooks does not run here .*make setup"):
        require_reader(notebook)


@pytest.mark.parametrize(
    "content",
    [
        "soon",
        "2026-02-31 10:00:00 UTC",
        "2026-10-01 10:00:99",
        "2026-10-01 10:00:00+99:99",
        "0001-01-01 00:00:00+01:00",
        "2026-10-10\n" * 50,
        "\xe9",
    ],
)
def test_a_timestamp_that_is_none_is_left_out_and_told(folder, content):
    (folder / "tiny.ipynb").write_bytes(GOOD)
    (folder / "timestamp.txt").write_bytes(content.encode("latin-1"))
    taken = take_in(folder, "tiny")
    assert taken.timestamp is None
    assert "timestamp.txt" in taken.remarks[0]


def test_the_only_notebook_is_taken_whatever_its_name(folder):
    (folder / "tiny (1).ipynb").write_bytes(GOOD)
    assert "tiny (1).ipynb" in take_in(folder, "tiny").remarks[0]


def test_two_wrong_names_are_named(folder):
    for name in ("a.ipynb", "b.ipynb"):
        (folder / name).write_bytes(GOOD)
    with pytest.raises(RejectedError, match=r"tiny\.ipynb, but there is 'a.ipynb', 'b.ipynb'"):
        take_in(folder, "tiny")


def test_no_notebook_at_all(folder):
    with pytest.raises(RejectedError, match="no notebook at all"):
        take_in(folder, "tiny")


def test_a_link_is_not_followed(folder, tmp_path):
    (tmp_path / "other.ipynb").write_bytes(GOOD)
    (folder / "tiny.ipynb").symlink_to(tmp_path / "other.ipynb")
    with pytest.raises(RejectedError, match="is a link"):
        take_in(folder, "tiny")


@pytest.mark.parametrize("level", ["student", "assignment"])
def test_a_folder_that_is_a_link_is_not_followed(tmp_path, level):
    elsewhere = tmp_path / "elsewhere" / "tiny"
    elsewhere.mkdir(parents=True)
    (elsewhere / "tiny.ipynb").write_bytes(GOOD)
    if level == "student":
        (tmp_path / "ada").symlink_to(elsewhere.parent)
    else:
        (tmp_path / "ada").mkdir()
        (tmp_path / "ada" / "tiny").symlink_to(elsewhere)
    with pytest.raises(RejectedError, match="cannot be opened"):
        take_in(tmp_path / "ada" / "tiny", "tiny")


def test_a_pipe_is_refused_and_not_waited_for(folder):
    os.mkfifo(folder / "tiny.ipynb")
    with pytest.raises(RejectedError, match="no plain file"):
        take_in(folder, "tiny")


def test_a_huge_file_with_nothing_in_it_is_refused_by_its_size(folder):
    with open(folder / "tiny.ipynb", "wb") as stream:
        stream.truncate(100 * NOTEBOOK_BYTES)
    with pytest.raises(RejectedError, match="1600 MB, at most 16 MB"):
        take_in(folder, "tiny")


def test_a_notebook_that_eats_memory_ends_only_its_reader(folder):
    # Two million little objects: 16 MB as text, half a gigabyte in memory.
    bombs = b'{"":0},' * 2_300_000
    (folder / "tiny.ipynb").write_bytes(b'{"nbformat": 4, "x": [' + bombs + b'0], "cells": []}')
    with pytest.raises(RejectedError, match="within 384 MB"):
        take_in(folder, "tiny")


def test_who_handed_in(tmp_path):
    for name in ("ada", "x y", "*", "bob"):
        (tmp_path / name / "tiny").mkdir(parents=True)
    (tmp_path / "cyd" / "other").mkdir(parents=True)
    assert students(tmp_path, "tiny") == (["ada", "bob"], ["*", "x y"])


@pytest.mark.parametrize("name", ["", "..", "-x", "a/b", "a+b", "é", "a" * 101])
def test_names_that_nbgrader_would_take_for_something_else(name):
    assert not STUDENT.fullmatch(name)
