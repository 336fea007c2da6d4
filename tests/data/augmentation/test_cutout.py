"""Cutout. Oracle: slices, and counting pixels."""

import pytest
import torch

from course_lib.data.augmentation import Cutout, cut_out, sample_keys


def numbers(*values):
    return torch.tensor(values, dtype=torch.int64)


def test_the_cut_is_a_slice_and_ends_at_the_border():
    images = torch.full((5, 2, 9, 7), 200, dtype=torch.uint8)
    changed = cut_out(images, numbers(2, -2, 7, 0, -4), numbers(1, 5, -3, 0, 0), (4, 3), fill=9)
    wanted = images.clone()
    wanted[0, :, 2:6, 1:4] = 9
    wanted[1, :, 0:2, 5:7] = 9
    wanted[3, :, 0:4, 0:3] = 9  # images 2 and 4 are cut beyond their border only
    assert torch.equal(changed, wanted)


def test_a_color_for_each_channel(images, keys):
    changed = cut_out(images, numbers(*[0] * 6), numbers(*[0] * 6), 30, fill=(1.0, 20.0, 255.0))
    assert changed.dtype == torch.uint8
    assert changed[:, :, 0, 0].unique(dim=0).tolist() == [[1, 20, 255]]
    floats = cut_out(images / 255, numbers(*[0] * 6), numbers(*[0] * 6), 30, fill=(0.1, 0.2, 0.3))
    torch.testing.assert_close(floats[0, :, 5, 5], torch.tensor([0.1, 0.2, 0.3]))
    assert (Cutout(60, fill=(7, 8, 9))(images, keys=keys)[:, 1] == 8).all()


@pytest.mark.parametrize("size", [4, 5, (3, 6)])
def test_every_pixel_is_the_middle_alike(size):
    """So the cut has all its pixels where it fits, and fewer near the border."""
    high, wide = (size, size) if isinstance(size, int) else size
    height, width = 11, 9
    keys = sample_keys(0, 0, torch.arange(9900))
    white = torch.ones(9900, 1, height, width, dtype=torch.uint8)
    cut = Cutout(size)(white, keys=keys)[:, 0] == 0
    # By counting: the middle (row, column) blanks these rows and columns.
    rows = [min(height, row - high // 2 + high) - max(0, row - high // 2) for row in range(height)]
    columns = [min(width, c - wide // 2 + wide) - max(0, c - wide // 2) for c in range(width)]
    wanted = torch.zeros(high * wide + 1)
    for row in rows:
        for column in columns:
            wanted[row * column] += 9900 / (height * width)
    found = cut.sum(dim=(1, 2)).bincount(minlength=high * wide + 1).float()
    assert (found[wanted == 0] == 0).all()
    possible = wanted > 0
    statistic = ((found - wanted)[possible] ** 2 / wanted[possible]).sum()
    # Pearson's statistic, of at most 24 degrees of freedom: above 60 in 1 of 13,000 cases.
    assert statistic < 60
    assert found[high * wide] > 0
    # Each cut is one rectangle.
    spans = cut.any(dim=2).sum(dim=1) * cut.any(dim=1).sum(dim=1)
    assert torch.equal(spans, cut.sum(dim=(1, 2)))


def test_the_middle_is_where_it_was_drawn():
    keys = sample_keys(0, 0, torch.arange(3000))
    cut = Cutout(1)(torch.ones(3000, 1, 5, 4), keys=keys)[:, 0] == 0
    assert torch.equal(cut.sum(dim=(1, 2)), torch.ones(3000, dtype=torch.int64))
    assert (cut.sum(dim=0) > 90).all()  # 150 of 3,000 for each of the 20 pixels
    assert (cut.sum(dim=0) < 210).all()


def test_labels_and_points_stay(images, keys):
    maps = torch.randint(0, 9, (6, 23, 17))
    assert torch.equal(Cutout(9).move_labels(maps, keys, void=9), maps)
    moves, size = Cutout(9).moves(keys, (23, 17))
    assert torch.equal(moves, torch.eye(3).expand(6, 3, 3))
    assert size == (23, 17)


def test_the_papers_size_is_the_default():
    assert Cutout().size == 16
    with pytest.raises(ValueError, match="size is 0"):
        Cutout(0)
