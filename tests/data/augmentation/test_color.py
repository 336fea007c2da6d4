"""Color jitter. Oracle: torchvision with the same factor, image by image; colorsys; by hand."""

import colorsys

import pytest
import torch
from torchvision.transforms.v2 import functional

from course_lib.data.augmentation import (
    ColorJitter,
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
    sample_keys,
)
from course_lib.data.augmentation.color import gray

FACTORS = torch.tensor([0.0, 0.3, 0.9, 1.0, 1.4, 2.5])
SHIFTS = torch.tensor([-0.5, -0.2, 0.0, 0.1, 0.34, 0.5])
KINDS = [
    (adjust_brightness, functional.adjust_brightness, FACTORS),
    (adjust_contrast, functional.adjust_contrast, FACTORS),
    (adjust_saturation, functional.adjust_saturation, FACTORS),
    (adjust_hue, functional.adjust_hue, SHIFTS),
]
kinds = pytest.mark.parametrize(
    ("adjust", "oracle", "numbers"), KINDS, ids=[kind[0].__name__ for kind in KINDS]
)


@kinds
def test_floats_are_torchvisions(adjust, oracle, numbers):
    images = torch.rand(6, 3, 13, 11)
    for number, image, found in zip(numbers.tolist(), images, adjust(images, numbers), strict=True):
        torch.testing.assert_close(found, oracle(image, number), atol=2e-6, rtol=0)


@kinds
def test_uint8_is_torchvisions_but_for_rounding(adjust, oracle, numbers, images):
    # torchvision cuts the fraction off, and off the gray it blends with: at most 2 of 255.
    for number, image, found in zip(numbers.tolist(), images, adjust(images, numbers), strict=True):
        wanted = oracle(image, number).int()
        assert (found.int() - wanted).abs().max() <= 2


@kinds
def test_gray_images_are_torchvisions(adjust, oracle, numbers):
    images = torch.rand(6, 1, 13, 11)
    for number, image, found in zip(numbers.tolist(), images, adjust(images, numbers), strict=True):
        torch.testing.assert_close(found, oracle(image, number), atol=2e-6, rtol=0)


@kinds
def test_double_precision_is_kept(adjust, oracle, numbers):
    images = torch.rand(6, 3, 5, 4, dtype=torch.float64)
    unchanged = torch.zeros(6) if adjust is adjust_hue else torch.ones(6)
    torch.testing.assert_close(adjust(images, unchanged), images, atol=1e-14, rtol=0)


@kinds
def test_the_neutral_number_changes_no_byte(adjust, oracle, numbers, images):
    unchanged = torch.zeros(6) if adjust is adjust_hue else torch.ones(6)
    assert torch.equal(adjust(images, unchanged), images)


def test_hues_are_those_of_colorsys():
    colors = torch.rand(50, 3, 1, 1, dtype=torch.float64)
    colors[0] = 0.4  # gray, black, white, two equal channels
    colors[1], colors[2] = 0, 1
    colors[3, :2], colors[4, 1:], colors[5, ::2] = 0.8, 0.7, 0.9
    shifts = torch.linspace(-1, 1, 50)
    turned = adjust_hue(colors, shifts)
    for color, shift, found in zip(colors, shifts.tolist(), turned, strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*color.flatten().tolist())
        wanted = colorsys.hsv_to_rgb((hue + shift) % 1, saturation, value)
        assert found.flatten().tolist() == pytest.approx(wanted, abs=1e-6)


def test_a_third_of_the_wheel_makes_red_green():
    red = torch.tensor([255, 0, 0], dtype=torch.uint8).view(1, 3, 1, 1)
    assert adjust_hue(red, torch.tensor([1 / 3])).flatten().tolist() == [0, 255, 0]
    assert adjust_hue(red, torch.tensor([-1 / 3])).flatten().tolist() == [0, 0, 255]
    assert adjust_hue(red, torch.tensor([1.0])).flatten().tolist() == [255, 0, 0]


def test_contrast_and_saturation_by_hand():
    image = torch.tensor([0.2, 0.6], dtype=torch.float64).view(1, 1, 1, 2)
    half = adjust_contrast(image, torch.tensor([0.5]))
    assert half.flatten().tolist() == pytest.approx([0.3, 0.5])
    color = torch.tensor([1.0, 0.0, 0.0], dtype=torch.float64).view(1, 3, 1, 1)
    none = adjust_saturation(color, torch.tensor([0.0]))
    assert none.flatten().tolist() == pytest.approx([0.2989] * 3)
    assert gray(color).item() == pytest.approx(0.2989)


def test_jitter_is_its_four_steps_in_order(keys):
    images = torch.rand(6, 3, 7, 5)
    found = ColorJitter(0.5, 0.4, 0.3, 0.2)(images, keys=keys)
    from course_lib.data.augmentation.keys import uniform

    draws = uniform(keys, 4, -1, 1).T
    wanted = adjust_brightness(images, 1 + 0.5 * draws[0])
    wanted = adjust_contrast(wanted, 1 + 0.4 * draws[1])
    wanted = adjust_saturation(wanted, 1 + 0.3 * draws[2])
    wanted = adjust_hue(wanted, 0.2 * draws[3])
    torch.testing.assert_close(found, wanted)


def test_factors_are_drawn_evenly_and_not_below_zero():
    keys = sample_keys(0, 0, torch.arange(4000))
    dim = torch.full((4000, 3, 1, 1), 0.1, dtype=torch.float64)
    factors = ColorJitter(brightness=0.5)(dim, keys=keys)[:, 0, 0, 0] / 0.1
    assert 0.5 <= factors.min() < 0.51
    assert 1.49 < factors.max() <= 1.5
    assert abs(factors.mean() - 1) < 0.02
    factors = ColorJitter(brightness=3)(dim, keys=keys)[:, 0, 0, 0] / 0.1
    assert 0 <= factors.min() < 0.01
    assert abs(factors.mean() - 2) < 0.06  # even from 0 to 4


@pytest.mark.parametrize("only", ["brightness", "contrast", "saturation", "hue"])
def test_each_strength_works_alone(only, images, keys):
    changed = ColorJitter(**{only: 0.4})(images, keys=keys)
    assert not torch.equal(changed, images)
    assert torch.equal(ColorJitter()(images, keys=keys), images)


def test_bad_settings_are_named(keys):
    for name in ("brightness", "contrast", "saturation", "hue"):
        with pytest.raises(ValueError, match=f"{name} is -1; give 0"):
            ColorJitter(**{name: -1})
    with pytest.raises(ValueError, match=r"hue is 0.6; 0.5, half the color wheel"):
        ColorJitter(hue=0.6)
    two = torch.zeros(6, 2, 3, 3)
    for settings in ({"contrast": 0.1}, {"saturation": 0.1}, {"hue": 0.1}):
        with pytest.raises(ValueError, match="images has 2 channels; colors need 1"):
            ColorJitter(**settings)(two, keys=keys)
