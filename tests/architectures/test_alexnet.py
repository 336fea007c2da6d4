"""AlexNet of 2012. Oracles: the paper, the lectures' table, torch's functions in a row."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.architectures import alexnet
from course_lib.architectures.alexnet import draw_alexnet_weights
from course_lib.inspection import output_shapes

# kaist and sharif_2024 list these; norm2 stands before the pooling, as in the paper.
SHAPES = {"conv1": (96, 55, 55), "pool1": (96, 27, 27)}
SHAPES |= {"conv2": (256, 27, 27), "pool2": (256, 13, 13), "norm2": (256, 27, 27)}
SHAPES |= {"conv3": (384, 13, 13), "conv4": (384, 13, 13), "conv5": (256, 13, 13)}
SHAPES |= {"pool5": (256, 6, 6), "fc6": (4096,), "fc7": (4096,), "fc8": (1000,)}


@pytest.fixture
def on_meta() -> nn.Module:
    with torch.device("meta"):
        return alexnet()


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_parameter_count_is_exact(on_meta):
    conv1 = 96 * (3 * 11 * 11 + 1)
    # Each kernel of conv2, conv4 and conv5 sees the half of the maps on its own GPU.
    conv2, conv3 = 256 * (48 * 25 + 1), 384 * (256 * 9 + 1)
    conv4, conv5 = 384 * (192 * 9 + 1), 256 * (192 * 9 + 1)
    fc6, fc7, fc8 = 4096 * (256 * 36 + 1), 4096 * (4096 + 1), 1000 * (4096 + 1)
    total = conv1 + conv2 + conv3 + conv4 + conv5 + fc6 + fc7 + fc8
    assert count(on_meta) == total == 60_965_224
    assert total // 10**6 == 60  # the paper: 60 million


def test_the_first_layer_has_the_lecture_s_number_of_parameters(on_meta):
    assert count(on_meta.conv1) == 34_944  # michigan_2025


def test_shapes_are_those_of_the_lectures_and_neurons_those_of_the_paper(on_meta):
    shapes = {
        layer.name: layer.output_shape[1:] for layer in output_shapes(on_meta, (1, 3, 227, 227))
    }
    assert {name: shapes[name] for name in SHAPES} == SHAPES
    weighted = [name for name in SHAPES if name.startswith(("conv", "fc"))]
    neurons = sum(torch.Size(shapes[name]).numel() for name in weighted)
    assert neurons == pytest.approx(650_000, rel=0.02)


def test_the_paper_s_224_does_not_fit(on_meta, without_shape_checks):
    with torch.device("meta"), pytest.raises(ValueError, match=r"224 × 224, .* takes 227 × 227"):
        on_meta(torch.zeros(1, 3, 224, 224))


@pytest.mark.parametrize(
    ("name", "groups"), [("conv2", 2), ("conv3", 1), ("conv4", 2), ("conv5", 2)]
)
def test_halves_meet_in_conv3_alone(name, groups):
    with torch.device("meta"):
        conv = getattr(alexnet(), name)
    conv = conv.to_empty(device="cpu")
    conv.reset_parameters()
    maps = torch.randn(1, conv.in_channels, 3, 3)
    changed = maps.clone()
    changed[:, conv.in_channels // 2 :] += 1
    first_half = slice(0, conv.out_channels // 2)
    same = torch.equal(conv(maps)[:, first_half], conv(changed)[:, first_half])
    assert same == (groups == 2)


def scores_by_torch(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Section 3.5 in torch's functions; torch divides alpha by the window, so it gets 5e-4."""

    def normalize(x):
        return F.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2)

    def conv(x, layer, **options):
        return F.relu(F.conv2d(x, layer.weight, layer.bias, **options))

    x = F.max_pool2d(normalize(conv(images, model.conv1, stride=4)), 3, 2)
    x = F.max_pool2d(normalize(conv(x, model.conv2, padding=2, groups=2)), 3, 2)
    x = conv(x, model.conv3, padding=1)
    x = conv(x, model.conv4, padding=1, groups=2)
    x = F.max_pool2d(conv(x, model.conv5, padding=1, groups=2), 3, 2).flatten(1)
    # Dropout of 2012: at test time every output is halved.
    x = F.relu(F.linear(x, model.fc6.weight, model.fc6.bias)) / 2
    x = F.relu(F.linear(x, model.fc7.weight, model.fc7.bias)) / 2
    return F.linear(x, model.fc8.weight, model.fc8.bias)


def test_scores_and_gradients_are_those_of_torch_s_functions_in_the_paper_s_order(filled):
    model = filled(alexnet, num_classes=7)
    # Loud images: the normalization shall matter.
    images = (100 * torch.randn(2, 3, 227, 227)).requires_grad_()
    ours, expected = model(images), scores_by_torch(model, images)
    assert ours.shape == (2, 7)
    torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-5 * expected.abs().max().item())
    upstream, leaves = torch.randn_like(expected), (images, model.conv1.weight, model.fc8.weight)
    wanted = torch.autograd.grad(expected, leaves, upstream)
    for gradient, want in zip(torch.autograd.grad(ours, leaves, upstream), wanted, strict=True):
        torch.testing.assert_close(gradient, want, rtol=1e-5, atol=1e-5 * want.abs().max().item())


def test_dropout_halves_the_two_hidden_layers_in_training(filled):
    model = filled(alexnet, num_classes=7).train()
    seen = {}
    for name in ("fc6", "fc7", "fc8"):
        getattr(model, name).register_forward_hook(
            lambda _, inputs, output, name=name: seen.update({name: (inputs[0], output)})
        )
    model(torch.randn(2, 3, 227, 227))
    for before, after in (("fc6", "fc7"), ("fc7", "fc8")):
        rectified, passed = F.relu(seen[before][1]), seen[after][0]
        kept = passed != 0
        assert torch.equal(passed[kept], rectified[kept])  # not scaled in training
        assert kept.sum() / (rectified != 0).sum() == pytest.approx(0.5, abs=0.05)
    assert (seen["fc6"][0] == 0).float().mean() < 0.3  # nothing is dropped before fc6


def test_first_weights_are_those_of_section_5():
    layers = {name: nn.Linear(200, 300) for name in ("fc6", "fc7", "fc8")}
    layers |= {f"conv{number}": nn.Conv2d(40, 50, 5) for number in range(1, 6)}
    draw_alexnet_weights(nn.ModuleDict(layers), torch.Generator().manual_seed(3))
    ones = {name for name, layer in layers.items() if layer.bias.unique().tolist() == [1]}
    assert ones == {"conv2", "conv4", "conv5", "fc6", "fc7"}
    zeros = {name for name, layer in layers.items() if layer.bias.unique().tolist() == [0]}
    assert zeros == {"conv1", "conv3", "fc8"}
    for layer in layers.values():
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.02)
        assert layer.weight.abs().max() > 0.03  # a Gaussian has tails
        assert abs(layer.weight.mean().item()) < 0.0005


def test_a_generator_fixes_the_first_weights():
    first, second = (alexnet(10, generator=torch.Generator().manual_seed(5)) for _ in range(2))
    for name in ("conv1", "conv4", "fc8"):
        assert torch.equal(getattr(first, name).weight, getattr(second, name).weight)
    assert first.fc8.bias.unique().tolist() == [0]
    assert first.fc7.bias.unique().tolist() == [1]
