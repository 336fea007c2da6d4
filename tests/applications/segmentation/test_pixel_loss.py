"""The loss of pixels. Oracle: torch's cross entropy of the pixels that are not void."""

import math

import pytest
import torch
import torch.nn.functional as F

from course_lib.applications.segmentation import pixel_cross_entropy


def test_it_is_the_mean_over_the_pixels_that_are_not_void():
    scores = torch.randn(2, 4, 5, 3, dtype=torch.float64)
    labels = torch.randint(5, (2, 5, 3))  # 4 is void
    pixels, right = scores.permute(0, 2, 3, 1)[labels != 4], labels[labels != 4]
    loss = pixel_cross_entropy(scores, labels, void=4)
    torch.testing.assert_close(loss, F.cross_entropy(pixels, right))


def test_void_pixels_get_no_gradient_and_an_image_of_void_costs_nothing():
    scores = torch.zeros(1, 2, 1, 2, requires_grad=True)
    loss = pixel_cross_entropy(scores, torch.tensor([[[0, 7]]]), void=7)
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert scores.grad[0, :, 0, 1].tolist() == [0, 0]
    assert scores.grad[0, :, 0, 0].tolist() == [-0.5, 0.5]
    nothing = pixel_cross_entropy(scores, torch.tensor([[[7, 7]]]), void=7)
    assert nothing.item() == 0


def test_labels_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"labels go from -1 to 2, .* 0 to 1, and void is 7"):
        pixel_cross_entropy(torch.zeros(1, 2, 1, 3), torch.tensor([[[-1, 2, 7]]]), void=7)
