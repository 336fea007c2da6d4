"""Oracle: the sizes themselves."""

import pytest
import torch

from course_lib.architectures.input_size import check_size


def test_the_right_size_passes():
    check_size(torch.zeros(2, 3, 227, 227), 227)


@pytest.mark.parametrize("size", [(224, 224), (227, 226), (226, 227)])
def test_another_size_is_named(size):
    message = f"images are {size[0]} × {size[1]}, and this network takes 227 × 227"
    with pytest.raises(ValueError, match=message):
        check_size(torch.zeros(1, 3, *size), 227)
