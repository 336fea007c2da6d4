"""ZFNet. Oracles: figure 3 and table 2 of the paper, torch's functions in a row."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.architectures import zfnet, zfnet_wide
from course_lib.inspection import output_shapes


def sizes(build) -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        model = build()
    return {layer.name: layer.output_shape[1:] for layer in output_shapes(model, (1, 3, 224, 224))}


def test_sizes_are_those_of_figure_3():
    found = sizes(zfnet)
    figure = {"conv1": 110, "pool1": 55, "conv2": 26, "pool2": 13}
    figure |= {"conv3": 13, "conv4": 13, "conv5": 13, "pool5": 6}
    assert {name: found[name][-2:] for name in figure} == {n: (s, s) for n, s in figure.items()}
    maps = {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256}
    assert {name: found[name][0] for name in maps} == maps


def test_parameter_counts_are_exact():
    def total(third, fourth, fifth):
        conv = 96 * (3 * 49 + 1) + 256 * (96 * 25 + 1) + third * (256 * 9 + 1)
        conv += fourth * (third * 9 + 1) + fifth * (fourth * 9 + 1)
        return conv + 4096 * (fifth * 36 + 1) + 4096 * (4096 + 1) + 1000 * (4096 + 1)

    with torch.device("meta"):
        found = [sum(p.numel() for p in build().parameters()) for build in (zfnet, zfnet_wide)]
    # kaist shows the wide one as ZFNet: 512, 1024, 512.
    assert found == [total(384, 384, 256), total(512, 1024, 512)] == [62_357_608, 107_627_624]


def scores_by_torch(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Figure 3 in torch's functions: convolve, rectify, pool, normalize."""

    def pool(x):
        return F.max_pool2d(x, 3, 2, ceil_mode=True)

    def normalize(x):
        return F.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2)

    def conv(x, layer, **options):
        return F.relu(F.conv2d(x, layer.weight, layer.bias, **options))

    x = normalize(pool(conv(images, model.conv1, stride=2, padding=1)))
    x = normalize(pool(conv(x, model.conv2, stride=2)))
    for layer in (model.conv3, model.conv4, model.conv5):
        x = conv(x, layer, padding=1)
    x = pool(x).flatten(1)
    # Dropout of 2012: at test time every output is halved.
    x = F.relu(F.linear(x, model.fc6.weight, model.fc6.bias)) / 2
    x = F.relu(F.linear(x, model.fc7.weight, model.fc7.bias)) / 2
    return F.linear(x, model.fc8.weight, model.fc8.bias)


def test_scores_and_gradients_are_those_of_torch_s_functions_in_the_paper_s_order(filled):
    model = filled(zfnet, num_classes=7)
    images = (100 * torch.randn(1, 3, 224, 224)).requires_grad_()
    ours, expected = model(images), scores_by_torch(model, images)
    assert ours.shape == (1, 7)
    torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-5 * expected.abs().max().item())
    upstream, leaves = torch.randn_like(expected), (images, model.conv1.weight)
    wanted = torch.autograd.grad(expected, leaves, upstream)
    for gradient, want in zip(torch.autograd.grad(ours, leaves, upstream), wanted, strict=True):
        torch.testing.assert_close(gradient, want, rtol=1e-5, atol=1e-5 * want.abs().max().item())


def test_half_of_the_hidden_units_are_dropped_in_training(filled):
    model = filled(zfnet, num_classes=7).train()
    seen = []
    for layer in (model.fc7, model.fc8):
        layer.register_forward_hook(lambda _, inputs, output: seen.append(inputs[0]))
    images = torch.randn(1, 3, 224, 224)
    model(images)
    model.eval()(images)
    trained, evaluated = seen[:2], seen[2:]
    for x, y in zip(trained, evaluated, strict=True):
        assert x.count_nonzero() / y.count_nonzero() == pytest.approx(0.5, abs=0.05)


def test_another_size_is_refused(without_shape_checks):
    with torch.device("meta"), pytest.raises(ValueError, match=r"227 × 227, .* takes 224 × 224"):
        zfnet()(torch.zeros(1, 3, 227, 227))


def test_first_weights_spread_by_a_hundredth_and_biases_are_zero():
    model = zfnet(10, generator=torch.Generator().manual_seed(4))
    for layer in (model.conv1, model.conv5, model.fc8):
        assert layer.weight.std().item() == pytest.approx(0.01, rel=0.02)
        assert layer.bias.count_nonzero() == 0
    again = zfnet(10, generator=torch.Generator().manual_seed(4))
    assert torch.equal(model.conv1.weight, again.conv1.weight)
