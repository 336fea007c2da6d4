"""Oracle: course.toml as the TOML specification reads it."""

from datetime import datetime

from course_lib.grading.places import Places


def test_a_due_date_is_that_of_course_toml(tmp_path):
    places = Places(tmp_path)
    assert places.due("convolution") is None
    path = tmp_path / "course.toml"
    path.write_text("[assignments.convolution]\ndue = 2026-10-01T12:00:00+02:00\n")
    assert places.due("convolution") == datetime.fromisoformat("2026-10-01T12:00:00+02:00")
    assert places.due("another") is None
