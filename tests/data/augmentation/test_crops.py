"""Windows of images. Oracle: slices, torch's padding, and counting."""

import pytest
import torch
from torch.nn.functional import pad

from course_lib.data.augmentation import (
    RandomCrop,
    RandomTranslation,
    crop,
    num_crops,
    sample_keys,
)
from course_lib.data.augmentation.borders import padded


def test_alexnets_crops_are_2178_and_not_2048():
    assert num_crops() == (256 - 224 + 1) ** 2 * 2 == 2178
    assert num_crops(256, 225) == 32 * 32 * 2 == 2048  # what the paper's number would need
    assert num_crops(256, 224, mirror_images=False) == 1089


@pytest.mark.parametrize(
    ("image", "window"), [((7, 5), (4, 3)), ((6, 6), (6, 6)), ((5, 9), (5, 2))]
)
def test_the_number_of_crops_is_that_of_different_windows(image, window):
    pixels = torch.arange(image[0] * image[1], dtype=torch.uint8).view(1, 1, *image)
    seen = set()
    for top in range(image[0] - window[0] + 1):
        for left in range(image[1] - window[1] + 1):
            (found,) = crop(pixels, torch.tensor([top]), torch.tensor([left]), window)
            seen |= {found.numpy().tobytes(), found.flip(2).numpy().tobytes()}
    assert len(seen) == num_crops(image, window)


def test_every_place_of_alexnets_crop_is_drawn():
    keys = sample_keys(0, 0, torch.arange(12_000))
    moves, size = RandomCrop(224).moves(keys, (256, 256))
    assert size == (224, 224)
    columns, rows = (-moves[:, :2, 2]).long().unbind(1)
    assert len((33 * rows + columns).unique()) == num_crops(mirror_images=False)
    # An image of row and column numbers: the first pixel of a window tells its place.
    numbers = torch.stack(torch.meshgrid(torch.arange(256), torch.arange(256), indexing="ij"))
    windows = RandomCrop(224)(numbers.byte().expand(9, -1, -1, -1), keys=keys[:9])
    assert torch.equal(windows[:, :, 0, 0].long(), torch.stack((rows, columns), dim=1)[:9])
    assert torch.equal(windows[:, :, 223, 223], windows[:, :, 0, 0] + 223)


def test_places_are_even(places):
    keys = sample_keys(0, 0, torch.arange(14_000))
    windows = RandomCrop((4, 5))(places(1, 10, 9).expand(14_000, 1, 10, 9), keys=keys)
    firsts = windows[:, 0, 0, 0].long()
    counts = firsts.bincount(minlength=90).view(10, 9)
    assert (counts[:7, :5] > 0).all()
    assert counts.sum() == counts[:7, :5].sum()
    # Pearson's statistic with 34 degrees of freedom: above 75 in 1 of 10,000 cases.
    assert ((counts[:7, :5] - 400.0) ** 2 / 400).sum() < 75


@pytest.mark.parametrize("padding", [0, 4, (1, 3)])
def test_a_crop_is_a_slice_of_the_padded_image(padding, images):
    vertical, horizontal = (padding, padding) if isinstance(padding, int) else padding
    bordered = pad(images, (horizontal, horizontal, vertical, vertical), value=9)
    top = torch.tensor([0, 1, 2, 23 + 2 * vertical - 11, 4, 5])
    left = torch.tensor([17 + 2 * horizontal - 8, 0, 1, 2, 3, 4])
    found = crop(images, top, left, (11, 8), padding, fill=9)
    for number in range(6):
        wanted = bordered[number, :, top[number] :, left[number] :][:, :11, :8]
        assert torch.equal(found[number], wanted)


def test_the_mirrored_border_is_torchs(images):
    wanted = pad(images.float(), (5, 5, 3, 3), mode="reflect").to(torch.uint8)
    assert torch.equal(padded(images, (3, 5), 0, "reflect"), wanted)
    largest = padded(images, (22, 16), 0, "reflect")
    assert torch.equal(largest, pad(images.float(), (16, 16, 22, 22), mode="reflect").byte())


def test_a_crop_with_mirrored_border_is_a_window_of_it(images, keys):
    bordered = padded(images, (2, 2), 0, "reflect")
    found = RandomCrop((23, 17), padding=2, padding_mode="reflect")(images, keys=keys)
    moves, _ = RandomCrop((23, 17), padding=2).moves(keys, (23, 17))
    for number, (x, y) in enumerate(moves[:, :2, 2].long().tolist()):
        assert torch.equal(found[number], bordered[number, :, 2 - y :, 2 - x :][:, :23, :17])


