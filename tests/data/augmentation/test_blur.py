"""Gaussian blur. Oracle: torchvision with the same sigma, image by image."""

import pytest
import torch
from torchvision.transforms.v2 import functional

from course_lib.data.augmentation import GaussianBlur, gaussian_blur, sample_keys
from course_lib.data.augmentation.blur import gaussian

SIGMAS = torch.tensor([0.1, 0.5, 1.0, 1.7, 2.4, 3.0])


@pytest.mark.parametrize("radius", [1, 4, 9])
def test_the_blur_is_torchvisions(radius):
    images = torch.rand(6, 3, 23, 17, dtype=torch.float64)
    found = gaussian_blur(images, SIGMAS, radius)
    for sigma, image, blurred in zip(SIGMAS.tolist(), images, found, strict=True):
        wanted = functional.gaussian_blur(image, [2 * radius + 1] * 2, [sigma, sigma])
        torch.testing.assert_close(blurred, wanted, atol=1e-6, rtol=0)


def test_uint8_is_rounded(images):
    found = gaussian_blur(images, SIGMAS, 4)
    wanted = gaussian_blur(images.double(), SIGMAS, 4).round().byte()
    assert torch.equal(found, wanted)


def test_the_weights_are_a_gaussian_of_sum_one():
    weights = gaussian(torch.tensor([1.0, 2.0]), 6)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(2))
    # exp(-1/2) of the middle at one sigma.
    torch.testing.assert_close(weights[0, 7] / weights[0, 6], torch.tensor(-0.5).exp())
    torch.testing.assert_close(weights[1, 8] / weights[1, 6], torch.tensor(-0.5).exp())


def test_a_blur_keeps_one_color_and_draws_within_its_bounds(images, keys):
    even = torch.full_like(images, 77)
    assert torch.equal(GaussianBlur()(even, keys=keys), even)
    assert torch.equal(GaussianBlur(0.1, 0.1)(images, keys=keys), images)
    blurred = GaussianBlur(2.0, 2.0)(images, keys=keys)
    assert torch.equal(blurred, gaussian_blur(images, torch.full((6,), 2.0), 6))
    # A point of light: its height is the middle weight squared, by which sigma is known.
    point = torch.zeros(300, 1, 15, 15)
    point[:, :, 7, 7] = 1
    keys = sample_keys(0, 0, torch.arange(300))
    peaks = GaussianBlur(0.5, 1.5)(point, keys=keys)[:, 0, 7, 7]
    sharpest, softest = gaussian(torch.tensor([0.5, 1.5]), 5)[:, 5].square()
    assert softest <= peaks.min() < 1.05 * softest
    assert 0.95 * sharpest < peaks.max() <= sharpest


def test_bad_settings_are_named(images, keys):
    for bounds in ((0.0, 1.0), (2.0, 1.0), (-1.0, 1.0)):
        with pytest.raises(ValueError, match=rf"\(smallest, largest\) is \({bounds[0]}, 1.0\)"):
            GaussianBlur(*bounds)
    with pytest.raises(ValueError, match="margin of 18 pixels cannot mirror an image of 17"):
        GaussianBlur(1, 6)(images, keys=keys)
