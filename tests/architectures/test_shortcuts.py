"""Shortcuts of options A, B and C, worked by hand and against torch."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.architectures.shortcuts import PaddedIdentity, make_shortcut


def test_padded_identity_by_hand():
    x = torch.tensor([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]])
    widened = make_shortcut("A", in_channels=1, out_channels=3, stride=2)(x)
    assert widened.tolist() == [[[[1, 3], [7, 9]], [[0, 0], [0, 0]], [[0, 0], [0, 0]]]]


@pytest.mark.parametrize("size", [(8, 8), (7, 6), (1, 5)])
def test_padded_identity_gives_the_size_of_a_padded_3x3_convolution(size):
    x = torch.randn(2, 4, *size)
    convolved = F.conv2d(x, torch.randn(6, 4, 3, 3), stride=2, padding=1)
    assert PaddedIdentity(4, 6, stride=2)(x).shape == convolved.shape


def test_padded_identity_has_no_parameters_and_sends_gradients_to_its_pixels_alone():
    shortcut = PaddedIdentity(2, 5, stride=2)
    assert not shortcut.state_dict()
    x = torch.randn(1, 2, 4, 4, requires_grad=True)
    upstream = torch.randn(1, 5, 2, 2)
    shortcut(x).backward(upstream)
    expected = torch.zeros(1, 2, 4, 4)
    expected[:, :, ::2, ::2] = upstream[:, :2]
    assert torch.equal(x.grad, expected)


def test_padded_identity_may_widen_without_a_stride():
    x = torch.randn(1, 2, 3, 3)
    shortcut = make_shortcut("A", 2, 3, stride=1)
    assert torch.equal(shortcut(x), torch.cat([x, torch.zeros(1, 1, 3, 3)], 1))
    assert repr(shortcut) == "PaddedIdentity(1 new channels, stride 1)"


@pytest.mark.parametrize("option", "AB")
def test_blocks_that_keep_their_size_have_identities(option):
    assert isinstance(make_shortcut(option, 8, 8, stride=1), nn.Identity)


def test_a_stride_alone_changes_the_size():
    assert isinstance(make_shortcut("A", 8, 8, stride=2), PaddedIdentity)
    assert isinstance(make_shortcut("B", 8, 8, stride=2), nn.Sequential)


@pytest.mark.parametrize(
    ("option", "sizes"), [("B", (3, 5, 2)), ("B", (3, 5, 1)), ("C", (4, 4, 1))]
)
def test_projection_is_a_1x1_convolution_and_a_normalization(option, sizes):
    shortcut = make_shortcut(option, *sizes)
    c_in, c_out, stride = sizes
    x = torch.randn(2, c_in, 5, 4)
    weight = shortcut[0].weight
    assert sum(p.numel() for p in shortcut.parameters()) == c_in * c_out + 2 * c_out
    projected = torch.einsum("oi,nihw->nohw", weight[:, :, 0, 0], x[:, :, ::stride, ::stride])
    torch.testing.assert_close(shortcut(x), F.batch_norm(projected, None, None, training=True))


def test_without_normalization_a_projection_is_bare():
    shortcut = make_shortcut("B", 3, 5, 2, normalize=False)
    assert isinstance(shortcut, nn.Conv2d)
    assert [tuple(p.shape) for p in shortcut.parameters()] == [(5, 3, 1, 1)]
    assert shortcut.stride == (2, 2)


@pytest.mark.parametrize("option", ["a", "D", "", "AB"])
def test_unknown_options_are_named(option):
    with pytest.raises(ValueError, match=f"shortcut '{option}' is not known; use 'A'"):
        make_shortcut(option, 4, 4, 1)


def test_padding_cannot_take_channels_away():
    with pytest.raises(ValueError, match="cannot make 2 channels out of 4"):
        make_shortcut("A", 4, 2, 1)
