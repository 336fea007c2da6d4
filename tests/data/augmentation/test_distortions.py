"""Lens, elastic and grid distortions. Oracle: scikit-image, torchvision, cells worked by hand."""

import numpy as np
import pytest
import torch
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

from course_lib.data.augmentation import (
    ElasticTransform,
    GridDistortion,
    LensDistortion,
    distortions,
    sample_keys,
)
from course_lib.data.augmentation.blur import gaussian
from course_lib.data.augmentation.distortions import through_grid, through_lens
from course_lib.data.augmentation.warps import pixel_centers, sample

SIZE = (23, 17)
KINDS = [LensDistortion(0.3), ElasticTransform(6, 1.5), GridDistortion(4, 0.5)]
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: type(kind).__name__)


@pytest.mark.parametrize("strength", [-0.3, 0.0, 0.2])
def test_the_lens_is_that_of_scikit_image(strength):
    transform = pytest.importorskip("skimage.transform")
    image = np.random.default_rng(0).random(SIZE)

    def source(places):
        """scikit-image counts from the middle of the first pixel, (column, row)."""
        aside = places - [(SIZE[1] - 1) / 2, (SIZE[0] - 1) / 2]
        squared = (aside**2).sum(axis=1, keepdims=True) / (SIZE[0] ** 2 / 4 + SIZE[1] ** 2 / 4)
        return aside * (1 + strength * squared) + places - aside

    wanted = transform.warp(image, source, order=1, mode="constant")
    places = through_lens(torch.tensor([strength]), SIZE)
    found = sample(torch.from_numpy(image)[None, None], places)[0, 0]
    # At the very border the two blend the outside in by different rules.
    inside = np.s_[3:-3, 3:-3]
    np.testing.assert_allclose(found.numpy()[inside], wanted[inside], atol=1e-4)


def test_a_lens_by_hand():
    x, y = through_lens(torch.tensor([0.25, -0.25]), (2, 4))
    # The corner pixel lies at (-1.5, -0.5) from the middle; the corner at (-2, -1): r^2 = 2.5 / 5.
    assert x[:, 0, 0].tolist() == [2 - 1.5 * 1.125, 2 - 1.5 * 0.875]
    assert y[:, 0, 0].tolist() == [1 - 0.5 * 1.125, 1 - 0.5 * 0.875]


def test_the_middle_stays_and_lines_bow_outward():
    x, y = through_lens(torch.tensor([0.3]), (21, 31))
    assert (x[0, 10, 15].item(), y[0, 10, 15].item()) == (15.5, 10.5)
    # Barrel: near the corner of the new image we see what is farther out.
    assert x[0, 0, 0] < 0.5
    assert y[0, 0, 0] < 0.5


def test_an_elastic_transform_reads_where_torchvision_reads(keys):
    kind = ElasticTransform(alpha=6, sigma=1.5)
    images = torch.rand(6, 3, *SIZE)
    found = kind(images, keys=keys)
    sources, centers = kind.sources(keys, SIZE), pixel_centers(SIZE)
    for number in range(6):
        shifts = [
            2 * (source[number] - center[0]) / length
            for source, center, length in zip(sources, centers, SIZE[::-1], strict=True)
        ]
        wanted = functional.elastic(images[number], torch.stack(shifts, dim=-1)[None])
        torch.testing.assert_close(found[number], wanted, atol=1e-4, rtol=0)


def test_alpha_moves_as_far_as_torchvisions(keys, monkeypatch):
    # Noise of ones stays ones when it is blurred: then every pixel moves by the most there is.
    images = torch.rand(6, 3, *SIZE)
    monkeypatch.setattr(torch, "rand", lambda *size: torch.ones(size))
    wanted = v2.ElasticTransform(alpha=6, sigma=1.5)(images)
    ones = torch.ones(6, 2 * (23 + 12) * (17 + 12))
    monkeypatch.setattr(distortions, "uniform", lambda *_: ones)
    found = ElasticTransform(alpha=6, sigma=1.5)(images, keys=keys)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)
    torch.testing.assert_close(found[..., :-3, :-3], images[..., 3:, 3:], atol=1e-4, rtol=0)


