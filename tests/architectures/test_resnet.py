"""Residual networks for ImageNet against torchvision's and against table 1 of the paper."""

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.architectures import resnet18, resnet34, resnet50, resnet101, resnet152

BASIC = {"resnet18": resnet18, "resnet34": resnet34}
DEEP = {"resnet50": resnet50, "resnet101": resnet101, "resnet152": resnet152}
BUILDERS = {**BASIC, **DEEP}


def on_meta(build, **options):
    with torch.device("meta"):
        return build(**options)


def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


def multiply_adds(model):
    """torch's own counter, which counts a multiply-add as two operations."""
    with FlopCounterMode(display=False) as counter:
        model(torch.empty(1, 3, 224, 224, device="meta"))
    return counter.get_total_flops() / 2


@pytest.mark.parametrize("build", BUILDERS.values())
def test_outputs_and_gradients_are_torchvisions(build, equals_torchvision):
    equals_torchvision(build, torch.randn(2, 3, 48, 64))


def test_basic_network_counts_are_exact():
    def stage(num_blocks, c_in, c):
        first, other = (c_in + c) * c * 9, 2 * c * c * 9
        return first + (num_blocks - 1) * other + num_blocks * 2 * (2 * c)

    def projection(c_in, c):
        return c_in * c + 2 * c

    stem = 3 * 64 * 49 + 2 * 64
    projections = projection(64, 128) + projection(128, 256) + projection(256, 512)
    classifier = 512 * 1000 + 1000
    for build, nums, total in (
        (resnet18, (2, 2, 2, 2), 11_689_512),
        (resnet34, (3, 4, 6, 3), 21_797_672),
    ):
        widths = zip(nums, (64, 64, 128, 256), (64, 128, 256, 512), strict=True)
        stages = sum(stage(num, c_in, c) for num, c_in, c in widths)
        expected = stem + stages + projections + classifier
        assert count(on_meta(build)) == expected == total
        assert count(on_meta(build, shortcut="A")) == expected - projections
        # Table 3, C: projections in the other blocks, too.
        identities = sum(
            (num - (c != 64)) * projection(c, c)
            for num, c in zip(nums, (64, 128, 256, 512), strict=True)
        )
        assert count(on_meta(build, shortcut="C")) == expected + identities


def test_bottleneck_network_counts_are_exact():
    def block(c_in, narrow):
        c = 4 * narrow
        weights = c_in * narrow + 9 * narrow * narrow + narrow * c
        return weights + 2 * (narrow + narrow + c)

    def stage(num_blocks, c_in, narrow):
        projection = c_in * 4 * narrow + 2 * 4 * narrow
        return projection + block(c_in, narrow) + (num_blocks - 1) * block(4 * narrow, narrow)

    stem, classifier = 3 * 64 * 49 + 2 * 64, 2048 * 1000 + 1000
    for build, nums, total in (
        (resnet50, (3, 4, 6, 3), 25_557_032),
        (resnet101, (3, 4, 23, 3), 44_549_160),
        (resnet152, (3, 8, 36, 3), 60_192_808),
    ):
        widths = zip(nums, (64, 256, 512, 1024), (64, 128, 256, 512), strict=True)
        expected = stem + sum(stage(*sizes) for sizes in widths) + classifier
        assert count(on_meta(build)) == expected == total
        assert count(on_meta(build, stride_in="3x3")) == expected
        assert count(on_meta(build, num_classes=10)) == expected - 2049 * 990


def test_multiply_adds_of_34_layers_are_the_papers_without_projections():
    a, b = (multiply_adds(on_meta(resnet34, shortcut=option)) for option in "AB")
    assert round(a / 1e9, 1) == 3.6
    # Each projection makes its maps from half as many: 64 * 128 * 28 * 28 and so on.
    assert b - a == 64 * 128 * 28**2 + 128 * 256 * 14**2 + 256 * 512 * 7**2


