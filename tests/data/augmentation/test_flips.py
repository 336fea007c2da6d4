"""Mirror images. Oracle: torchvision, image by image, and the statistics of draws."""

import pytest
import torch
from torchvision.transforms.v2 import functional

from course_lib.data.augmentation import (
    RandomHorizontalFlip,
    RandomVerticalFlip,
    flip,
    sample_keys,
)

KINDS = [
    (RandomHorizontalFlip, functional.horizontal_flip),
    (RandomVerticalFlip, functional.vertical_flip),
]


@pytest.mark.parametrize(("kind", "oracle"), KINDS)
def test_flips_are_torchvisions(kind, oracle, images, keys):
    changed = kind()(images, keys=keys)
    same = [torch.equal(new, old) for new, old in zip(changed, images, strict=True)]
    assert set(same) == {True, False}
    for new, old, kept in zip(changed, images, same, strict=True):
        assert torch.equal(new, old if kept else oracle(old))


@pytest.mark.parametrize(("kind", "oracle"), KINDS)
@pytest.mark.parametrize("probability", [0, 1])
def test_never_and_always(kind, oracle, probability, images, keys):
    changed = kind(probability)(images, keys=keys)
    assert torch.equal(changed, oracle(images) if probability else images)


@pytest.mark.parametrize("dim", [-1, -2])
def test_twice_flipped_is_as_before(dim, images):
    flipped = torch.tensor([True, False] * 3)
    assert torch.equal(flip(flip(images, flipped, dim), flipped, dim), images)
    assert not torch.equal(flip(images, flipped, dim), images)


def test_the_share_of_flipped_images_is_the_probability():
    keys = sample_keys(0, 0, torch.arange(4000))
    image = torch.tensor([[[[0, 1]]]], dtype=torch.uint8).expand(4000, 1, 1, 2)
    share = RandomHorizontalFlip(0.3)(image, keys=keys)[:, 0, 0, 0].float().mean()
    assert abs(share - 0.3) < 0.025


def test_labels_and_points_flip_with_their_images(places, keys):
    image = places(6, 5, 8)
    for kind in (RandomHorizontalFlip, RandomVerticalFlip):
        changed = kind()(image, keys=keys)[:, 0]
        assert torch.equal(kind().move_labels(image[:, 0].long(), keys, 99), changed.long())
        moves, size = kind().moves(keys, (5, 8))
        assert size == (5, 8)
        # The middle of pixel (row 1, column 2), of number 10, in the new image.
        x, y, _ = (moves @ torch.tensor([2.5, 1.5, 1.0])).long().unbind(1)
        assert (changed[torch.arange(6), y, x] == 10).all()


def test_other_directions_are_refused(images, without_shape_checks):
    with pytest.raises(ValueError, match="dim is 1; -1 mirrors left and right"):
        flip(images, torch.ones(6, dtype=torch.bool), 1)


def test_a_probability_is_one():
    with pytest.raises(ValueError, match="probability is 2"):
        RandomHorizontalFlip(2)