def test_elastic_shifts_are_blurred_noise():
    keys = sample_keys(0, 0, torch.arange(40))
    x, y = ElasticTransform(alpha=10, sigma=2).sources(keys, (30, 34))
    centers = pixel_centers((30, 34))
    weights = gaussian(torch.tensor([2.0]), 8)[0]
    # Uniform noise from -1 to 1 has the deviation 1/sqrt(3); weighing it twice, in rows and
    # columns, leaves the sum of the squared weights, times alpha / 2.
    wanted = 10 / 2 * 3**-0.5 * weights.square().sum()
    shifts = [x - centers[0], y - centers[1]]
    for shift in shifts:
        assert abs(shift.mean()) < 0.1 * wanted
        assert abs(shift.std() / wanted - 1) < 0.05
        # The border moves as much as the middle.
        assert abs(shift[:, 0].std() / wanted - 1) < 0.2
        neighbors = torch.stack((shift[..., 1:].flatten(), shift[..., :-1].flatten()))
        assert torch.corrcoef(neighbors)[0, 1] > 0.9
    together = torch.stack([shift.flatten() for shift in shifts])
    assert abs(torch.corrcoef(together)[0, 1]) < 0.05
    twice = ElasticTransform(alpha=20, sigma=2).sources(keys, (30, 34))[0] - centers[0]
    torch.testing.assert_close(twice, 2 * shifts[0], atol=1e-4, rtol=0)


def test_a_grid_by_hand():
    # Two cells, of which the second is three times the first: on 4 pixels they end at 1 and 4.
    found = through_grid(torch.tensor([[1.0, 3.0], [1.0, 1.0]]), 4)
    assert found.tolist() == [[0.25, 0.75, 1.75, 3.25], [0.5, 1.5, 2.5, 3.5]]


def test_a_grid_keeps_the_order_and_the_ends():
    keys = sample_keys(0, 0, torch.arange(200))
    x, y = GridDistortion(5, 0.9).sources(keys, SIZE)
    assert x.shape == y.shape == (200, *SIZE)
    assert (x.diff(dim=2) > 0).all()
    assert (y.diff(dim=1) > 0).all()
    assert torch.equal(x[:, 0], x[:, -1])  # columns stay columns
    assert torch.equal(y[:, :, 0], y[:, :, -1])
    assert (x > 0).all()
    assert (x < SIZE[1]).all()
    assert (y < SIZE[0]).all()
    assert abs(x[:, 0].mean(dim=0) - pixel_centers(SIZE)[0][0, 0]).max() < 0.3
    assert x[:, 0, 8].std() > 0.5
    assert not torch.equal(x[:, 0, 0] / SIZE[1], y[:, 0, 0] / SIZE[0])  # drawn apart


def test_a_lens_draws_evenly():
    keys = sample_keys(0, 0, torch.arange(4000))
    x, _ = LensDistortion(0.3).sources(keys, (2, 2))
    # On 2 x 2 pixels the first lies half way to the corner: x = 1 - 0.5 (1 + k / 4).
    strength = ((1 - x[:, 0, 0]) / 0.5 - 1) * 4
    assert strength.abs().max() <= 0.3001
    assert abs(strength.mean()) < 0.01
    assert abs(strength.std() - 0.3 / 3**0.5) < 0.01


@every
def test_images_and_labels_come_from_the_same_places(kind, keys):
    images = torch.rand(6, 3, *SIZE)
    sources = kind.sources(keys, SIZE)
    assert torch.equal(kind(images, keys=keys), sample(images, sources))
    maps = torch.randint(0, 9, (6, *SIZE))
    wanted = sample(maps[:, None].float(), sources, nearest=True, fill=11)[:, 0].long()
    assert torch.equal(kind.move_labels(maps, keys, void=11), wanted)


@pytest.mark.parametrize(
    "kind", [LensDistortion(0), ElasticTransform(0), GridDistortion(limit=0), GridDistortion(1)]
)
def test_no_strength_no_change(kind, images, keys):
    assert torch.equal(kind(images, keys=keys), images)


@every
def test_boxes_cannot_follow(kind, keys):
    with pytest.raises(ValueError, match=r"\w+\(.*\) bends lines, and boxes cannot follow it"):
        kind.moves(keys, SIZE)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LensDistortion(-0.1), r"strength is -0.1; give 0 \(no change\) to 1/3"),
        (lambda: LensDistortion(0.34), "strength is 0.34"),
        (lambda: ElasticTransform(alpha=-1), "alpha is -1"),
        (lambda: ElasticTransform(sigma=0), "sigma is 0; give a number of pixels above 0"),
        (lambda: GridDistortion(0), "steps is 0 and limit 0.3; give at least 1 step"),
        (lambda: GridDistortion(3, 1), "steps is 3 and limit 1"),
        (lambda: GridDistortion(3, -0.1), "limit -0.1"),
        (lambda: LensDistortion(0.1, padding_mode="wrap"), "padding_mode is 'wrap'"),
        (lambda: ElasticTransform(padding_mode="wrap"), "padding_mode is 'wrap'"),
        (lambda: GridDistortion(padding_mode="wrap"), "padding_mode is 'wrap'"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
