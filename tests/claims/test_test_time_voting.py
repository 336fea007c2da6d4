"""Oracle: crops counted by hand."""

from course_lib.claims import test_time_voting as voting


def test_ten_crops():
    assert voting.num_crops() == (4 + 1) * 2
