"""Weights of torchvision in our networks. Oracle: torchvision itself, with a small network."""

import re

import pytest
import torch
from torch import nn
from torchvision import models

from course_lib.architectures import alexnet_one_tower, load_torchvision


@pytest.fixture
def ours() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


@pytest.fixture
def theirs() -> dict[str, torch.Tensor]:
    """The same network under other names, with other numbers."""
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    nn.init.normal_(model[1].running_mean)
    model[1].num_batches_tracked.fill_(12)
    names = {"0": "fc", "1": "bn"}
    return {f"{names[key[0]]}{key[1:]}": value for key, value in model.state_dict().items()}


def by_function(name: str) -> str:
    return name.replace("fc", "0").replace("bn", "1")


@pytest.mark.parametrize("as_mapping", [True, False])
def test_names_are_turned_into_ours_by_a_mapping_or_a_function(ours, theirs, as_mapping):
    rename = {name: by_function(name) for name in theirs} if as_mapping else by_function
    load_torchvision(ours, theirs, "small", rename)
    assert ours.state_dict().keys() == {by_function(name) for name in theirs}
    for name, value in theirs.items():
        assert torch.equal(ours.state_dict()[by_function(name)], value)


def test_a_mapping_leaves_other_names_alone(ours, theirs):
    given = {by_function(name) if "fc" in name else name: v for name, v in theirs.items()}
    load_torchvision(ours, given, "small", {n: by_function(n) for n in theirs if "bn" in n})
    assert torch.equal(ours[0].weight, theirs["fc.weight"])


def test_old_files_without_the_counter_load(ours, theirs):
    del theirs["bn.num_batches_tracked"]
    load_torchvision(ours, theirs, "small", by_function)
    assert torch.equal(ours[1].running_mean, theirs["bn.running_mean"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: w.pop("fc.bias"), "missing: 0.bias"),
        (lambda w: w.update({"fc.scale": torch.ones(1)}), "unknown: 0.scale"),
        (
            lambda w: w.update({"fc.weight": torch.ones(2, 4)}),
            "of another shape: 0.weight is (2, 4) where the network has (2, 3)",
        ),
        (
            lambda w: w.update({f"x{number}": torch.ones(1) for number in range(6)}),
            "unknown: x0, x1, x2, x3, x4 and 1 more.",
        ),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_loaded(ours, theirs, change, message):
    change(theirs)
    before = {name: value.clone() for name, value in ours.state_dict().items()}
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        load_torchvision(ours, theirs, "small", by_function)
    assert "weights do not fit Sequential, which takes those of torchvision's small" in str(
        error.value
    )
    assert all(torch.equal(value, before[name]) for name, value in ours.state_dict().items())


def test_several_faults_are_named_together(ours, theirs):
    theirs["tail"] = theirs.pop("fc.bias")
    with pytest.raises(ValueError, match=r"missing: 0.bias; unknown: tail\."):
        load_torchvision(ours, theirs, "small", by_function)


def test_an_unknown_word_is_refused(ours):
    message = "weights is 'imagenet'; give 'torchvision', a state dict of torchvision's small, or"
    with pytest.raises(ValueError, match=message):
        load_torchvision(ours, "imagenet", "small", by_function)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder of downloaded files that torchvision looks into before it asks the network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


def test_torchvision_s_own_file_is_loaded(cache):
    published = models.squeezenet1_1()
    address = models.SqueezeNet1_1_Weights.DEFAULT.url
    torch.save(published.state_dict(), cache / address.rpartition("/")[2])
    model = models.squeezenet1_1()
    load_torchvision(model, "torchvision", "squeezenet1_1", {})
    for name, value in published.state_dict().items():
        assert torch.equal(model.state_dict()[name], value)


def test_without_a_network_the_address_is_named(cache):
    model = models.squeezenet1_1()
    address = models.SqueezeNet1_1_Weights.DEFAULT.url
    with pytest.raises(RuntimeError, match=rf"{re.escape(address)} cannot be fetched .*torch.load"):
        load_torchvision(model, "torchvision", "squeezenet1_1", {})


def test_a_network_with_other_classes_names_its_last_layer():
    with torch.device("meta"):
        weights = models.alexnet().state_dict()
        with pytest.raises(ValueError, match=r"fc8.weight is \(1000, 4096\) where .* \(10, 4096\)"):
            alexnet_one_tower(num_classes=10, weights=weights)