def test_torchvisions_stride_costs_more_than_table_1_says():
    paper, theirs = (multiply_adds(on_meta(resnet50, stride_in=place)) for place in ("1x1", "3x3"))
    # In each of three blocks the first 1x1 sees four times the pixels.
    first = sum(3 * c_in * c * p**2 for c_in, c, p in ((256, 128, 28), (512, 256, 14)))
    assert theirs - paper == first + 3 * 1024 * 512 * 7**2
    assert round((theirs - paper) / 1e9, 2) == 0.23
    assert round(theirs / 1e9, 1) == 4.1


def strides(model):
    return {
        (model.conv3_x[0].conv1.stride, model.conv3_x[0].conv2.stride),
        (model.conv4_x[0].conv1.stride, model.conv4_x[0].conv2.stride),
        (model.conv5_x[0].conv1.stride, model.conv5_x[0].conv2.stride),
    }


@pytest.mark.parametrize("name", DEEP)
def test_the_stride_is_the_papers_until_weights_come(name):
    build = DEEP[name]
    with torch.device("meta"):
        theirs = torchvision.models.get_model(name).state_dict()
        assert strides(build()) == {((2, 2), (1, 1))}
        for model in (
            build(weights=theirs),
            build(weights=theirs, stride_in="3x3"),
            build(stride_in="3x3"),
        ):
            assert strides(model) == {((1, 1), (2, 2))}


@pytest.mark.parametrize("build", DEEP.values())
def test_torchvisions_weights_in_the_papers_network_are_refused(build):
    with pytest.raises(ValueError, match="stride_in '1x1' does not go with torchvision's weights"):
        build(weights="torchvision", stride_in="1x1")


def test_the_refusal_has_a_reason():
    """The state dicts fit one another, and the scores differ."""
    theirs = resnet50(num_classes=5, stride_in="3x3").eval()
    paper = resnet50(num_classes=5).eval()
    paper.load_state_dict(theirs.state_dict())
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert (paper(images) - theirs(images)).abs().max() > 0.01 * theirs(images).abs().max()


def test_by_name_the_weights_are_torchvisions_file(tmp_path, monkeypatch):
    """torchvision's own loading runs; only the file, which it would download, is ours."""
    file = torchvision.models.ResNet50_Weights.DEFAULT.url.rsplit("/", 1)[1]
    theirs = torchvision.models.resnet50()
    (tmp_path / "checkpoints").mkdir()
    torch.save(theirs.state_dict(), tmp_path / "checkpoints" / file)
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    ours = resnet50(weights="torchvision").eval()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), theirs.eval()(images))


@pytest.mark.parametrize("build", BUILDERS.values())
def test_each_builder_asks_for_its_own_weights(build):
    with torch.device("meta"), pytest.raises(ValueError) as caught:
        build(weights={})
    assert f"takes those of torchvision's {build.__name__}." in str(caught.value)


def test_weights_of_another_network_are_refused():
    theirs = torchvision.models.resnet18().state_dict()
    with pytest.raises(ValueError, match=r"conv2_x.2.conv1.weight"):
        resnet34(weights=theirs)
    with pytest.raises(ValueError, match=r"conv3_x.0.shortcut.0.weight"):
        resnet18(weights=theirs, shortcut="A")


def test_unknown_options_are_refused():
    with pytest.raises(ValueError, match="shortcut 'D' is not known"):
        resnet18(shortcut="D")
    with pytest.raises(ValueError, match="stride_in '5x5' is not known"):
        resnet50(stride_in="5x5")


def test_first_weights_are_hes():
    model = resnet18()
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            deviation = (2 / layer.weight[0].numel()) ** 0.5
            assert layer.weight.std().item() == pytest.approx(deviation, rel=0.05)
    assert not model.classifier.bias.any()


def test_the_mean_lets_other_sizes_in():
    model = resnet18(num_classes=3)
    assert model(torch.randn(2, 3, 40, 70)).shape == (2, 3)


@pytest.mark.gpu
@pytest.mark.parametrize("build", [resnet34, resnet50])
def test_same_scores_on_the_gpu(build):
    model = build(num_classes=4).double().eval()
    images = torch.randn(2, 3, 64, 64, dtype=torch.float64)
    expected = model(images)
    torch.testing.assert_close(model.cuda()(images.cuda()).cpu(), expected)
