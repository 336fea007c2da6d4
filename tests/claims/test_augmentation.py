"""Oracle: crops counted by hand; a Cutout that leaves the images alone must be noticed."""

import torch

from course_lib.claims import augmentation
from course_lib.data.test_time_crops import ten_crops


def test_a_window_as_large_as_the_image_is_always_the_same():
    # The image and its mirror image; above 224 all ten differ.
    assert augmentation.different_crops() == [2, 10, 10, 10, 10]


def test_an_image_that_is_not_square_has_six():
    # Left, middle and right, and their mirror images: there is no room to move up or down.
    crops = ten_crops(torch.rand(1, 3, 224, 300))[0].flatten(1)
    assert len(crops.unique(dim=0)) == 6


def test_color_offsets_and_cutout(monkeypatch):
    assert augmentation.same_offset_for_all_pixels()
    assert augmentation.num_color_components() == 3
    assert augmentation.cutout_blanks_a_region()
    monkeypatch.setattr(augmentation, "Cutout", lambda: lambda images, generator: images)
    assert not augmentation.cutout_blanks_a_region()
