"""DenseNets for ImageNet against torchvision's and against table 1 of the paper."""

import pytest
import torch
import torchvision
from torch import nn

from course_lib.architectures import densenet121, densenet169, densenet201, densenet264

LAYERS = {
    densenet121: (6, 12, 24, 16),
    densenet169: (6, 12, 32, 32),
    densenet201: (6, 12, 48, 32),
    densenet264: (6, 12, 64, 48),
}
TOTALS = {
    densenet121: 7_978_856,
    densenet169: 14_149_480,
    densenet201: 20_013_928,
    densenet264: 33_337_704,
}


@pytest.mark.parametrize("build", [densenet121, densenet169, densenet201])
def test_outputs_and_gradients_are_torchvisions(build, equals_torchvision):
    equals_torchvision(build, torch.randn(2, 3, 64, 48))


@pytest.mark.parametrize("build", LAYERS)
def test_counts_are_exact_and_the_rows_are_those_of_table_1(build):
    k, channels = 32, 64
    total = 3 * 64 * 49 + 2 * 64
    for number, num_layers in enumerate(LAYERS[build], start=1):
        for _ in range(num_layers):
            total += 2 * channels + channels * 4 * k + 2 * 4 * k + 9 * 4 * k * k
            channels += k
        if number < 4:
            total += 2 * channels + channels * (channels // 2)
            channels //= 2
    total += 2 * channels + channels * 1000 + 1000
    with torch.device("meta"):
        model = build()
    assert sum(parameter.numel() for parameter in model.parameters()) == total == TOTALS[build]


def num_layers(build):
    with torch.device("meta"):
        return sum(isinstance(module, nn.Conv2d | nn.Linear) for module in build().modules())


@pytest.mark.parametrize("build", [densenet121, densenet169, densenet201])
def test_depth_counts_the_layers_with_weights(build):
    assert num_layers(build) == int(build.__name__.removeprefix("densenet"))


def test_the_paper_names_264_layers_and_lists_265():
    # Two a dense layer, three transitions, the first convolution and the classifier: odd always.
    assert num_layers(densenet264) == 2 * (6 + 12 + 64 + 48) + 3 + 1 + 1 == 265


def test_201_layers_have_the_20_million_parameters_of_the_paper():
    # Section 4.4; about half of the 101-layer ResNet's "more than 40M".
    assert round(TOTALS[densenet201] / 1e6) == 20


def old_name(key):
    """As torchvision's published files have it: norm.1 where it says norm1 today."""
    for new in ("norm1", "norm2", "conv1", "conv2"):
        key = key.replace(f".{new}.", f".{new[:-1]}.{new[-1]}.")
    return key


def published(model):
    """A state dict as in torchvision's files: old names, and no counter of batches."""
    return {
        old_name(key): value
        for key, value in model.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }


def test_the_old_names_of_published_files_load():
    theirs = torchvision.models.densenet121(num_classes=3).eval()
    ours = densenet121(num_classes=3, weights=published(theirs)).eval()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), theirs(images))


def test_by_name_the_weights_are_torchvisions_file(tmp_path, monkeypatch):
    """torchvision's own loading runs; only the file, which it would download, is ours."""
    file = torchvision.models.DenseNet121_Weights.DEFAULT.url.rsplit("/", 1)[1]
    theirs = torchvision.models.densenet121().eval()
    (tmp_path / "checkpoints").mkdir()
    torch.save(published(theirs), tmp_path / "checkpoints" / file)
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    ours = densenet121(weights="torchvision").eval()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(ours(images), theirs(images))


@pytest.mark.parametrize("build", [densenet121, densenet169, densenet201])
def test_each_builder_asks_for_its_own_weights(build):
    with torch.device("meta"), pytest.raises(ValueError) as caught:
        build(weights={})
    assert f"takes those of torchvision's {build.__name__}." in str(caught.value)


def test_weights_of_another_network_are_refused():
    with torch.device("meta"):
        theirs = torchvision.models.densenet121().state_dict()
        with pytest.raises(ValueError, match=r"dense3.24.norm1.weight"):
            densenet169(weights=theirs)
        with pytest.raises(ValueError, match=r"classifier.weight is \(1000, 1024\)"):
            densenet121(num_classes=10, weights=theirs)


def test_first_weights_are_hes():
    model = densenet121(num_classes=50)
    for layer in (model.conv, model.dense3[5].conv2, model.transition2.conv, model.classifier):
        deviation = (2 / layer.weight[0].numel()) ** 0.5
        assert layer.weight.std().item() == pytest.approx(deviation, rel=0.05)
    assert not model.classifier.bias.any()


@pytest.mark.gpu
def test_same_scores_on_the_gpu():
    model = densenet121(num_classes=4).double().eval()
    images = torch.randn(2, 3, 64, 64, dtype=torch.float64)
    expected = model(images)
    torch.testing.assert_close(model.cuda()(images.cuda()).cpu(), expected)
