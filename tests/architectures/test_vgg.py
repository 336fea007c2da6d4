"""VGG. Oracles: tables 1 and 2 of the paper, and torchvision with the same weights."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision import models

from course_lib import architectures
from course_lib.architectures import vgg11, vgg11_bn, vgg11_lrn, vgg16_c
from course_lib.architectures.vgg import draw_glorot_weights

# Table 1: the convolutions of A to E, stage by stage; C ends three stages with 1x1 ones.
TABLE_1 = {
    "vgg11": ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    "vgg11_lrn": ((64,), (128,), (256, 256), (512, 512), (512, 512)),
    "vgg13": ((64, 64), (128, 128), (256, 256), (512, 512), (512, 512)),
    "vgg16_c": ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3),
    "vgg16": ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3),
    "vgg19": ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4),
}
TABLE_2 = {"vgg11": 133, "vgg11_lrn": 133, "vgg13": 133, "vgg16_c": 134, "vgg16": 138, "vgg19": 144}
IN_TORCHVISION = [f"vgg{depth}{form}" for depth in (11, 13, 16, 19) for form in ("", "_bn")]


def on_meta(name: str) -> nn.Module:
    with torch.device("meta"):
        return getattr(architectures, name)()


def features(model: nn.Module) -> list[nn.Module]:
    return [layer for at in range(1, 6) for layer in getattr(model, f"stage{at}")]


@pytest.mark.parametrize("name", TABLE_2)
def test_parameter_count_is_exact_and_rounds_to_table_2(name):
    convolutions, in_channels = 0, 3
    for number, stage in enumerate(TABLE_1[name]):
        for at, out_channels in enumerate(stage):
            pixels = 1 if name == "vgg16_c" and number > 1 and at == 2 else 9
            convolutions += out_channels * (in_channels * pixels + 1)
            in_channels = out_channels
    classifier = 4096 * (512 * 49 + 1) + 4096 * (4096 + 1) + 1000 * (4096 + 1)
    found = sum(parameter.numel() for parameter in on_meta(name).parameters())
    assert found == convolutions + classifier
    assert round(found / 1e6) == TABLE_2[name]


@pytest.mark.parametrize("name", TABLE_1)
def test_convolutions_are_those_of_table_1(name):
    model = on_meta(name)
    for number, channels in enumerate(TABLE_1[name], start=1):
        stage = getattr(model, f"stage{number}")
        convolutions = [layer for layer in stage if isinstance(layer, nn.Conv2d)]
        assert tuple(layer.out_channels for layer in convolutions) == channels
        small = [at for at, layer in enumerate(convolutions) if layer.kernel_size == (1, 1)]
        assert small == ([2] if name == "vgg16_c" and number > 2 else [])
        for layer in convolutions:
            assert layer.padding == ((0, 0) if layer.kernel_size == (1, 1) else (1, 1))
        assert isinstance(stage[-1], nn.MaxPool2d)


@pytest.mark.parametrize("name", IN_TORCHVISION)
def test_layers_and_their_order_are_torchvision_s(name):
    with torch.device("meta"):
        ours, theirs = getattr(architectures, name)(), getattr(models, name)()
    assert [repr(layer) for layer in features(ours)] == [
        repr(layer).replace("inplace=True", "") for layer in theirs.features
    ]
    assert [type(layer) for layer in ours.classifier] == [
        type(layer) for layer in theirs.classifier
    ]


@pytest.mark.parametrize("name", IN_TORCHVISION)
def test_every_weight_of_torchvision_has_its_place(name):
    with torch.device("meta"):
        weights = getattr(models, name)().state_dict()
        loaded = getattr(architectures, name)(weights=weights).state_dict()
    assert len(loaded) == len(weights)
    assert [value.shape for value in loaded.values()] == [v.shape for v in weights.values()]


@pytest.mark.parametrize(("build", "training"), [(vgg11, False), (vgg11_bn, True)])
def test_scores_gradients_and_statistics_equal_torchvision_s(build, training, filled):
    """In training the same seed drops the same numbers, if dropout stands in the same place."""
    theirs = filled(getattr(models, build.__name__), num_classes=5)
    for layer in theirs.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
    found = []
    for model in (build(5, theirs.state_dict()).train(training), theirs.train(training)):
        torch.manual_seed(1)
        images = torch.randn(2, 3, 224, 224, requires_grad=True)
        scores = model(images)
        # Of the gradients of 130 million weights, the first, one in the middle and the last.
        weights = list(model.parameters())
        leaves = (images, weights[0], weights[len(weights) // 2], weights[-2])
        gradients = torch.autograd.grad(scores, leaves, torch.randn_like(scores))
        found.append((scores, *gradients, *(buffer.double() for buffer in model.buffers())))
        del model
    for value, expected in zip(*found, strict=True):
        atol = 1e-5 * expected.abs().max().item()
        torch.testing.assert_close(value, expected, rtol=1e-5, atol=atol)


def test_response_normalization_stands_after_the_first_rectified_convolution():
    model = on_meta("vgg11_lrn")
    kinds = [type(layer).__name__ for layer in model.stage1]
    assert kinds == ["Conv2d", "ReLU", "SummedResponseNorm", "MaxPool2d"]
    assert len(features(model)) == len(features(on_meta("vgg11"))) + 1
    x = 10 * torch.randn(1, 9, 2, 2)
    expected = F.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2)
    torch.testing.assert_close(model.stage1[2](x), expected)


@pytest.mark.parametrize("build", [vgg11_lrn, vgg16_c])
def test_those_without_a_twin_take_no_weights(build):
    with pytest.raises(TypeError, match="weights"):
        build(weights="torchvision")


def test_another_size_is_refused(without_shape_checks):
    with torch.device("meta"), pytest.raises(ValueError, match=r"32 × 32, .* takes 224 × 224"):
        vgg11()(torch.zeros(1, 3, 32, 32))


def test_first_weights_are_glorot_s():
    layers = nn.Sequential(nn.Conv2d(6, 10, 3), nn.BatchNorm2d(10), nn.Linear(80, 40))
    draw_glorot_weights(layers, torch.Generator().manual_seed(6))
    bounds = (math.sqrt(6 / (6 * 9 + 10 * 9)), math.sqrt(6 / (80 + 40)))
    for layer, bound in zip((layers[0], layers[2]), bounds, strict=True):
        assert 0.95 * bound < layer.weight.abs().max() <= bound
        assert layer.bias.count_nonzero() == 0
    assert layers[1].weight.unique().tolist() == [1]


def test_a_generator_fixes_the_first_weights():
    first = vgg11(10, generator=torch.Generator().manual_seed(8)).stage1[0].weight
    expected = torch.empty(64, 3, 3, 3)
    nn.init.xavier_uniform_(expected, generator=torch.Generator().manual_seed(8))
    assert torch.equal(first, expected)
