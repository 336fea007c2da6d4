"""Scale jitter. Oracle: torchvision's resize with antialiasing, then a slice, image by image."""

import pytest
import torch
from torchvision.transforms.v2 import InterpolationMode, functional

from course_lib.data.augmentation import ScaleJitter, resized_crop, sample_keys

# What came out of the jitter, told by where points go: the factor and the corner.
JITTER = ScaleJitter(20, 40, size=(18, 16))


def drawn(jitter, keys, size):
    """(new height, new width, top, left) of each image, from the matrices."""
    moves, _ = jitter.moves(keys, size)
    height, width = (moves[:, 1, 1] * size[0]).round(), (moves[:, 0, 0] * size[1]).round()
    return torch.stack((height, width, -moves[:, 1, 2], -moves[:, 0, 2]), dim=1).long()


@pytest.mark.parametrize("size", [(33, 21), (21, 33), (30, 30), (90, 70)])
def test_a_jittered_image_is_a_window_of_the_resized_one(size):
    images = torch.rand(12, 3, *size, dtype=torch.float64)
    keys = sample_keys(1, 0, torch.arange(12))
    found = JITTER(images, keys=keys)
    for number, (height, width, top, left) in enumerate(drawn(JITTER, keys, size).tolist()):
        assert min(height, width) in range(20, 41)
        resized = functional.resize(images[number], [min(height, width)], antialias=True)
        assert resized.shape[1:] == (height, width)
        wanted = resized[:, top : top + 18, left : left + 16]
        torch.testing.assert_close(found[number], wanted, atol=1e-5, rtol=0)


def test_uint8_is_torchvisions_but_for_rounding():
    images = torch.randint(0, 256, (8, 3, 40, 31), dtype=torch.uint8)
    keys = sample_keys(2, 0, torch.arange(8))
    found = JITTER(images, keys=keys)
    for number, (height, width, top, left) in enumerate(drawn(JITTER, keys, (40, 31)).tolist()):
        resized = functional.resize(images[number], [height, width], antialias=True)
        wanted = resized[:, top : top + 18, left : left + 16]
        assert (found[number].int() - wanted.int()).abs().max() <= 1


def test_the_lectures_sizes():
    images = torch.randint(0, 256, (3, 3, 300, 280), dtype=torch.uint8)
    keys = sample_keys(0, 0, torch.arange(3))
    assert ScaleJitter()(images, keys=keys).shape == (3, 3, 224, 224)
    keys = sample_keys(0, 0, torch.arange(20_000))
    shorter = drawn(ScaleJitter(), keys, (300, 280))[:, 1]
    assert shorter.unique().tolist() == list(range(256, 481))
    # 225 lengths, each 89 times; Pearson's statistic is above 320 in 1 of 25,000 cases.
    counts = shorter.bincount(minlength=481)[256:]
    assert ((counts - 20_000 / 225) ** 2 / (20_000 / 225)).sum() < 320


def test_every_place_of_the_resized_image_is_drawn():
    keys = sample_keys(0, 0, torch.arange(3000))
    jitter = ScaleJitter(8, 8, size=6)
    places = drawn(jitter, keys, (8, 11))
    assert places[:, 0].unique().tolist() == [8]
    assert places[:, 2].unique().tolist() == [0, 1, 2]
    assert places[:, 3].unique().tolist() == [0, 1, 2, 3, 4, 5]


def test_no_change_of_scale_is_a_crop():
    images = torch.randint(0, 256, (5, 3, 12, 15), dtype=torch.uint8)
    keys = sample_keys(0, 0, torch.arange(5))
    found = ScaleJitter(12, 12, size=12)(images, keys=keys)
    for number, (_, _, _, left) in enumerate(
        drawn(ScaleJitter(12, 12, 12), keys, (12, 15)).tolist()
    ):
        assert torch.equal(found[number], images[number, :, :, left : left + 12])


def test_labels_take_the_nearest_pixel():
    maps = torch.randint(0, 11, (12, 33, 21))
    keys = sample_keys(1, 0, torch.arange(12))
    found = JITTER.move_labels(maps, keys, void=11)
    for number, (height, width, top, left) in enumerate(drawn(JITTER, keys, (33, 21)).tolist()):
        resized = functional.resize(
            maps[number : number + 1].byte(), [height, width], InterpolationMode.NEAREST_EXACT
        )
        wanted = resized[0, top : top + 18, left : left + 16].long()
        # Where a pixel lies in the middle between two, rounding decides.
        assert (found[number] != wanted).float().mean() < 0.02


def test_resized_crop_by_hand():
    image = torch.tensor([[[[0.0, 8.0]]]])  # twice as wide: 0, 2, 6, 8 and again in each row
    new_size = (torch.tensor([2]), torch.tensor([4]))
    corner = (torch.tensor([1]), torch.tensor([1]))
    assert resized_crop(image, new_size, corner, (1, 3)).tolist() == [[[[2.0, 6.0, 8.0]]]]


@pytest.mark.parametrize("settings", [(30, 20, 10), (20, 30, 21), (20, 30, (5, 21))])
def test_bad_settings_are_named(settings):
    with pytest.raises(ValueError, match="give size <= shortest <= longest"):
        ScaleJitter(*settings)
