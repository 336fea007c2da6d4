"""Plain networks for ImageNet against the residual ones and the paper's section 3.3."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.architectures import plain18, plain34, resnet18, resnet34

PAIRS = [(plain18, resnet18, 18), (plain34, resnet34, 34)]


def shapes(model):
    return {name: value.shape for name, value in model.state_dict().items()}


@pytest.mark.parametrize(("plain", "residual", "_depth"), PAIRS)
def test_nothing_but_the_shortcuts_is_different(plain, residual, _depth):
    with torch.device("meta"):
        without, padded, projected = plain(), residual(shortcut="A"), residual()
    assert shapes(without) == shapes(padded)
    extra = shapes(projected).keys() - shapes(without).keys()
    assert all(".shortcut." in name for name in extra)
    # Three stages change their size: a weight, and five tensors of a normalization, for each.
    assert len(extra) == 3 * 6


@pytest.mark.parametrize(("plain", "residual", "_depth"), PAIRS)
def test_a_residual_network_whose_shortcuts_give_nothing_is_plain(plain, residual, _depth):
    class Nothing(nn.Module):
        def forward(self, x):
            return torch.zeros(())

    without, padded = plain(num_classes=6).eval(), residual(num_classes=6, shortcut="A").eval()
    padded.load_state_dict(without.state_dict())
    images = torch.randn(1, 3, 64, 48)
    assert not torch.equal(padded(images), without(images))
    for module in padded.modules():
        if hasattr(module, "shortcut"):
            module.shortcut = Nothing()
    assert torch.equal(padded(images), without(images))


@pytest.mark.parametrize(("plain", "_residual", "depth"), PAIRS)
def test_depth_is_the_number_of_layers_with_weights(plain, _residual, depth):
    with torch.device("meta"):
        model = plain()
    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == depth


def test_counts_are_exact():
    def stage(num_blocks, c_in, c):
        first, other = (c_in + c) * c * 9, 2 * c * c * 9
        return first + (num_blocks - 1) * other + num_blocks * 2 * (2 * c)

    ends = 3 * 64 * 49 + 2 * 64 + 512 * 1000 + 1000
    for build, nums, total in (
        (plain18, (2, 2, 2, 2), 11_515_688),
        (plain34, (3, 4, 6, 3), 21_623_848),
    ):
        widths = zip(nums, (64, 64, 128, 256), (64, 128, 256, 512), strict=True)
        with torch.device("meta"):
            ours = sum(parameter.numel() for parameter in build().parameters())
        assert ours == ends + sum(stage(*sizes) for sizes in widths) == total


def test_34_layers_cost_18_percent_of_vgg19():
    # Section 3.3: 3.6 of 19.6 billion multiply-adds.
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        plain34()(torch.empty(1, 3, 224, 224))
    multiply_adds = counter.get_total_flops() / 2
    assert round(multiply_adds / 1e9, 1) == 3.6
    assert 0.18 <= multiply_adds / 19.6e9 < 0.19
