"""Depths of the form an + b, worked by hand."""

import pytest

from course_lib.architectures.depths import num_blocks_for


@pytest.mark.parametrize(
    ("depth", "form", "n"),
    [(8, (6, 2), 1), (20, (6, 2), 3), (1202, (6, 2), 200), (164, (9, 2), 18), (40, (3, 4), 12)],
)
def test_the_n_of_a_depth(depth, form, n):
    assert num_blocks_for(depth, *form, "network") == n


@pytest.mark.parametrize(
    ("depth", "nearest"),
    [(21, "20 and 26"), (25, "20 and 26"), (9, "8 and 14"), (7, "8"), (2, "8")],
)
def test_other_depths_are_refused_with_the_nearest(depth, nearest):
    with pytest.raises(ValueError) as caught:
        num_blocks_for(depth, 6, 2, "cifar_resnet")
    assert str(caught.value) == (
        "cifar_resnet has depths of the form 6n + 2 with n at least 1; "
        f"depth {depth} is none of them. Nearest: {nearest}."
    )


@pytest.mark.parametrize("depth", [0, -4, -100])
def test_there_is_no_network_below_n_equal_to_one(depth):
    with pytest.raises(ValueError, match=f"depth {depth} is none of them. Nearest: 8."):
        num_blocks_for(depth, 6, 2, "cifar_resnet")
