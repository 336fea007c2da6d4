"""Rotation, shear, stretch. Oracle: torchvision with the same numbers, image by image; by hand."""

import pytest
import torch
from torch.nn.functional import interpolate
from torchvision.transforms.v2 import InterpolationMode, functional

from course_lib.data.augmentation import (
    RandomRotation,
    RandomShear,
    RandomStretch,
    affine,
    rotations,
    sample_keys,
    shears,
)
from course_lib.data.augmentation.matrices import about_center, scale_and_shift
from course_lib.data.augmentation.warps import pixel_centers, sample

SIZE = (23, 17)
NUMBERS = torch.tensor([-70.0, -20.0, 0.0, 1.0, 33.0, 90.0])
KINDS = [RandomRotation(40), RandomShear(30, 15), RandomStretch(1.5, 1.3)]


@pytest.fixture
def floats():
    return torch.rand(6, 3, *SIZE, dtype=torch.float64)


def torchvision_affine(image, scale=1.0, shear=(0.0, 0.0)):
    return functional.affine(image, 0, [0, 0], scale, list(shear), InterpolationMode.BILINEAR)


@pytest.mark.parametrize("nearest", [False, True])
def test_a_rotation_is_torchvisions(floats, nearest):
    moved = affine(floats, about_center(rotations(NUMBERS), SIZE), nearest)
    mode = InterpolationMode.NEAREST if nearest else InterpolationMode.BILINEAR
    for angle, image, found in zip(NUMBERS.tolist(), floats, moved, strict=True):
        wanted = functional.rotate(image, angle, mode, center=[8.5, 11.5])
        # Rounding may take the neighbor where a pixel lies on the line between two.
        assert ((found - wanted).abs() > 1e-4).double().mean() < (0.03 if nearest else 1e-9)


def test_a_quarter_turn_to_the_left_by_hand():
    image = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    turned = affine(image, about_center(rotations(torch.tensor([90.0])), (2, 2)))
    torch.testing.assert_close(turned, torch.tensor([[[[2.0, 4.0], [1.0, 3.0]]]]))


@pytest.mark.parametrize("shear", [(25.0, 0.0), (0.0, -15.0), (20.0, 30.0)])
def test_a_shear_is_torchvisions(floats, shear):
    moves = shears(torch.full((6,), shear[0]), torch.full((6,), shear[1]))
    moved = affine(floats, about_center(moves, SIZE))
    for image, found in zip(floats, moved, strict=True):
        wanted = torchvision_affine(image, shear=shear)
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)


def test_a_shear_pushes_the_top_to_the_right_by_hand():
    image = torch.zeros(1, 1, 3, 3)
    image[..., 1] = torch.tensor([1.0, 2.0, 3.0])
    pushed = affine(image, about_center(shears(torch.tensor([45.0]), torch.zeros(1)), (3, 3)))
    torch.testing.assert_close(
        pushed, torch.tensor([[[[0.0, 0.0, 1.0], [0.0, 2.0, 0.0], [3.0, 0.0, 0.0]]]])
    )


@pytest.mark.parametrize("scale", [0.6, 1.0, 1.7])
def test_an_even_stretch_is_torchvisions(floats, scale):
    moved = affine(
        floats, about_center(scale_and_shift(torch.full((6,), scale), scale, 0, 0), SIZE)
    )
    for image, found in zip(floats, moved, strict=True):
        torch.testing.assert_close(found, torchvision_affine(image, scale=scale), atol=1e-4, rtol=0)


def test_twice_as_wide_is_the_middle_of_the_enlarged_image():
    image = torch.rand(1, 2, 5, 8, dtype=torch.float64)
    moves = about_center(scale_and_shift(torch.tensor([2.0]), 1, 0, 0), (5, 8))
    wider = interpolate(image, size=(5, 16), mode="bilinear", align_corners=False)
    torch.testing.assert_close(affine(image, moves), wider[..., 4:12], atol=1e-5, rtol=0)


def test_fill_and_borders(floats):
    moves = about_center(rotations(NUMBERS), SIZE)
    filled = affine(floats, moves, fill=0.5)
    for angle, image, found in zip(NUMBERS.tolist(), floats, filled, strict=True):
        # How much of each pixel comes from the image; the rest is the fill.
        inner, weight = (
            functional.rotate(pixels, angle, InterpolationMode.BILINEAR, center=[8.5, 11.5])
            for pixels in (image, torch.ones_like(image))
        )
        torch.testing.assert_close(found, inner + 0.5 * (1 - weight), atol=1e-4, rtol=0)
    white = torch.ones(6, 1, *SIZE)
    for mode in ("border", "reflection"):
        assert (affine(white, moves, padding_mode=mode) > 1 - 1e-6).all()
    assert (affine(white, moves)[0] == 0).any()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)
