"""Warped regions. Oracle: slices of the image, torchvision's roi_align, values by hand."""

import pytest
import torch
from torchvision.ops import roi_align

from course_lib.applications.detection import warp_regions


def test_a_region_of_the_right_size_is_cut_out_as_it_is():
    images = torch.rand(2, 3, 9, 12)
    boxes = (torch.tensor([[2.0, 1, 6, 5], [8, 5, 12, 9]]), torch.tensor([[0.0, 3, 4, 7]]))
    warped = warp_regions(images, boxes, size=4, context=0)
    wanted = [images[0, :, 1:5, 2:6], images[0, :, 5:9, 8:12], images[1, :, 3:7, 0:4]]
    torch.testing.assert_close(warped, torch.stack(wanted))


def test_context_shows_what_is_around():
    image = torch.rand(1, 1, 12, 12)
    warped = warp_regions(image, [torch.tensor([[4.0, 3, 8, 7]])], size=8, context=2)
    torch.testing.assert_close(warped[0], image[0, :, 1:9, 2:10])


def test_beyond_the_image_is_nothing():
    image = torch.ones(1, 1, 6, 8)
    warped = warp_regions(image, [torch.tensor([[0.0, 0, 4, 4], [4, 2, 8, 6]])], size=8, context=2)
    wanted = torch.zeros(2, 1, 8, 8)
    wanted[0, :, 2:, 2:] = wanted[1, :, :6, :6] = 1
    torch.testing.assert_close(warped, wanted)


def test_every_region_is_stretched_to_the_same_size():
    image = torch.rand(1, 2, 20, 30)
    # One point a cell, half a pixel from the edges of the image: there both read alike.
    boxes = torch.tensor([[2.0, 3, 25, 9], [10, 1, 13, 19], [4, 4, 20, 17]])
    wanted = roi_align(image, [boxes], 7, sampling_ratio=1, aligned=True)
    torch.testing.assert_close(warp_regions(image, [boxes], size=7, context=0), wanted)


def test_a_digit_in_its_tight_box_looks_like_mnist():
    """MNIST's ink of 20 pixels lies in a frame of 4: so do the defaults put it."""
    image = torch.zeros(1, 1, 40, 40)
    image[..., 10:30, 5:25] = torch.rand(20, 20)
    warped = warp_regions(image, [torch.tensor([[5.0, 10, 25, 30]])])
    torch.testing.assert_close(warped[0, 0], image[0, 0, 6:34, 1:29])


def test_no_regions():
    nothing = torch.empty(0, 4)
    assert warp_regions(torch.rand(2, 1, 8, 8), [nothing, nothing]).shape == (0, 1, 28, 28)


@pytest.mark.parametrize("context", [-1, 4, 5])
def test_impossible_context_is_named(context):
    boxes = [torch.tensor([[0.0, 0, 4, 4]])]
    with pytest.raises(ValueError, match=f"context is {context}; .* below half of 8"):
        warp_regions(torch.rand(1, 1, 8, 8), boxes, size=8, context=context)
