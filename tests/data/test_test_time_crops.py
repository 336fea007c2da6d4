"""Crops at test time. Oracle: slices; torchvision's resize; averages worked by hand."""

import pytest
import torch
from torch import nn
from torchvision.transforms.v2 import functional

from course_lib.data import crops_at_scales, predict_crops, ten_crops
from course_lib.data.test_time_crops import RESNET_SCALES


@pytest.mark.parametrize("size", [5, (4, 7)])
def test_ten_crops_are_corners_middle_and_mirror_images(size):
    images = torch.randint(0, 256, (2, 3, 11, 9), dtype=torch.uint8)
    high, wide = (size, size) if isinstance(size, int) else size
    top, left = (11 - high) // 2 + (11 - high) % 2 // 2, (9 - wide) // 2
    if high == 4:
        top = 4  # (11 - 4) / 2 = 3.5, which Python rounds to the even neighbor
    found = ten_crops(images, size)
    assert found.shape == (2, 10, 3, high, wide)
    for number, picture in enumerate((images, images.flip(3))):
        wanted = (
            picture[:, :, :high, :wide],
            picture[:, :, :high, -wide:],
            picture[:, :, -high:, :wide],
            picture[:, :, -high:, -wide:],
            picture[:, :, top : top + high, left : left + wide],
        )
        for place, crop in enumerate(wanted):
            assert torch.equal(found[:, 5 * number + place], crop)


def test_the_scales_are_resnets_and_the_shorter_side():
    assert RESNET_SCALES == (224, 256, 384, 480, 640)
    images = torch.rand(2, 3, 20, 30)
    found = list(crops_at_scales(images, size=16, scales=(16, 25)))
    assert [crops.shape for crops in found] == [(2, 10, 3, 16, 16)] * 2
    for scale, wide, crops in ((16, 24, found[0]), (25, 37, found[1])):
        resized = functional.resize(images, [scale, wide], antialias=True)
        assert torch.equal(crops, ten_crops(resized, 16))


def test_the_lectures_fifty_crops():
    crops = list(crops_at_scales(torch.zeros(1, 1, 30, 40, dtype=torch.uint8)))
    assert [found.shape for found in crops] == [(1, 10, 1, 224, 224)] * 5


def scores_of(crops):
    """Two classes: the first pixel, and twice the last."""
    flat = crops.flatten(1).float()
    return torch.stack((flat[:, 0], 2 * flat[:, -1]), dim=1)


@pytest.mark.parametrize("scales", [None, (12, 15)])
def test_predictions_are_averages_over_all_crops(scales):
    images = torch.rand(4, 1, 12, 14)
    sets = [ten_crops(images, 8)] if scales is None else list(crops_at_scales(images, 8, scales))
    scores = torch.stack([scores_of(crop) for crops in sets for crop in crops.unbind(1)])
    for average, answers in (
        ("probabilities", scores.softmax(dim=2)),
        ("scores", scores),
        ("votes", (scores == scores.amax(dim=2, keepdim=True)).float()),
    ):
        found = predict_crops(scores_of, images, 8, scales, average)
        torch.testing.assert_close(found, answers.mean(dim=0))
    torch.testing.assert_close(predict_crops(scores_of, images, 8, scales).sum(1), torch.ones(4))


def test_an_image_and_its_mirror_image_have_the_same_prediction():
    images = torch.rand(3, 2, 12, 14)
    model = nn.Sequential(nn.Flatten(), nn.Linear(2 * 8 * 8, 5))
    torch.testing.assert_close(
        predict_crops(model, images, 8), predict_crops(model, images.flip(3), 8)
    )


def test_a_crop_of_all_is_the_image_and_its_mirror_image():
    images = torch.rand(3, 2, 8, 8)
    model = nn.Sequential(nn.Flatten(), nn.Linear(2 * 8 * 8, 5))
    wanted = (model(images).softmax(1) + model(images.flip(3)).softmax(1)) / 2
    torch.testing.assert_close(predict_crops(model, images, 8), wanted.detach())


def test_the_network_predicts_in_evaluation_and_gets_its_mode_back():
    modes = []

    class Noticing(nn.Module):
        def forward(self, crops):
            modes.append((self.training, torch.is_grad_enabled()))
            return crops.flatten(1)

    network = Noticing()
    predict_crops(network, torch.rand(1, 1, 3, 3), 2)
    assert set(modes) == {(False, False)}
    assert network.training
    network.eval()
    predict_crops(network, torch.rand(1, 1, 3, 3), 2)
    assert not network.training
    network.train()
    network.forward = None
    with pytest.raises(TypeError):
        predict_crops(network, torch.rand(1, 1, 3, 3), 2)
    assert network.training


def test_no_images_no_predictions():
    assert predict_crops(scores_of, torch.zeros(0, 1, 9, 9), 4).shape == (0, 2)
    assert predict_crops(scores_of, torch.zeros(0, 1, 9, 9), 4, (4, 6)).shape == (0, 2)


def test_bad_settings_are_named():
    images = torch.rand(2, 1, 9, 12)
    for size in (10, (9, 13)):
        with pytest.raises(ValueError, match=r"does not fit into images of \(9, 12\)"):
            ten_crops(images, size)
    with pytest.raises(ValueError, match="average is 'median'; choose one of probab"):
        predict_crops(scores_of, images, 4, average="median")
    with pytest.raises(ValueError, match="scales is empty"):
        predict_crops(scores_of, images, 4, scales=())
