"""Centering. Oracle: numpy in float64; torchvision's normalize; CIFAR-10's known numbers."""

import os

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional

from course_lib.data import Centering, load, moments

WAYS = [Centering.mean_image, Centering.channel_mean, Centering.channel_mean_and_deviation]
ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)


@pytest.fixture
def train_images():
    return torch.randint(0, 256, (40, 3, 7, 5), dtype=torch.uint8) // torch.tensor(
        [1, 2, 3], dtype=torch.uint8
    ).view(3, 1, 1)


def expected(way, images):
    """(mean, deviation) with numpy."""
    values = images.double().numpy() / (255 if images.dtype == torch.uint8 else 1)
    axes = 0 if way == Centering.mean_image else (0, 2, 3)
    mean = values.mean(axis=axes)
    mean = mean if mean.ndim == 3 else mean[:, None, None]
    divides = way == Centering.channel_mean_and_deviation
    return mean, values.std(axis=axes)[:, None, None] if divides else np.ones((3, 1, 1))


@ways
@pytest.mark.parametrize("piece", [1, 300, 10**9])
def test_statistics_are_numpys_in_pieces_of_any_size(way, piece, train_images, monkeypatch):
    monkeypatch.setattr(moments, "PIECE_NUMBERS", piece)
    centering = way(train_images)
    mean, deviation = expected(way, train_images)
    assert centering.mean.dtype == centering.deviation.dtype == torch.float64
    np.testing.assert_allclose(centering.mean.numpy(), mean, rtol=1e-13)
    np.testing.assert_allclose(centering.deviation.numpy(), deviation, rtol=1e-13)


@ways
def test_other_images_are_centered_by_the_training_set(way, train_images):
    others = torch.randint(0, 256, (6, 3, 7, 5), dtype=torch.uint8)
    mean, deviation = expected(way, train_images)
    found = way(train_images)(others)
    assert found.dtype == torch.float32
    wanted = (others.double().numpy() / 255 - mean) / deviation
    np.testing.assert_allclose(found.numpy(), wanted, atol=2e-6)
    assert way(train_images)(others[:0]).shape == (0, 3, 7, 5)


@ways
def test_the_training_set_itself_gets_mean_zero(way, train_images):
    centered = way(train_images)(train_images.double() / 255)
    assert centered.dtype == torch.float64
    assert centered.mean(dim=(0, 2, 3)).abs().max() < 1e-14
    if way == Centering.mean_image:
        assert centered.mean(dim=0).abs().max() < 1e-14
    if way == Centering.channel_mean_and_deviation:
        torch.testing.assert_close(
            centered.std(dim=(0, 2, 3), correction=0), torch.ones(3, dtype=torch.float64)
        )


@ways
def test_floats_and_bytes_have_the_same_statistics(way, train_images):
    floats, whole = way(train_images.double() / 255), way(train_images)
    torch.testing.assert_close(floats.mean, whole.mean)
    torch.testing.assert_close(floats.deviation, whole.deviation)


@ways
def test_inverting_gives_the_images_back(way, train_images):
    centering = way(train_images)
    back = centering.invert(centering(train_images))
    assert torch.equal((back * 255).round().byte(), train_images)


def test_statistics_make_no_float_copy_of_the_set(monkeypatch, train_images):
    sizes = []
    pieces = moments.pieces

    def counted(images):
        for piece in pieces(images):
            sizes.append(piece.numel())
            yield piece

    monkeypatch.setattr(moments, "PIECE_NUMBERS", 500)
    monkeypatch.setattr(moments, "pieces", counted)
    Centering.channel_mean_and_deviation(train_images)
    assert max(sizes) <= 500
    assert len(sizes) == 2 * 10  # 40 images of 105 numbers, four at a time, twice


def test_imagenets_numbers_are_those_of_torchvisions_pretrained_networks():
    from torchvision.models import ResNet18_Weights

    transform = ResNet18_Weights.IMAGENET1K_V1.transforms()
    images = torch.rand(2, 3, 4, 4)
    wanted = functional.normalize(images, transform.mean, transform.std)
    torch.testing.assert_close(Centering.imagenet()(images), wanted)


@pytest.mark.skipif(not os.environ.get("COURSE_DATA"), reason="needs CIFAR-10: set COURSE_DATA")
def test_cifar10s_known_numbers():
    try:
        images, _ = load("cifar10", "train")
    except FileNotFoundError:
        pytest.skip("needs CIFAR-10 in COURSE_DATA")
    centering = Centering.channel_mean_and_deviation(images)
    # As many programs state them; 0.2023, 0.1994, 0.2010 is the mean of each image's own deviation.
    mean, deviation = [0.49139968, 0.48215841, 0.44653091], [0.24703223, 0.24348513, 0.26158784]
    assert centering.mean.flatten().tolist() == pytest.approx(mean, abs=1e-8)
    assert centering.deviation.flatten().tolist() == pytest.approx(deviation, abs=1e-8)


def test_a_channel_of_one_value_has_no_deviation(train_images):
    train_images[:, 1] = 7
    with pytest.raises(ValueError, match=r"the deviation of the channels is .* cannot be divided"):
        Centering.channel_mean_and_deviation(train_images)
    assert Centering.channel_mean(train_images).mean[1].item() == pytest.approx(7 / 255)


@ways
def test_an_empty_or_wrong_set_is_refused(way, without_shape_checks):
    with pytest.raises(ValueError, match=r"images is empty, \(0, 3, 4, 4\); statistics need"):
        way(torch.zeros(0, 3, 4, 4))
    with pytest.raises(ValueError, match=r"images is torch.int64"):
        way(torch.zeros(2, 3, 4, 4, dtype=torch.int64))


def test_images_of_another_size_are_refused(train_images):
    image, channel = Centering.mean_image(train_images), Centering.channel_mean(train_images)
    assert channel(torch.rand(2, 3, 9, 9)).shape == (2, 3, 9, 9)
    for wrong in (torch.rand(2, 3, 9, 5), torch.rand(2, 3, 7, 6)):
        with pytest.raises(ValueError, match=r"images is \(2, 3, .* and the mean \(3, 7, 5\); fit"):
            image(wrong)
        with pytest.raises(ValueError, match="fit the centering on images like these"):
            image.invert(wrong)
    with pytest.raises(ValueError, match=r"\(2, 1, 7, 5\), and the mean \(3, 1, 1\)"):
        channel(torch.rand(2, 1, 7, 5))


@pytest.mark.gpu
@ways
def test_a_gpu_has_the_same_statistics(way, train_images):
    cpu, gpu = way(train_images), way(train_images.cuda())
    torch.testing.assert_close(gpu.mean.cpu(), cpu.mean)
    torch.testing.assert_close(gpu.deviation.cpu(), cpu.deviation)
    torch.testing.assert_close(cpu(train_images.cuda()).cpu(), cpu(train_images))
