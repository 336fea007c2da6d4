"""Anchors. Oracle: by hand, and torchvision's generator where both round alike."""

import pytest
import torch
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList

from course_lib.applications.detection import anchor_boxes


def test_two_places_by_hand():
    # Centers (2, 2) and (6, 2). Area 16: 4 x 4 (ratio 1), 8 high and 2 wide (ratio 4).
    wanted = [[0, 0, 4, 4], [1, -2, 3, 6], [4, 0, 8, 4], [5, -2, 7, 6]]
    assert anchor_boxes((1, 2), 4, (4.0,), (1.0, 4.0)).tolist() == wanted


def test_order_is_place_then_size_then_ratio():
    anchors = anchor_boxes((3, 5), 8, (4.0, 16.0), (1.0, 4.0, 9.0)).view(3, 5, 2, 3, 4)
    centers = (anchors[..., :2] + anchors[..., 2:]) / 2
    assert centers[2, 4, 1, 2].tolist() == [4.5 * 8, 2.5 * 8]
    width, height = (anchors[..., 2:] - anchors[..., :2]).unbind(-1)
    assert height[1, 1, 0].tolist() == pytest.approx([4, 8, 12])
    assert width[1, 1, 0].tolist() == pytest.approx([4, 2, 4 / 3])
    assert height[0, 2, 1].tolist() == pytest.approx([16, 32, 48])


def test_equals_torchvision_but_for_half_a_stride():
    """torchvision centers on the corner of each place, ours on its middle."""
    sizes, ratios = (16.0, 32.0), (0.25, 1.0, 4.0)  # sides that need no rounding
    images = ImageList(torch.zeros(1, 1, 40, 56), [(40, 56)])
    (wanted,) = AnchorGenerator((sizes,), (ratios,))(images, [torch.zeros(1, 1, 5, 7)])
    found = anchor_boxes((5, 7), 8, sizes, ratios) - 4
    # torchvision lists ratio by ratio and, in each, size by size.
    found = found.view(5, 7, 2, 3, 4).transpose(2, 3).reshape(-1, 4)
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize(
    ("sizes", "ratios"), [((), (1.0,)), ((4.0,), ()), ((0.0,), (1.0,)), ((4.0,), (-1.0,))]
)
def test_errors_name_the_values(sizes, ratios):
    with pytest.raises(ValueError, match=r"sizes .* and ratios .* need one number above 0 each"):
        anchor_boxes((2, 2), 4, sizes, ratios)
