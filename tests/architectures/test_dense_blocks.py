"""Dense layers, blocks and transitions against the formulas of the paper."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.architectures.dense_blocks import (
    DenseBlock,
    DenseBottleneck,
    DenseLayer,
    Transition,
)


def active(x):
    return F.relu(F.batch_norm(x, None, None, training=True))


def test_a_layer_appends_its_maps_to_what_it_got():
    layer, x = DenseLayer(3, 2), torch.randn(4, 3, 6, 5)
    new = F.conv2d(active(x), layer.conv.weight, padding=1)
    torch.testing.assert_close(layer(x), torch.cat([x, new], 1))
    assert torch.equal(layer(x)[:, :3], x)


def test_a_bottleneck_makes_four_times_the_growth_rate_in_between():
    layer, x = DenseBottleneck(5, 2), torch.randn(4, 5, 6, 5)
    assert layer.conv1.weight.shape == (8, 5, 1, 1)
    y = F.conv2d(active(x), layer.conv1.weight)
    new = F.conv2d(active(y), layer.conv2.weight, padding=1)
    torch.testing.assert_close(layer(x), torch.cat([x, new], 1))


@pytest.mark.parametrize("layer", [DenseLayer, DenseBottleneck])
def test_every_layer_of_a_block_sees_all_maps_before_it(layer):
    block, x = DenseBlock(layer, 3, 4, 2), torch.randn(2, 4, 6, 6)
    y = block(x)
    assert block.out_channels == y.shape[1] == 4 + 3 * 2
    torch.testing.assert_close(y[:, :4], x)
    # Layer l has l(l + 1)/2 connections in all: its input is x0 ... x(l-1), unchanged.
    for number, each in enumerate(block):
        width = 4 + 2 * number
        torch.testing.assert_close(each(y[:, :width]), y[:, : width + 2])


def test_a_transition_keeps_a_share_of_the_maps_and_halves_the_size():
    transition, x = Transition(5, reduction=0.5), torch.randn(2, 5, 8, 6)
    assert transition.out_channels == 2  # the floor of 2.5
    y = F.conv2d(active(x), transition.conv.weight)
    expected = y.unfold(2, 2, 2).unfold(3, 2, 2).mean((4, 5))
    torch.testing.assert_close(transition(x), expected)
    assert Transition(5, reduction=1.0).out_channels == 5


def test_no_convolution_has_a_bias():
    for module in (DenseLayer(3, 2), DenseBottleneck(3, 2), Transition(4, 0.5)):
        assert not [name for name in module.state_dict() if "conv" in name and "bias" in name]


@pytest.mark.parametrize(
    ("module", "kept"),
    [(DenseLayer(2, 64, dropout=0.2), 2), (DenseBottleneck(2, 64, dropout=0.2), 2)],
)
def test_dropout_comes_after_the_convolution_and_spares_what_was_there(module, kept):
    x = torch.randn(2, 2, 16, 16)
    y = module(x)
    assert torch.equal(y[:, :kept], x)
    assert (y[:, kept:] == 0).float().mean().item() == pytest.approx(0.2, abs=0.02)
    assert (module.eval()(x)[:, kept:] == 0).float().mean() < 0.01


def test_dropout_drops_inside_a_bottleneck_and_a_transition_too():
    x = torch.randn(2, 4, 16, 16)
    bottleneck, seen = DenseBottleneck(4, 16, dropout=0.5), []
    nn.init.constant_(bottleneck.norm1.bias, 9.0)  # so that no zero comes of the rectification
    bottleneck.norm2.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    bottleneck(x)
    assert (seen[0] == 0).float().mean().item() == pytest.approx(0.5, abs=0.02)
    # Of four pixels that are averaged all must be dropped: 0.8^4.
    pooled = Transition(4, 1.0, dropout=0.8)(x)
    assert (pooled == 0).float().mean().item() == pytest.approx(0.8**4, abs=0.12)


def test_without_dropout_training_is_not_random():
    for module in (DenseLayer(2, 3), DenseBottleneck(2, 3), Transition(2, 1.0)):
        x = torch.randn(2, 2, 4, 4)
        assert torch.equal(module(x), module(x))
        assert module.dropout.p == 0
