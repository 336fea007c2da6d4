"""Principal components. Oracle: numpy's covariance and singular values; by hand."""

import numpy as np
import pytest
import torch

from course_lib.data import PrincipalComponents, moments


@pytest.fixture
def train_images():
    """More images than numbers in one, and pixels that go together."""
    noise = torch.randn(200, 3, 4, 3).cumsum(dim=3)
    return (noise * 20 + 128).clamp(0, 255).to(torch.uint8)


@pytest.mark.parametrize("piece", [1, 777, 10**9])
def test_components_of_images_are_numpys(piece, train_images, monkeypatch):
    monkeypatch.setattr(moments, "PIECE_NUMBERS", piece)
    found = PrincipalComponents.of_images(train_images)
    vectors = train_images.numpy().reshape(200, -1) / 255
    centered = vectors - vectors.mean(axis=0)
    _, singular, rows = np.linalg.svd(centered, full_matrices=False)
    np.testing.assert_allclose(found.mean.numpy(), vectors.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(found.eigenvalues.numpy(), singular**2 / 200, atol=1e-13)
    # The same lines, in the same order; each may be turned around.
    agreement = np.abs((rows * found.directions.numpy().T).sum(axis=1))
    np.testing.assert_allclose(agreement, np.ones(36), atol=1e-9)


def test_directions_are_orthogonal_and_their_largest_entry_positive(train_images):
    directions = PrincipalComponents.of_images(train_images).directions
    torch.testing.assert_close(directions.T @ directions, torch.eye(36, dtype=torch.float64))
    largest = directions.abs().argmax(dim=0)
    assert (directions[largest, torch.arange(36)] > 0).all()


def test_components_of_colors_are_those_of_all_pixels(train_images):
    found = PrincipalComponents.of_colors(train_images)
    colors = train_images.numpy().transpose(1, 0, 2, 3).reshape(3, -1) / 255
    values, _ = np.linalg.eigh(np.cov(colors, bias=True))
    np.testing.assert_allclose(found.mean.numpy(), colors.mean(axis=1), rtol=1e-13)
    np.testing.assert_allclose(found.eigenvalues.numpy(), values[::-1], rtol=1e-12)
    covariance = found.directions @ found.eigenvalues.diag() @ found.directions.T
    np.testing.assert_allclose(covariance.numpy(), np.cov(colors, bias=True), atol=1e-14)


def test_two_points_by_hand():
    images = torch.tensor([[1.0, 1.0], [0.0, 0.5]], dtype=torch.float64).view(2, 2, 1, 1)
    found = PrincipalComponents.of_images(images)
    # The mean is (0.5, 0.75); the points lie 0.5^2 + 0.25^2 from it, along (2, 1) / sqrt(5).
    assert found.mean.tolist() == [0.5, 0.75]
    assert found.eigenvalues.tolist() == pytest.approx([0.3125, 0])
    assert found.directions[:, 0].tolist() == pytest.approx([2 / 5**0.5, 1 / 5**0.5])
    assert found.project(images, 1).flatten().tolist() == pytest.approx(
        [0.3125**0.5, -(0.3125**0.5)]
    )


def test_all_coordinates_give_the_images_back(train_images):
    components = PrincipalComponents.of_images(train_images)
    coordinates = components.project(train_images)
    assert coordinates.dtype == torch.float32
    back = components.reconstruct(coordinates, (3, 4, 3))
    assert torch.equal((back * 255).round().byte(), train_images)
    exact = components.project(train_images.double() / 255)
    assert exact.dtype == torch.float64
    torch.testing.assert_close(exact.var(dim=0, correction=0), components.eigenvalues)


def test_what_the_first_coordinates_lose_is_the_rest_of_the_variance(train_images):
    components = PrincipalComponents.of_images(train_images)
    images = train_images.double() / 255
    for num in (1, 5, 36):
        coordinates = components.project(images, num)
        assert coordinates.shape == (200, num)
        lost = images - components.reconstruct(coordinates, (3, 4, 3))
        wanted = components.eigenvalues[num:].sum()
        torch.testing.assert_close(lost.square().sum(dim=(1, 2, 3)).mean(), wanted)


def test_few_images_have_no_negative_variance():
    components = PrincipalComponents.of_images(torch.rand(3, 1, 5, 5))
    assert (components.eigenvalues >= 0).all()
    assert (components.eigenvalues[2:] < 1e-12).all()


def test_bad_input_is_named(train_images):
    components = PrincipalComponents.of_images(train_images)
    for num in (0, 37, -1):
        with pytest.raises(ValueError, match=f"num_components is {num}; choose 1 to 36"):
            components.project(train_images, num)
    with pytest.raises(ValueError, match=r"images is \(2, 3, 4, 4\); the components are of 36"):
        components.project(torch.rand(2, 3, 4, 4))
    with pytest.raises(ValueError, match="images is empty"):
        PrincipalComponents.of_colors(train_images[:0])
