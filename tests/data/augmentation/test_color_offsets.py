"""PCA color offsets. Oracle: the paper's formula with numpy's eigenvectors; statistics of draws."""

import numpy as np
import pytest
import torch

from course_lib.data import PrincipalComponents
from course_lib.data.augmentation import ColorOffsets, sample_keys
from course_lib.data.augmentation.keys import normal


@pytest.fixture
def train_images():
    """Colors that vary together, so that the components are no axes."""
    light = torch.randint(40, 200, (30, 1, 8, 9))
    tint = torch.randint(-30, 30, (30, 3, 8, 9)) * torch.tensor([1, 0.5, 0.2]).view(1, 3, 1, 1)
    return (light + tint).clamp(0, 255).to(torch.uint8)


def test_an_offset_is_the_papers_formula(train_images, keys):
    pixels = train_images.numpy().transpose(0, 2, 3, 1).reshape(-1, 3) / 255
    eigenvalues, vectors = np.linalg.eigh(np.cov(pixels.T, bias=True))
    augment = ColorOffsets(PrincipalComponents.of_colors(train_images), deviation=0.7)
    images = torch.full((6, 3, 4, 5), 0.5, dtype=torch.float64)
    found = augment(images, keys=keys) - 0.5
    assert (found - found[:, :, :1, :1]).abs().max() < 1e-15  # one offset for all pixels
    draws = normal(keys, 3).double().numpy()
    for number in range(6):
        # [p1 p2 p3] [a1 l1, a2 l2, a3 l3], the largest eigenvalue with the first draw
        wanted = np.zeros(3)
        for rank, column in enumerate((2, 1, 0)):
            vector = vectors[:, column]
            turned = vector * np.sign(vector[np.abs(vector).argmax()])
            wanted += turned * 0.7 * draws[number, rank] * eigenvalues[column]
        np.testing.assert_allclose(found[number, :, 0, 0].numpy(), wanted, atol=1e-6)


def test_offsets_vary_along_the_components_by_a_tenth_of_their_eigenvalues(train_images):
    components = PrincipalComponents.of_colors(train_images)
    keys = sample_keys(0, 0, torch.arange(20_000))
    offsets = ColorOffsets(components).offsets(normal(keys, 3)).double()
    along = offsets @ components.directions
    assert (along.mean(dim=0).abs() < 0.01 * components.eigenvalues).all()
    torch.testing.assert_close(along.std(dim=0), 0.1 * components.eigenvalues, rtol=0.03, atol=0)


def test_uint8_images_get_the_same_offset(train_images, keys):
    augment = ColorOffsets(PrincipalComponents.of_colors(train_images))
    gray = torch.full((6, 3, 2, 2), 128, dtype=torch.uint8)
    offsets = augment.offsets(normal(keys, 3))
    wanted = (128 + 255 * offsets).round().byte()
    assert torch.equal(augment(gray, keys=keys)[:, :, 0, 0], wanted)


def test_colors_end_at_black_and_white(train_images, keys):
    augment = ColorOffsets(PrincipalComponents.of_colors(train_images), deviation=50)
    changed = augment(torch.full((6, 3, 2, 2), 128, dtype=torch.uint8), keys=keys)[:, :, 0, 0]
    shifted = 128 / 255 + augment.offsets(normal(keys, 3))
    assert shifted.min() < 0
    assert shifted.max() > 1
    assert torch.equal(changed, (255 * shifted.clamp(0, 1)).round().byte())


def test_no_deviation_no_change(train_images, images, keys):
    augment = ColorOffsets(PrincipalComponents.of_colors(train_images), deviation=0)
    assert torch.equal(augment(images, keys=keys), images)


def test_bad_settings_are_named(train_images, images, keys):
    components = PrincipalComponents.of_colors(train_images)
    with pytest.raises(ValueError, match=r"deviation is -0.1"):
        ColorOffsets(components, -0.1)
    with pytest.raises(ValueError, match="images has 1 channels and the components 3; fit them"):
        ColorOffsets(components)(images[:, :1], keys=keys)
