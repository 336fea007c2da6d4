"""Oracle: Zeiler & Fergus 2014, figure 3, and Krizhevsky et al. 2012, section 3.5."""

from course_lib.claims import zfnet_changes


def test_figure_3():
    assert zfnet_changes.first_layer() == [11, 4, 7, 2]
