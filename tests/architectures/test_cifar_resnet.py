"""Residual and plain networks for CIFAR against section 4.2 and table 6 of the paper."""

import pytest
import torch
from torch import nn

from course_lib.architectures import cifar_plain, cifar_resnet


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


def shapes(model):
    return {name: value.shape for name, value in model.state_dict().items()}


def test_resnet20_parameter_count_is_exact():
    # Two-digit table entries forgive a missing normalization; this sum does not.
    stem = 3 * 16 * 9 + 2 * 16
    widths = ((16, 16), (16, 32), (32, 64))
    stages = sum((c_in + 5 * c) * c * 9 + 6 * (2 * c) for c_in, c in widths)
    classifier = 64 * 10 + 10
    assert count(cifar_resnet(20)) == stem + stages + classifier == 269_722


# Table 6 of the paper: the millions as printed.
@pytest.mark.parametrize(
    ("depth", "millions"),
    [(20, "0.27"), (32, "0.46"), (44, "0.66"), (56, "0.85"), (110, "1.7"), (1202, "19.4")],
)
def test_counts_are_those_of_table_6(depth, millions):
    n = (depth - 2) // 6
    blocks = sum(
        (c_in + (2 * n - 1) * c) * c * 9 + 2 * n * (2 * c)
        for c_in, c in ((16, 16), (16, 32), (32, 64))
    )
    with torch.device("meta"):
        ours = count(cifar_resnet(depth))
    assert ours == 3 * 16 * 9 + 2 * 16 + blocks + 64 * 10 + 10
    assert f"{ours / 1e6:.{len(millions.partition('.')[2])}f}" == millions


@pytest.mark.parametrize("depth", [8, 20, 50, 110])
def test_depth_counts_the_layers_with_weights(depth):
    with torch.device("meta"):
        for model in (cifar_resnet(depth), cifar_plain(depth)):
            kinds = [type(module) for module in model.modules()]
            assert kinds.count(nn.Conv2d) + kinds.count(nn.Linear) == depth


def test_option_a_adds_no_parameters_b_and_c_add_projections():
    plain, a, b, c = cifar_plain(32), *(cifar_resnet(32, option) for option in "ABC")
    assert shapes(plain) == shapes(a)
    widen = (16 * 32 + 2 * 32) + (32 * 64 + 2 * 64)
    assert count(b) - count(a) == widen
    # n = 5 blocks a stage, of which the first of stages 2 and 3 widen.
    keep = 5 * (16 * 16 + 2 * 16) + 4 * (32 * 32 + 2 * 32) + 4 * (64 * 64 + 2 * 64)
    assert count(c) - count(a) == widen + keep


def test_without_its_shortcuts_the_residual_network_is_the_plain_one():
    class Nothing(nn.Module):
        def forward(self, x):
            return torch.zeros(())

    plain, residual = cifar_plain(20).eval(), cifar_resnet(20).eval()
    residual.load_state_dict(plain.state_dict())
    images = torch.randn(2, 3, 32, 32)
    assert not torch.equal(residual(images), plain(images))
    for module in residual.modules():
        if hasattr(module, "shortcut"):
            module.shortcut = Nothing()
    assert torch.equal(residual(images), plain(images))


def with_silent_branches(model):
    for module in model.modules():
        if hasattr(module, "norm2"):
            nn.init.zeros_(module.norm2.weight)
    return model


def test_silent_branches_leave_the_stem_its_mean_and_the_classifier():
    """54 layers that do nothing: the sixteen maps of the stem, thinned out, and 48 zeros."""
    model = with_silent_branches(cifar_resnet(56)).eval()
    images = torch.randn(2, 3, 32, 32)
    features = model.stem(images)[:, :, ::4, ::4].mean((2, 3))
    padded = torch.cat([features, torch.zeros(2, 48)], 1)
    torch.testing.assert_close(model(images), model.classifier(padded))
    # The plain network with silent branches sees nothing of the image.
    blind = with_silent_branches(cifar_plain(56)).eval()
    torch.testing.assert_close(blind(images), blind.classifier.bias.expand(2, 10))


def test_the_gradient_goes_through_silent_branches_undiminished():
    """dL/dx = dL/dH (dF/dx + 1) with dF/dx = 0, 27 times, wherever a rectified unit is on."""
    model = with_silent_branches(cifar_resnet(56))
    seen = []
    model.stem.register_forward_hook(lambda module, inputs, output: seen.append(output))
    model.stage3.register_forward_hook(lambda module, inputs, output: seen.append(output))
    scores = model(torch.randn(2, 3, 32, 32))
    upstream = torch.randn_like(scores)
    early, late = torch.autograd.grad(scores, seen, upstream)
    on = seen[0][:, :, ::4, ::4] > 0
    assert on.any()
    assert torch.equal(early[:, :, ::4, ::4], late[:, :16] * on)


def gradient_norms(model):
    images, labels = torch.randn(8, 3, 32, 32), torch.arange(8)
    nn.functional.cross_entropy(model(images), labels).backward()
    return [m.weight.grad.norm().item() for m in model.modules() if isinstance(m, nn.Conv2d)]


def test_the_gradient_reaches_every_layer_of_56():
    # With the sigmoid of the lectures, the first would be (1/4)^54 of the last, or less.
    norms = gradient_norms(cifar_resnet(56))
    assert len(norms) == 55
    assert max(norms) < 100 * min(norms)


def test_the_plain_gradient_does_not_vanish_but_grows_on_its_way_back():
    # Section 4.1 holds: it is no vanishing gradient that makes plain networks hard to train.
    # Yang et al. 2019 (arXiv:1902.08129) find growth: batch normalization behind each rectified
    # layer multiplies the norm by up to (pi / (pi - 1))^(1/2), which is 1.21.
    norms = gradient_norms(cifar_plain(56))
    assert 100 * norms[-1] < norms[0] < 1.22**54 * norms[-1]


def test_stages_give_the_sizes_of_the_paper():
    model, sizes = cifar_resnet(8), []
    for name in ("stem", "stage1", "stage2", "stage3"):
        getattr(model, name).register_forward_hook(
            lambda module, inputs, output: sizes.append(tuple(output.shape[1:]))
        )
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)
    assert sizes == [(16, 32, 32), (16, 32, 32), (32, 16, 16), (64, 8, 8)]


def test_first_weights_are_hes():
    model = cifar_resnet(8, num_classes=100)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            deviation = (2 / layer.weight[0].numel()) ** 0.5
            assert layer.weight.std().item() == pytest.approx(deviation, rel=0.12)
    assert not model.classifier.bias.any()
    assert model.classifier.out_features == 100
    assert cifar_plain(8, num_classes=100).classifier.out_features == 100


@pytest.mark.parametrize("build", [cifar_resnet, cifar_plain])
def test_a_wrong_depth_names_the_nearest(build):
    with pytest.raises(ValueError, match=rf"^{build.__name__} has .* 6n \+ 2 .* 18 .* 14 and 20"):
        build(18)


def test_an_unknown_shortcut_is_named():
    with pytest.raises(ValueError, match="shortcut 'E' is not known"):
        cifar_resnet(20, shortcut="E")


@pytest.mark.gpu
@pytest.mark.parametrize("build", [cifar_resnet, cifar_plain])
def test_same_scores_on_the_gpu(build):
    model = build(20).double()
    images = torch.randn(4, 3, 32, 32, dtype=torch.float64)
    expected = model(images)
    torch.testing.assert_close(model.cuda()(images.cuda()).cpu(), expected)
