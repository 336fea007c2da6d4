"""Oracle: course.toml as the TOML specification reads it."""

from datetime import datetime

import pytest

from course_lib.grading.places import Places


def test_a_due_date_is_that_of_course_toml(tmp_path):
    places = Places(tmp_path)
    assert places.due("convolution") is None
    path = tmp_path / "course.toml"
    path.write_text("[assignments.convolution]\ndue = 2026-10-01T12:00:00+02:00\n")
    assert places.due("convolution") == datetime.fromisoformat("2026-10-01T12:00:00+02:00")
    assert places.due("another") is None


def test_a_torn_course_toml_is_named_with_its_line(tmp_path):
    (tmp_path / "course.toml").write_text("[course]\ntitle = \n")
    with pytest.raises(ValueError, match=r"course.toml cannot be read: .*line 2"):
        Places(tmp_path).due("convolution")