def test_images_labels_and_points_move_by_the_same_matrix(kind, floats, keys):
    moves, size = kind.moves(keys, SIZE)
    assert size == SIZE
    torch.testing.assert_close(kind(floats, keys=keys), affine(floats, moves))
    maps = torch.randint(0, 9, (6, *SIZE))
    wanted = affine(maps[:, None].double() - 11, moves, nearest=True) + 11
    assert torch.equal(kind.move_labels(maps, keys, void=11), wanted[:, 0].long())


@pytest.mark.parametrize("mode", ["border", "reflection"])
def test_labels_beyond_the_border_follow_its_mode(mode, keys):
    maps = torch.ones(6, *SIZE, dtype=torch.int64)
    kind = RandomRotation(40, padding_mode=mode)
    assert (kind.move_labels(maps, keys, void=11) == 1).all()
    assert (RandomRotation(40).move_labels(maps, keys, void=11) == 11).any()


def test_a_fill_is_used(floats, keys):
    filled = RandomRotation(40, fill=9.0)(floats, keys=keys)
    assert (filled == 9).any()


@pytest.mark.parametrize("kind", [RandomRotation(0), RandomShear(0), RandomStretch(1)])
def test_no_strength_no_change(kind, images, keys):
    assert torch.equal(kind(images, keys=keys), images)


def test_draws_are_even_and_within_their_bounds():
    keys = sample_keys(0, 0, torch.arange(5000))
    moves = RandomRotation(30).moves(keys, SIZE)[0]
    angles = torch.rad2deg(torch.atan2(moves[:, 0, 1], moves[:, 0, 0]))
    shears_ = RandomShear(40, 10).moves(keys, SIZE)[0]
    aside = torch.rad2deg(torch.atan(-shears_[:, 0, 1]))
    down = torch.rad2deg(torch.atan(-shears_[:, 1, 0]))
    stretches = RandomStretch(2.0, 1.5).moves(keys, SIZE)[0]
    wide, high = stretches[:, 0, 0].log2(), stretches[:, 1, 1].log2()
    for numbers, bound in ((angles, 30), (aside, 40), (down, 10), (wide, 1), (high, 0.585)):
        assert numbers.abs().max() <= bound * 1.001
        assert numbers.abs().max() > bound * 0.99
        assert abs(numbers.mean()) < bound * 0.05
        assert abs(numbers.std() / bound - 3**-0.5) < 0.02
    for first, second in ((aside, down), (wide, high)):
        assert abs(torch.corrcoef(torch.stack((first, second)))[0, 1]) < 0.06


def test_only_one_direction_unless_asked(keys):
    assert (RandomShear(20).moves(keys, SIZE)[0][:, 1, 0] == 0).all()
    assert (RandomStretch(2).moves(keys, SIZE)[0][:, 1, 1] == 1).all()


def test_places_count_from_the_edge():
    x, y = pixel_centers((2, 3))
    assert x.tolist() == [[[0.5, 1.5, 2.5], [0.5, 1.5, 2.5]]]
    assert y.tolist() == [[[0.5, 0.5, 0.5], [1.5, 1.5, 1.5]]]
    image = torch.tensor([[[[10.0, 20.0, 40.0]]]])
    between = sample(image, (torch.tensor([[[1.0, 2.25]]]), torch.tensor([[[0.5, 0.5]]])))
    assert between.flatten().tolist() == [15.0, 35.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RandomRotation(-1), "degrees is -1; give 0"),
        (lambda: RandomShear(90), "horizontal is 90 and vertical 0; give degrees"),
        (lambda: RandomShear(10, -1), "horizontal is 10 and vertical -1"),
        (lambda: RandomStretch(0.9), "horizontal is 0.9 and vertical 1; give factors"),
        (lambda: RandomStretch(2, 0.5), "vertical 0.5"),
        (
            lambda: RandomRotation(1, padding_mode="wrap"),
            "'wrap'; choose one of zeros, border, refl",
        ),
        (lambda: RandomShear(1, padding_mode="wrap"), "padding_mode is 'wrap'"),
        (lambda: RandomStretch(1, padding_mode="wrap"), "padding_mode is 'wrap'"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
