"""Oracle: course.toml as the TOML specification reads it."""

import pytest

from course_lib.term import read_term


def test_it_says_what_the_file_says(tmp_path):
    (tmp_path / "course.toml").write_text('[course]\nname = "deep"\n', encoding="utf8")
    assert read_term(tmp_path) == {"course": {"name": "deep"}}


def test_a_torn_file_is_named_with_its_line(tmp_path):
    (tmp_path / "course.toml").write_text("[course]\ntitle = \n", encoding="utf8")
    with pytest.raises(ValueError, match=r"course.toml cannot be read: .*line 2"):
        read_term(tmp_path)
