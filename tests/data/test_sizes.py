import pytest

from course_lib.data.sizes import pair


def test_one_number_is_both():
    assert pair(3, "size") == (3, 3)
    assert pair((3, 4), "size") == (3, 4)
    assert pair(0, "padding", 0) == (0, 0)


@pytest.mark.parametrize("size", [0, -1, (3, 0), (0, 3), (1, 2, 3), (4,)])
def test_other_sizes_are_named(size, without_shape_checks):
    with pytest.raises(
        ValueError, match=r"stride is .*; give a whole number of at least 1, or two"
    ):
        pair(size, "stride")
