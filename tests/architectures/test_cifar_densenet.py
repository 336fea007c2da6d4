"""DenseNets for CIFAR against table 2 of the paper."""

import pytest
import torch
from torch import nn

from course_lib.architectures import cifar_densenet

PLAIN = {"bottleneck": False, "reduction": 1.0}


def on_meta(*arguments, **options):
    with torch.device("meta"):
        return cifar_densenet(*arguments, **options)


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


def by_hand(n, k, bottleneck, theta):
    """The sum over the layers of section 3, for three blocks of n layers."""
    channels = 2 * k if bottleneck and theta < 1 else 16
    total = 3 * channels * 9
    for block in (1, 2, 3):
        for _ in range(n):
            if bottleneck:
                total += 2 * channels + channels * 4 * k + 2 * 4 * k + 4 * k * k * 9
            else:
                total += 2 * channels + channels * k * 9
            channels += k
        if block < 3:
            kept = int(theta * channels)
            total += 2 * channels + channels * kept
            channels = kept
    return total + 2 * channels + channels * 10 + 10


# Table 2: L, k, and the millions as printed.
@pytest.mark.parametrize(
    ("depth", "growth_rate", "millions"), [(40, 12, "1.0"), (100, 12, "7.0"), (100, 24, "27.2")]
)
def test_plain_counts_are_those_of_table_2(depth, growth_rate, millions):
    ours = count(on_meta(depth, growth_rate, **PLAIN))
    assert ours == by_hand((depth - 4) // 3, growth_rate, False, 1.0)
    assert f"{ours / 1e6:.1f}" == millions


@pytest.mark.parametrize(
    ("depth", "growth_rate", "millions"), [(100, 12, "0.8"), (250, 24, "15.3"), (190, 40, "25.6")]
)
def test_bc_counts_are_those_of_table_2(depth, growth_rate, millions):
    ours = count(on_meta(depth, growth_rate))
    assert ours == by_hand((depth - 4) // 6, growth_rate, True, 0.5)
    assert f"{ours / 1e6:.1f}" == millions


def test_count_of_40_layers_is_exact():
    first = 3 * 16 * 9
    blocks = sum(
        2 * c + c * 12 * 9 for start in (16, 160, 304) for c in range(start, start + 144, 12)
    )
    transitions = (2 * 160 + 160 * 160) + (2 * 304 + 304 * 304)
    last = 2 * 448 + 448 * 10 + 10
    assert count(on_meta(40, 12, **PLAIN)) == first + blocks + transitions + last == 1_019_722


@pytest.mark.parametrize(
    ("depth", "options"), [(40, PLAIN), (7, PLAIN), (100, {}), (10, {}), (40, {"reduction": 1.0})]
)
def test_depth_counts_the_layers_with_weights(depth, options):
    layers = on_meta(depth, 12, **options).modules()
    assert len([m for m in layers if isinstance(m, nn.Conv2d | nn.Linear)]) == depth


@pytest.mark.parametrize(
    ("options", "width"),
    [
        ({}, 24),
        ({"bottleneck": False}, 16),
        ({"reduction": 1.0}, 16),
        ({"bottleneck": False, "reduction": 1.0}, 16),
    ],
)
def test_the_first_convolution_is_wider_in_bc_alone(options, width):
    assert on_meta(40, 12, **options).conv.out_channels == width


def test_blocks_and_transitions_give_the_sizes_of_the_paper():
    model, sizes = cifar_densenet(16, 6, bottleneck=False, reduction=0.5, num_classes=100), []
    for name in ("conv", "dense1", "transition1", "dense2", "transition2", "dense3"):
        getattr(model, name).register_forward_hook(
            lambda module, inputs, output: sizes.append(tuple(output.shape[1:]))
        )
    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 100)
    # Four layers of six maps each: 16 + 24 = 40, half of it 20, 44, 22, 46.
    assert sizes == [
        *((16, 32, 32), (40, 32, 32), (20, 16, 16)),
        *((44, 16, 16), (22, 8, 8), (46, 8, 8)),
    ]


def test_the_scores_are_the_classifiers_of_the_rectified_mean():
    model = cifar_densenet(10, 4).eval()
    nn.init.normal_(model.final_norm.running_mean)
    images, seen = torch.randn(2, 3, 32, 32), []
    model.dense3.register_forward_hook(lambda module, inputs, output: seen.append(output))
    scores = model(images)
    mean = model.final_norm(seen[0]).relu().mean((2, 3))
    torch.testing.assert_close(scores, model.classifier(mean))


@pytest.mark.parametrize("bottleneck", [True, False])
def test_dropout_follows_every_convolution_but_the_first(bottleneck):
    model = cifar_densenet(16, 4, bottleneck=bottleneck, dropout=0.2)
    assert {m.p for m in model.modules() if isinstance(m, nn.Dropout)} == {0.2}
    images = torch.randn(2, 3, 32, 32)
    assert not torch.equal(model(images), model(images))
    assert torch.equal(model.conv(images), model.conv(images))
    still = cifar_densenet(16, 4, bottleneck=bottleneck)
    assert {m.p for m in still.modules() if isinstance(m, nn.Dropout)} == {0.0}


def test_first_weights_are_hes():
    model = cifar_densenet(22, 12)
    for layer in (model.dense2[1].conv1, model.dense3[2].conv2, model.transition1.conv):
        deviation = (2 / layer.weight[0].numel()) ** 0.5
        assert layer.weight.std().item() == pytest.approx(deviation, rel=0.08)
    assert not model.classifier.bias.any()


def test_a_wrong_depth_names_the_nearest():
    with pytest.raises(ValueError, match=r"^cifar_densenet has .* 6n \+ 4 .* 101 .* 100 and 106"):
        cifar_densenet(101, 12)
    with pytest.raises(
        ValueError, match=r"^cifar_densenet without bottlenecks has .* 3n \+ 4 .* 40 and 43"
    ):
        cifar_densenet(41, 12, bottleneck=False)


@pytest.mark.parametrize("growth_rate", [0, -12])
def test_a_growth_rate_below_one_is_refused(growth_rate):
    with pytest.raises(ValueError, match=f"growth_rate is {growth_rate}"):
        cifar_densenet(40, growth_rate)


@pytest.mark.parametrize("reduction", [0.0, -0.5, 1.01])
def test_a_reduction_that_is_no_share_is_refused(reduction):
    with pytest.raises(ValueError, match=f"reduction is {reduction}"):
        cifar_densenet(40, 12, reduction=reduction)


@pytest.mark.gpu
def test_same_scores_on_the_gpu():
    model = cifar_densenet(22, 8).double()
    images = torch.randn(4, 3, 32, 32, dtype=torch.float64)
    expected = model(images)
    torch.testing.assert_close(model.cuda()(images.cuda()).cpu(), expected)
