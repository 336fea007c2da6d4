"""Whitening. Oracle: the covariance of what comes out; ZCA as the covariance's inverse root."""

import numpy as np
import pytest
import torch

from course_lib.data import PCAWhitening, PrincipalComponents, ZCAWhitening

SHAPE = (3, 4, 3)


@pytest.fixture
def images():
    return torch.randn(300, *SHAPE, dtype=torch.float64).cumsum(dim=2) * 0.1 + 0.5


@pytest.mark.parametrize("kind", [PCAWhitening, ZCAWhitening])
def test_white_numbers_do_not_go_together(kind, images):
    white = kind(PrincipalComponents.of_images(images), epsilon=0)(images).flatten(1)
    torch.testing.assert_close(white.T @ white / 300, torch.eye(36, dtype=torch.float64))
    assert white.mean(dim=0).abs().max() < 1e-10


def test_zca_is_the_inverse_root_of_the_covariance(images):
    vectors = images.flatten(1).numpy()
    values, rows = np.linalg.eigh(np.cov(vectors.T, bias=True) + 0.01 * np.eye(36))
    root = rows @ np.diag(values**-0.5) @ rows.T
    wanted = (vectors - vectors.mean(axis=0)) @ root
    found = ZCAWhitening(PrincipalComponents.of_images(images), epsilon=0.01)(images)
    assert found.shape == images.shape
    np.testing.assert_allclose(found.flatten(1).numpy(), wanted, atol=1e-9)


def test_pca_whitening_is_the_projection_over_the_deviation(images):
    components = PrincipalComponents.of_images(images)
    found = PCAWhitening(components, epsilon=0.02)(images)
    wanted = components.project(images) / (components.eigenvalues + 0.02).sqrt()
    torch.testing.assert_close(found, wanted)
    assert PCAWhitening(components).epsilon == 1e-3


def test_of_all_whitenings_zca_changes_least(images):
    components = PrincipalComponents.of_images(images)
    centered = images - images.mean(dim=0)
    pca, zca = PCAWhitening(components, 0)(images), ZCAWhitening(components, 0)(images)
    turned = zca.flatten(1) @ torch.linalg.qr(torch.randn(36, 36, dtype=torch.float64)).Q
    own = (zca - centered).square().mean()
    for other in (pca, turned):
        assert own < (other.view_as(centered) - centered).square().mean()


@pytest.mark.parametrize("epsilon", [0, 0.1])
def test_inverting_gives_the_images_back(epsilon, images):
    components = PrincipalComponents.of_images(images)
    pca, zca = PCAWhitening(components, epsilon), ZCAWhitening(components, epsilon)
    torch.testing.assert_close(pca.invert(pca(images), SHAPE), images)
    torch.testing.assert_close(zca.invert(zca(images)), images)
    assert pca(images.float()).dtype == torch.float32
    assert zca(images[:0]).shape == (0, *SHAPE)


def test_an_epsilon_that_divides_by_zero_is_refused(images):
    few = PrincipalComponents(
        mean=torch.zeros(2, dtype=torch.float64),
        eigenvalues=torch.tensor([1.0, 0.0], dtype=torch.float64),
        directions=torch.eye(2, dtype=torch.float64),
    )
    for kind in (PCAWhitening, ZCAWhitening):
        with pytest.raises(ValueError, match="epsilon is 0; give a number above 0"):
            kind(few, epsilon=0)
        with pytest.raises(ValueError, match="epsilon is -1"):
            kind(PrincipalComponents.of_images(images), epsilon=-1)
