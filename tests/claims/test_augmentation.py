"""Oracle: crops counted by hand; a Cutout that leaves the images alone must be noticed."""

import pytest
import torch

from course_lib.claims import augmentation, claim
from course_lib.data.test_time_crops import ten_crops


@pytest.mark.parametrize(("width", "different"), [(224, 2), (300, 6)])
def test_at_the_scale_of_the_window_not_all_crops_differ(width, different):
    # The image and its mirror image; or left, middle and right, and theirs.
    crops = ten_crops(torch.rand(1, 3, 224, width))[0].flatten(1)
    assert len(crops.unique(dim=0)) == different
    assert "not all of them differ" in claim("resnet-ten-crops-at-each-scale").remark


def test_color_offsets_and_cutout(monkeypatch):
    assert augmentation.same_offset_for_all_pixels()
    assert augmentation.num_color_components() == 3
    assert augmentation.cutout_blanks_a_region()
    monkeypatch.setattr(augmentation, "Cutout", lambda: lambda images, generator: images)
    assert not augmentation.cutout_blanks_a_region()
