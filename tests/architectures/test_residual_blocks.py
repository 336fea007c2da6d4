"""Plain blocks, residual blocks and bottlenecks against the paper's formulas and torchvision."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet as theirs

from course_lib.architectures.residual_blocks import (
    Bottleneck,
    PlainBlock,
    ResidualBlock,
    conv,
    stage,
)
from course_lib.architectures.shortcuts import PaddedIdentity

basic = partial(ResidualBlock, shortcut="B")
paper_bottleneck = partial(Bottleneck, shortcut="B", stride_in="1x1")


@pytest.mark.parametrize("kernel_size", [1, 3, 7])
def test_convolution_keeps_the_size_and_has_no_bias(kernel_size):
    layer = conv(2, 5, kernel_size)
    assert layer(torch.randn(1, 2, 9, 8)).shape == (1, 5, 9, 8)
    assert [tuple(p.shape) for p in layer.parameters()] == [(5, 2, kernel_size, kernel_size)]
    assert conv(2, 5, kernel_size, 2)(torch.randn(1, 2, 9, 8)).shape == (1, 5, 5, 4)


def normalized(x):
    return F.batch_norm(x, None, None, training=True)


def branch(block, x, stride):
    """F(x) of figure 2, with scales 1 and shifts 0 as they are at first."""
    y = F.relu(normalized(F.conv2d(x, block.conv1.weight, stride=stride, padding=1)))
    return normalized(F.conv2d(y, block.conv2.weight, padding=1))


def test_plain_block_is_f_of_x():
    block, x = PlainBlock(3, 5, stride=2), torch.randn(4, 3, 8, 6)
    torch.testing.assert_close(block(x), F.relu(branch(block, x, 2)))


def test_residual_block_is_f_of_x_plus_x():
    block, x = basic(4, 4, 1), torch.randn(3, 4, 6, 5)
    torch.testing.assert_close(block(x), F.relu(branch(block, x, 1) + x))


def test_residual_block_that_widens_adds_to_the_old_channels_alone():
    block, x = ResidualBlock(2, 6, 2, shortcut="A"), torch.randn(3, 2, 6, 6)
    inside = branch(block, x, 2)
    inside[:, :2] += x[:, :, ::2, ::2]
    torch.testing.assert_close(block(x), F.relu(inside))


def test_bottleneck_of_the_paper_is_its_formula():
    block, x = paper_bottleneck(6, 16, 2), torch.randn(4, 6, 8, 8)
    y = F.relu(normalized(F.conv2d(x, block.conv1.weight, stride=2)))
    y = F.relu(normalized(F.conv2d(y, block.conv2.weight, padding=1)))
    y = normalized(F.conv2d(y, block.conv3.weight))
    shortcut = normalized(F.conv2d(x, block.shortcut[0].weight, stride=2))
    torch.testing.assert_close(block(x), F.relu(y + shortcut))


def lent(theirs, ours):
    """Our block with the weights of torchvision's; both hold their layers in one order."""
    values = dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True))
    ours.load_state_dict(values)
    return ours


def projection(c_in, c_out, stride):
    return nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))


@pytest.mark.parametrize("stride", [1, 2])
def test_blocks_equal_torchvisions(stride):
    x = torch.randn(2, 8, 7, 10)
    block = theirs.BasicBlock(8, 12, stride, projection(8, 12, stride))
    torch.testing.assert_close(lent(block, basic(8, 12, stride))(x), block(x))
    block = theirs.Bottleneck(8, 3, stride, projection(8, 12, stride))
    ours = Bottleneck(8, 12, stride, shortcut="B", stride_in="3x3")
    torch.testing.assert_close(lent(block, ours)(x), block(x))


def test_a_bottleneck_works_on_a_quarter_of_its_channels():
    block = Bottleneck(64, 256, 1, shortcut="B", stride_in="1x1")
    assert block.conv2.weight.shape == (64, 64, 3, 3)
    # Section 4.1: about as expensive as two 3x3 convolutions of 64 channels.
    weights = 64 * 64 + 64 * 64 * 9 + 64 * 256
    assert sum(getattr(block, f"conv{i}").weight.numel() for i in (1, 2, 3)) == weights


@pytest.mark.parametrize(("stride_in", "strides"), [("1x1", (2, 1, 1)), ("3x3", (1, 2, 1))])
def test_the_stride_is_where_it_is_asked_for(stride_in, strides):
    block = Bottleneck(8, 8, 2, shortcut="B", stride_in=stride_in)
    assert (block.conv1.stride[0], block.conv2.stride[0], block.conv3.stride[0]) == strides


def test_an_unknown_place_of_the_stride_is_named():
    with pytest.raises(ValueError, match="stride_in '1' is not known; use '1x1'"):
        Bottleneck(8, 8, 1, shortcut="B", stride_in="1")


def test_a_block_whose_last_normalization_is_zero_is_the_identity():
    """Which makes a deeper network no worse: it can do what the shallower one does."""
    x = torch.randn(2, 8, 5, 5).relu()  # what comes out of a block before it
    for block, last in ((basic(8, 8, 1), "norm2"), (paper_bottleneck(8, 8, 1), "norm3")):
        assert not torch.equal(block(x), x)
        nn.init.zeros_(getattr(block, last).weight)
        assert torch.equal(block(x), x)
    plain = PlainBlock(8, 8, 1)
    nn.init.zeros_(plain.norm2.weight)
    assert not plain(x).any()


def test_the_shortcut_hands_the_gradient_on():
    """dL/dx = dL/dH (dF/dx + 1): with dF/dx = 0 the gradient goes through as it is."""
    block = basic(4, 4, 1)
    nn.init.zeros_(block.norm2.weight)
    x = torch.rand(2, 4, 3, 3, requires_grad=True)
    upstream = torch.randn(2, 4, 3, 3)
    block(x).backward(upstream)
    assert torch.equal(x.grad, upstream)


def test_only_the_first_block_of_a_stage_changes_the_size():
    blocks = stage(partial(ResidualBlock, shortcut="A"), 3, 4, 6, stride=2)
    assert len(blocks) == 3
    assert isinstance(blocks[0].shortcut, PaddedIdentity)
    assert all(isinstance(block.shortcut, nn.Identity) for block in blocks[1:])
    assert [block.conv1.in_channels for block in blocks] == [4, 6, 6]
    assert blocks(torch.randn(1, 4, 8, 6)).shape == (1, 6, 4, 3)
