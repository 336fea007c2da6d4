"""AlexNet in one tower. Oracle: torchvision's alexnet with the same weights, and the paper."""

import pytest
import torch
from torchvision import models

from course_lib.architectures import alexnet, alexnet_one_tower


@pytest.fixture(scope="module")
def torchvision_model():
    return models.alexnet(num_classes=9)


def with_conv4(kernels: int) -> int:
    """The parameters of the network, by hand, if conv4 has so many kernels."""
    conv = 64 * (3 * 121 + 1) + 192 * (64 * 25 + 1) + 384 * (192 * 9 + 1)
    conv += kernels * (384 * 9 + 1) + 256 * (kernels * 9 + 1)
    return conv + 4096 * (256 * 36 + 1) + 4096 * (4096 + 1) + 1000 * (4096 + 1)


def test_parameter_count_is_exact_and_agrees_with_the_paper_s_text():
    with torch.device("meta"):
        one, two = (
            sum(parameter.numel() for parameter in build().parameters())
            for build in (alexnet_one_tower, alexnet)
        )
    assert one == with_conv4(256) == 61_100_840
    # "0.2 % more parameters"; with the 384 of the paper's footnote it would be 1.4 %.
    assert round(100 * (one / two - 1), 1) == 0.2
    assert with_conv4(384) == 61_838_248
    assert round(100 * (with_conv4(384) / two - 1), 1) == 1.4


@pytest.mark.parametrize("training", [False, True])
def test_scores_and_gradients_equal_torchvision_s(torchvision_model, training):
    """In training the same seed drops the same numbers, if dropout stands in the same place."""
    ours = alexnet_one_tower(9, torchvision_model.state_dict())
    found = []
    for model in (ours.train(training), torchvision_model.train(training)):
        torch.manual_seed(1)
        images = torch.randn(2, 3, 224, 224, requires_grad=True)
        scores = model(images)
        upstream, weights = torch.randn_like(scores), list(model.parameters())
        found.append((scores, *torch.autograd.grad(scores, (images, *weights), upstream)))
    for value, expected in zip(*found, strict=True):
        torch.testing.assert_close(value, expected, rtol=1e-5, atol=1e-5)


def test_other_sizes_are_pooled_to_six_by_six(torchvision_model):
    ours = alexnet_one_tower(9, torchvision_model.state_dict()).eval()
    images = torch.randn(1, 3, 150, 190)
    with torch.no_grad():
        expected = torchvision_model.eval()(images)
        torch.testing.assert_close(ours(images), expected, rtol=1e-5, atol=1e-5)


def test_without_weights_it_starts_as_alexnet_did():
    model = alexnet_one_tower(10, generator=torch.Generator().manual_seed(2))
    assert model.conv2.bias.unique().tolist() == [1]
    assert model.conv3.bias.unique().tolist() == [0]
    assert model.conv3.weight.std().item() == pytest.approx(0.01, rel=0.02)
    again = alexnet_one_tower(10, generator=torch.Generator().manual_seed(2))
    assert torch.equal(model.conv1.weight, again.conv1.weight)