def test_a_translation_shifts_and_fills(places):
    image = places(400, 5, 4) + 1
    keys = sample_keys(0, 0, torch.arange(400))
    shift = RandomTranslation((2, 1), fill=0)
    changed = shift(image, keys=keys)
    moves, size = shift.moves(keys, (5, 4))
    assert size == (5, 4)
    shifts = moves[:, :2, 2].long()
    for image_, new, (x, y) in zip(image, changed, shifts.tolist(), strict=True):
        wanted = torch.zeros_like(image_)
        wanted[:, max(y, 0) : 5 + min(y, 0), max(x, 0) : 4 + min(x, 0)] = image_[
            :, max(-y, 0) : 5 + min(-y, 0), max(-x, 0) : 4 + min(-x, 0)
        ]
        assert torch.equal(new, wanted)
    assert shifts[:, 0].unique().tolist() == [-1, 0, 1]
    assert shifts[:, 1].unique().tolist() == [-2, -1, 0, 1, 2]


def test_no_translation_and_a_crop_of_all_change_nothing(images, keys):
    assert torch.equal(RandomTranslation(0)(images, keys=keys), images)
    assert torch.equal(RandomCrop((23, 17))(images, keys=keys), images)


def test_labels_go_with_their_pixels(places, keys):
    image = places(6, 9, 11) + 1
    for change in (RandomCrop((5, 4), padding=2), RandomTranslation(3)):
        changed = change(image, keys=keys)[:, 0].long()
        moved = change.move_labels(image[:, 0].long(), keys, void=0)
        assert torch.equal(moved, changed)
        moved = change.move_labels(image[:, 0].long(), keys, void=200)
        assert torch.equal(moved == 200, changed == 0)


def test_points_go_with_their_pixels(places, keys):
    crop_ = RandomCrop((7, 8), padding=1)
    changed, (moves, size) = crop_(places(6, 9, 11), keys=keys), crop_.moves(keys, (9, 11))
    assert size == (7, 8)
    x, y, _ = (moves @ torch.tensor([4.5, 5.5, 1.0])).long().unbind(1)
    assert (changed[torch.arange(6), 0, y, x] == 5 * 11 + 4).all()


@pytest.mark.parametrize(
    ("top", "left", "message"),
    [(-1, 0, "top goes from -1 to -1; give 0 to 4"), (0, 5, "left goes from 5 to 5; give 0 to 4")],
)
def test_a_window_beyond_the_image_is_refused(top, left, message):
    with pytest.raises(ValueError, match=message):
        crop(torch.zeros(1, 1, 6, 6), torch.tensor([top]), torch.tensor([left]), 2)


def test_the_padding_is_black_unless_given(images):
    zeros = torch.zeros(6, dtype=torch.int64)
    found = crop(images, zeros, zeros, 3, padding=2)
    assert (found[:, :, :2] == 0).all()
    assert torch.equal(found[:, :, 2, 2], images[:, :, 0, 0])


def test_a_crop_of_no_images():
    none = torch.zeros(0, dtype=torch.int64)
    assert crop(torch.zeros(0, 3, 6, 6), none, none, 2).shape == (0, 3, 2, 2)


def test_bad_settings_are_named(images, keys):
    with pytest.raises(ValueError, match="crop of 24 x 10 does not fit into an image of 23 x 17"):
        RandomCrop((24, 10))(images, keys=keys)
    with pytest.raises(ValueError, match=r"10 x 20 does not fit .* with padding \(1, 1\)"):
        RandomCrop((10, 20), padding=1)(images, keys=keys)
    with pytest.raises(ValueError, match="size is 0; give a whole number of at least 1"):
        RandomCrop(0)
    with pytest.raises(ValueError, match="padding is -1; give a whole number of at least 0"):
        RandomCrop(3, padding=-1)
    with pytest.raises(ValueError, match="padding is -1"):
        RandomTranslation(-1)
    with pytest.raises(ValueError, match="padding_mode is 'edge'; choose one of constant, reflect"):
        RandomCrop(3, padding_mode="edge")
    with pytest.raises(ValueError, match="padding_mode is 'edge'"):
        RandomTranslation(3, padding_mode="edge")
    with pytest.raises(ValueError, match=r"17 pixels cannot mirror an image of 17; .* at most 16"):
        RandomCrop(3, padding=(2, 17), padding_mode="reflect")(images, keys=keys)
    zeros = torch.zeros(6, dtype=torch.int64)
    with pytest.raises(ValueError, match="padding_mode is 'edge'"):
        crop(images, zeros, zeros, 3, padding_mode="edge")
