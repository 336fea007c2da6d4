"""One number a channel. Oracle: values and shapes written by hand."""

import pytest
import torch

from course_lib.layers.channels import all_but_channels, beside, require_channels


@pytest.mark.parametrize(
    ("shape", "dims", "view"),
    [((2, 3), (0,), (3,)), ((2, 3, 5), (0, 2), (3, 1)), ((2, 3, 5, 7), (0, 2, 3), (3, 1, 1))],
)
def test_a_number_a_channel_meets_that_channel(shape, dims, view):
    images, numbers = torch.zeros(shape), torch.tensor([10.0, 20.0, 30.0])
    laid = beside(numbers, images)
    assert laid.shape == view
    assert (images + laid)[1, :, *[-1] * (len(shape) - 2)].tolist() == [10.0, 20.0, 30.0]
    assert all_but_channels(images) == dims


@pytest.mark.parametrize(
    ("input", "message"),
    [
        (torch.zeros(4), r"input must be \(n, channels, …\), not \(4,\)"),
        (torch.zeros(4, 2).byte(), r"input holds torch.uint8, .*input.float\(\)"),
    ],
)
def test_errors_name_the_argument_and_the_values(input, message):
    with pytest.raises(ValueError, match=message):
        require_channels(input)
    require_channels(torch.zeros(4, 2))
