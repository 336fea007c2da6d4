"""Pre-activation networks against the formulas, tables and published sizes of their paper."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.architectures import cifar_preact_resnet
from course_lib.architectures.cifar_preact_resnet import (
    PreActivationBottleneck,
    PreActivationUnit,
)

KINDS = [(PreActivationUnit, "conv2"), (PreActivationBottleneck, "conv3")]


def normalized(x):
    return F.batch_norm(x, None, None, training=True)


def test_unit_is_its_formula():
    unit, x = PreActivationUnit(4, 4, 1, "A"), torch.randn(3, 4, 6, 5)
    y = F.conv2d(F.relu(normalized(x)), unit.conv1.weight, padding=1)
    y = F.conv2d(F.relu(normalized(y)), unit.conv2.weight, padding=1)
    torch.testing.assert_close(unit(x), x + y)


def test_bottleneck_is_its_formula():
    unit, x = PreActivationBottleneck(8, 16, 2, "B"), torch.randn(3, 8, 6, 4)
    active = F.relu(normalized(x))
    y = F.conv2d(active, unit.conv1.weight, stride=2)
    y = F.conv2d(F.relu(normalized(y)), unit.conv2.weight, padding=1)
    y = F.conv2d(F.relu(normalized(y)), unit.conv3.weight)
    # The unit projects, so both ways start from the activation.
    expected = y + F.conv2d(active, unit.shortcut.weight, stride=2)
    torch.testing.assert_close(unit(x), expected)
    assert unit.conv2.weight.shape == (4, 4, 3, 3)


@pytest.mark.parametrize(("kind", "last"), KINDS)
def test_a_unit_with_a_silent_branch_hands_on_any_x(kind, last):
    """Negative numbers, too, which a unit of 2015 would rectify."""
    unit, x = kind(8, 8, 1, "A"), torch.randn(2, 8, 5, 5)
    nn.init.zeros_(getattr(unit, last).weight)
    assert torch.equal(unit(x), x)


@pytest.mark.parametrize(("kind", "last"), KINDS)
def test_padded_shortcuts_start_from_x_and_projections_from_the_activation(kind, last):
    x = torch.randn(2, 4, 6, 6)
    padding, projecting = kind(4, 8, 2, "A"), kind(4, 8, 2, "B")
    for unit in (padding, projecting):
        nn.init.zeros_(getattr(unit, last).weight)
    assert torch.equal(padding(x)[:, :4], x[:, :, ::2, ::2])
    active = F.relu(normalized(x))
    expected = F.conv2d(active, projecting.shortcut.weight, stride=2)
    torch.testing.assert_close(projecting(x), expected)


def with_silent_branches(model):
    for module in model.modules():
        if isinstance(module, PreActivationUnit):
            nn.init.zeros_(module.conv2.weight)
    return model


def test_the_first_unit_activates_before_the_ways_part():
    """Appendix; so with silent branches the activated stem reaches the last normalization."""
    model = with_silent_branches(cifar_preact_resnet(20))
    images = torch.randn(4, 3, 32, 32)
    active = F.relu(normalized(model.stem(images)))[:, :, ::4, ::4]
    padded = torch.cat([active, torch.zeros(4, 48, 8, 8)], 1)
    expected = model.classifier(F.relu(normalized(padded)).mean((2, 3)))
    torch.testing.assert_close(model(images), expected)


def test_only_the_first_unit_and_projections_part_after_the_activation():
    def after(model):
        stages = (model.stage1, model.stage2, model.stage3)
        return [[unit.parts_after_activation for unit in stage] for stage in stages]

    assert after(cifar_preact_resnet(14)) == [[True, False], [False, False], [False, False]]
    assert after(cifar_preact_resnet(14, shortcut="B")) == [[True, False]] * 3
    assert after(cifar_preact_resnet(20, bottleneck=True)) == [[True, False]] * 3


def test_the_gradient_of_the_last_sum_reaches_the_first_undiminished():
    """Equation 5 with silent branches: dL/dx_l = dL/dx_L (1 + 0), through 110 layers."""
    model, seen = with_silent_branches(cifar_preact_resnet(110)), []
    for stage in (model.stage1, model.stage3):
        stage.register_forward_hook(lambda module, inputs, output: seen.append(output))
    scores = model(torch.randn(2, 3, 32, 32))
    early, late = torch.autograd.grad(scores, seen, torch.randn_like(scores))
    assert early.any()
    assert torch.equal(early[:, :, ::4, ::4], late[:, :16])


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


def test_count_of_110_is_exact():
    # Normalizations stand before the convolutions, so they are as wide as what comes in.
    n = 18
    weights = sum((c_in + (2 * n - 1) * c) * c * 9 for c_in, c in ((16, 16), (16, 32), (32, 64)))
    norms = sum(2 * (c_in + (2 * n - 1) * c) for c_in, c in ((16, 16), (16, 32), (32, 64)))
    ends = 3 * 16 * 9 + 2 * 64 + 64 * 10 + 10
    with torch.device("meta"):
        ours = count(cifar_preact_resnet(110))
    assert ours == weights + norms + ends == 1_727_962
    assert f"{ours / 1e6:.1f}" == "1.7"  # as the network of 2015, table 4


@pytest.mark.parametrize(("depth", "total"), [(164, 1_703_258), (1001, 10_327_706)])
def test_counts_with_bottlenecks_are_exact(depth, total):
    n = (depth - 2) // 9
    weights = norms = 0
    for c_in, c in ((16, 64), (64, 128), (128, 256)):
        narrow = c // 4
        weights += (c_in + (n - 1) * c) * narrow + n * (9 * narrow * narrow + narrow * c)
        weights += c_in * c  # the projection
        norms += 2 * (c_in + (n - 1) * c + n * 2 * narrow)
    weights += 3 * 16 * 9 + 256 * 10 + 10
    with torch.device("meta"):
        ours = count(cifar_preact_resnet(depth, bottleneck=True))
    assert ours == weights + norms + 2 * 256 == total
    # Table 4 prints 1.7M and 10.2M. The latter is met by the weights alone, with projections.
    assert f"{weights / 1e6:.1f}" == {164: "1.7", 1001: "10.2"}[depth]


def test_bottlenecks_project_unless_told_to_pad():
    projected, padded = (cifar_preact_resnet(11, True, shortcut) for shortcut in (None, "A"))
    assert count(projected) - count(padded) == 16 * 64 + 64 * 128 + 128 * 256
    assert count(cifar_preact_resnet(8, shortcut="A")) == count(cifar_preact_resnet(8))


@pytest.mark.parametrize(
    ("depth", "bottleneck"), [(8, False), (56, False), (11, True), (164, True)]
)
def test_depth_counts_the_layers_with_weights(depth, bottleneck):
    with torch.device("meta"):
        model = cifar_preact_resnet(depth, bottleneck)
    names = [n for n, m in model.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len([name for name in names if "shortcut" not in name]) == depth


@pytest.mark.parametrize(("bottleneck", "width"), [(False, 16), (True, 64)])
def test_stages_give_the_sizes_of_the_paper(bottleneck, width):
    model, sizes = cifar_preact_resnet(20, bottleneck, num_classes=100), []
    for name in ("stem", "stage1", "stage2", "stage3"):
        getattr(model, name).register_forward_hook(
            lambda module, inputs, output: sizes.append(tuple(output.shape[1:]))
        )
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 100)
    wide = [(width, 32, 32), (2 * width, 16, 16), (4 * width, 8, 8)]
    assert sizes == [(16, 32, 32), *wide]


def test_first_weights_are_hes():
    model = cifar_preact_resnet(8)
    weight = model.stage3[0].conv2.weight
    assert weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.05)
    assert not model.classifier.bias.any()


def test_a_wrong_depth_names_the_nearest():
    with pytest.raises(ValueError, match=r"^cifar_preact_resnet has .* 6n \+ 2 .* 110 and 116"):
        cifar_preact_resnet(112)
    with pytest.raises(
        ValueError, match=r"^cifar_preact_resnet with bottlenecks has .* 9n \+ 2 .* 101 and 110"
    ):
        cifar_preact_resnet(108, bottleneck=True)


@pytest.mark.gpu
@pytest.mark.parametrize("bottleneck", [False, True])
def test_same_scores_on_the_gpu(bottleneck):
    model = cifar_preact_resnet(20, bottleneck).double()
    images = torch.randn(4, 3, 32, 32, dtype=torch.float64)
    expected = model(images)
    torch.testing.assert_close(model.cuda()(images.cuda()).cpu(), expected)
