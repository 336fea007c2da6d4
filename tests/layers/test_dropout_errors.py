"""What dropout says to bad arguments. Oracle: the names and values in the message."""

import pytest
import torch

from course_lib.layers import (
    dropout,
    dropout2d,
    dropout2d_backward,
    dropout_backward,
    gaussian_dropout,
    gaussian_dropout_backward,
)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
def test_probabilities_out_of_range_are_named(p):
    images, mask = torch.zeros(1, 2, 3, 3), torch.ones(1, 2, 3, 3).bool()
    for forward in (dropout, dropout2d, gaussian_dropout):
        with pytest.raises(ValueError, match=f"p is {p}"):
            forward(images, p)
    for backward in (dropout_backward, dropout2d_backward):
        with pytest.raises(ValueError, match=f"p is {p}; .*0 to 1"):
            backward(images, mask, p)


@pytest.mark.usefixtures("without_shape_checks")
def test_other_errors_name_the_argument_and_the_values_too():
    images = torch.zeros(1, 2, 3, 3)
    with pytest.raises(ValueError, match=r"p is 1.0; .*p < 1"):
        gaussian_dropout(images, 1.0)
    with pytest.raises(ValueError, match=r"input must be \(n, channels, .* not \(2, 3, 3\)"):
        dropout2d(images[0])
    with pytest.raises(ValueError, match=r"mask must be \(1, 2, 3, 3\), not \(2,\)"):
        dropout_backward(images, torch.ones(2).bool())
    with pytest.raises(ValueError, match=r"mask must be \(1, 2, 1, 1\), not \(2, 1, 1\)"):
        dropout2d_backward(images, torch.ones(2, 1, 1).bool())
    with pytest.raises(ValueError, match=r"noise must be \(1, 2, 3, 3\), not \(3,\)"):
        gaussian_dropout_backward(images, torch.ones(3))
