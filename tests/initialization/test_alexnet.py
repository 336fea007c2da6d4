"""AlexNet's first weights. Oracle: section 5 of Krizhevsky et al. 2012, layer by layer."""

import math

import pytest
import torch
from torch import nn

from course_lib.initialization import alexnet_


def small_alexnet(num_linear=3, bias=True):
    """Five convolutions and three linear layers, two of the former in groups."""
    widths = [(3, 16, 1), (16, 24, 2), (24, 24, 1), (24, 24, 2), (24, 20, 2)]
    layers = [nn.Conv2d(i, o, 5, groups=groups, bias=bias) for i, o, groups in widths]
    return nn.Sequential(
        nn.Sequential(*layers), *[nn.Linear(100, 100, bias=bias) for _ in range(num_linear)]
    )


def test_biases_of_layers_2_4_5_and_of_the_hidden_linear_ones_are_1():
    model = alexnet_(small_alexnet())
    convolutions, linears = list(model[0]), list(model[1:])
    biases = [set(layer.bias.tolist()) for layer in convolutions + linears]
    assert biases == [{0}, {1}, {0}, {1}, {1}, {1}, {1}, {0}]


def test_weights_have_a_deviation_of_a_hundredth_in_every_layer():
    model = alexnet_(small_alexnet())
    for layer in (*model[0], *model[1:]):
        n, weight = layer.weight.numel(), layer.weight.detach()
        assert weight.std().item() == pytest.approx(0.01, rel=6 / math.sqrt(2 * n))
        assert weight.mean().abs().item() < 6 * 0.01 / math.sqrt(n)
        assert weight.abs().max() > 0.02  # normal, where uniform numbers end at 0.0173


def test_the_generator_decides():
    first, again, other = (
        alexnet_(small_alexnet(), torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    )
    assert first[3].weight.equal(again[3].weight)
    assert first[0][0].weight.equal(again[0][0].weight)
    assert not first[3].weight.equal(other[3].weight)


def test_a_layer_without_a_bias_is_no_obstacle_and_one_linear_layer_is_enough():
    model = small_alexnet(num_linear=1, bias=False)
    assert alexnet_(model) is model
    assert alexnet_(small_alexnet(num_linear=1))[1].bias.count_nonzero() == 0


def test_another_kind_of_network_is_refused():
    with pytest.raises(
        ValueError,
        match=r"5 convolutions and 0 linear layers.* alexnet_ is for five and at least one\. For",
    ):
        alexnet_(small_alexnet(num_linear=0))
    with pytest.raises(ValueError, match="model has 0 convolutions and 1 linear layers"):
        alexnet_(nn.Sequential(nn.Linear(2, 2)))
    six = nn.Sequential(nn.Conv2d(3, 3, 1), small_alexnet())
    with pytest.raises(ValueError, match="model has 6 convolutions and 3 linear layers"):
        alexnet_(six)
