"""Augmentations one after the other, and for some images only. Oracle: the single steps."""

import pytest
import torch

from course_lib.data.augmentation import (
    Compose,
    Cutout,
    RandomApply,
    RandomCrop,
    RandomHorizontalFlip,
    RandomRotation,
    RandomTranslation,
    step_keys,
)


def test_compose_is_one_step_after_the_other(images, keys):
    crop, flip = RandomCrop(9), RandomHorizontalFlip()
    wanted = flip(crop(images, keys=step_keys(keys, 0)), keys=step_keys(keys, 1))
    assert torch.equal(Compose(crop, flip)(images, keys=keys), wanted)
    maps = torch.randint(0, 9, (6, 23, 17))
    moved = crop.move_labels(maps, step_keys(keys, 0), 9)
    moved = flip.move_labels(moved, step_keys(keys, 1), 9)
    assert torch.equal(Compose(crop, flip).move_labels(maps, keys, 9), moved)


def test_two_equal_steps_draw_apart(images, keys):
    shift = RandomTranslation(5)
    apart = Compose(shift, shift).moves(keys, (23, 17))[0]
    assert not torch.equal(
        apart[:, :2, 2], 2 * shift.moves(step_keys(keys, 0), (23, 17))[0][:, :2, 2]
    )


def test_nothing_composed_changes_nothing(images, keys):
    assert torch.equal(Compose()(images, keys=keys), images)
    moves, size = Compose().moves(keys, (23, 17))
    assert torch.equal(moves, torch.eye(3).expand(6, 3, 3))
    assert size == (23, 17)


def test_moves_are_multiplied_the_later_on_the_left(keys):
    crop, flip = RandomCrop(9), RandomHorizontalFlip(1.0)
    moves, size = Compose(crop, flip).moves(keys, (23, 17))
    corner = crop.moves(step_keys(keys, 0), (23, 17))[0][:, :2, 2]
    # A point goes -left, then to 9 minus that: x becomes 9 + left - x.
    assert torch.equal(moves[:, 0, 2], 9 - corner[:, 0])
    assert torch.equal(moves[:, 1, 2], corner[:, 1])
    assert size == (9, 9)


@pytest.mark.parametrize("probability", [0, 1])
def test_apply_never_and_always(probability, images, keys):
    inner = Cutout(9, fill=0)
    changed = RandomApply(inner, probability)(images, keys=keys)
    wanted = inner(images, keys=step_keys(keys, 0)) if probability else images
    assert torch.equal(changed, wanted)


def test_apply_to_some_moves_their_labels_and_points_alike(images, keys):
    some = RandomApply(RandomHorizontalFlip(1.0), 0.5)
    changed, maps = some(images, keys=keys), torch.randint(0, 9, (6, 23, 17))
    moved, moves = some.move_labels(maps, keys, 0), some.moves(keys, (23, 17))[0]
    kinds = set()
    for image, new, map_, new_map, move in zip(images, changed, maps, moved, moves, strict=True):
        flipped = not torch.equal(image, new)
        kinds.add(flipped)
        assert torch.equal(new, image.flip(2) if flipped else image)
        assert torch.equal(new_map, map_.flip(1) if flipped else map_)
        wanted = [[-1, 0, 17], [0, 1, 0], [0, 0, 1]] if flipped else torch.eye(3).tolist()
        assert move.tolist() == wanted
    assert kinds == {True, False}


def test_apply_refuses_a_change_of_size(images, keys):
    with pytest.raises(ValueError, match=r"makes \(6, 3, 9, 9\) of \(6, 3, 23, 17\)"):
        RandomApply(RandomCrop(9))(images, keys=keys)


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_is_one(probability):
    with pytest.raises(
        ValueError, match=f"probability is {probability}; give a number from 0 to 1"
    ):
        RandomApply(RandomRotation(3), probability)
