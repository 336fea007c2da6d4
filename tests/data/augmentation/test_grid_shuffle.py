"""Tiles in another order. Oracle: slices, and the tiles as a set."""

from math import factorial

import pytest
import torch

from course_lib.data.augmentation import GridShuffle, sample_keys, shuffle_tiles


def tiles_of(image, rows, columns, high, wide):
    return [
        image[:, r * high : (r + 1) * high, c * wide : (c + 1) * wide]
        for r in range(rows)
        for c in range(columns)
    ]


@pytest.mark.parametrize("grid", [(2, 3), (3, 1), 4, (23, 17)])
def test_tile_i_is_now_what_the_order_says(grid, images):
    rows, columns = (grid, grid) if isinstance(grid, int) else grid
    high, wide = 23 // rows, 17 // columns
    order = torch.stack([torch.randperm(rows * columns) for _ in range(6)])
    changed = shuffle_tiles(images, order, grid)
    for image, new, own in zip(images, changed, order.tolist(), strict=True):
        old_tiles = tiles_of(image, rows, columns, high, wide)
        for tile, place in zip(tiles_of(new, rows, columns, high, wide), own, strict=True):
            assert torch.equal(tile, old_tiles[place])
        # The margin that the grid leaves stays.
        assert torch.equal(new[:, rows * high :], image[:, rows * high :])
        assert torch.equal(new[:, :, columns * wide :], image[:, :, columns * wide :])


def test_the_tiles_are_a_permutation(images, keys):
    changed = GridShuffle((2, 2))(images[:, :, :22, :16], keys=keys)
    for image, new in zip(images[:, :, :22, :16], changed, strict=True):
        before, after = (
            sorted(tile.numpy().tobytes() for tile in tiles_of(picture, 2, 2, 11, 8))
            for picture in (image, new)
        )
        assert before == after


def test_every_order_is_drawn_alike():
    keys = sample_keys(0, 0, torch.arange(4800))
    image = torch.arange(4, dtype=torch.uint8).view(1, 1, 2, 2).expand(4800, 1, 2, 2)
    orders = GridShuffle(2)(image, keys=keys).flatten(1)
    _, counts = orders.unique(dim=0, return_counts=True)
    assert len(counts) == factorial(4)
    # Pearson's statistic with 23 degrees of freedom: above 56 in 1 of 7,000 cases.
    assert ((counts - 200.0) ** 2 / 200).sum() < 56


def test_one_tile_stays(images, keys):
    assert torch.equal(GridShuffle(1)(images, keys=keys), images)


def test_labels_go_with_their_pixels(places, keys):
    image = places(6, 9, 11)
    changed = GridShuffle(3)(image, keys=keys)
    moved = GridShuffle(3).move_labels(image[:, 0].long(), keys, void=200)
    assert torch.equal(moved, changed[:, 0].long())


def test_bad_settings_are_named(images, keys):
    with pytest.raises(ValueError, match=r"grid \(2, 18\) cuts images of \(23, 17\) into nothing"):
        GridShuffle((2, 18))(images, keys=keys)
    with pytest.raises(ValueError, match="grid is 0"):
        GridShuffle(0)
    with pytest.raises(ValueError, match="tears images apart, and boxes with them"):
        GridShuffle().moves(keys, (23, 17))
