"""Heads, blocks and rates. Oracle: small networks whose parts are known."""

import pytest
import torch
from torch import nn

from course_lib.training import blocks, head, rates_by_depth, replace_head, thaw_deepest


class Small(nn.Module):
    """Two blocks in a Sequential, a parameter of its own, a norm, a head."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.stages = nn.Sequential(
            nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)), nn.ReLU(), nn.Conv2d(2, 3, 3)
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(3, 4, bias=False)

    def forward(self, images):
        return self.classifier(self.pool(self.stages(self.scale * images)).flatten(1))


NAMES = ["stages.0.0", "stages.0.1", "stages.2", "classifier"]


def test_the_head_is_the_last_fully_connected_layer():
    name, module = head(Small())
    assert (name, module.out_features) == ("classifier", 4)
    name, module = head(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 5), nn.ReLU()))
    assert (name, module.out_features) == ("2", 5)
    with pytest.raises(ValueError, match=r"no nn.Linear to be its head; it is made of Conv2d"):
        head(nn.Conv2d(1, 2, 3))


def test_a_new_head_keeps_what_the_old_one_was_like():
    model = Small().double()
    new = replace_head(model, 7)
    assert model.classifier is new
    assert (new.in_features, new.out_features, new.bias) == (3, 7, None)
    assert model(torch.zeros(2, 1, 6, 6).double()).shape == (2, 7)
    nested = nn.Sequential(nn.Sequential(nn.Linear(2, 3)))
    assert replace_head(nested, 2).bias is not None
    assert nested[0][0].out_features == 2


def test_a_head_that_cannot_be_replaced_is_refused():
    with pytest.raises(ValueError, match="num_classes is 0"):
        replace_head(Small(), 0)
    with pytest.raises(ValueError, match=r"nn.Sequential\(model\)"):
        replace_head(nn.Linear(2, 3), 4)


def test_blocks_are_the_parts_with_parameters_in_order():
    assert [name for name, _ in blocks(Small())] == NAMES
    wrapped = nn.ModuleDict({"network": Small()})
    assert [name for name, _ in blocks(wrapped)] == [f"network.{name}" for name in NAMES]
    assert [name for name, _ in blocks(nn.Sequential(nn.ReLU(), nn.Linear(1, 1)))] == ["1"]


def test_only_the_deepest_blocks_learn():
    model = Small()
    assert thaw_deepest(model, 2) == ["stages.2", "classifier"]
    learning = {name for name, p in model.named_parameters() if p.requires_grad}
    assert learning == {"stages.2.weight", "stages.2.bias", "classifier.weight"}
    assert thaw_deepest(model, 0) == []
    assert not any(p.requires_grad for p in model.parameters())
    assert thaw_deepest(model, 4) == NAMES
    with pytest.raises(ValueError, match=r"num_blocks is 5, .* 4 blocks: stages.0.0, .*classifier"):
        thaw_deepest(model, 5)


def test_deeper_down_the_rates_are_smaller_and_each_parameter_has_one():
    model = Small()
    groups = rates_by_depth(model, lr=0.8, factor=0.5)
    assert [group["name"] for group in groups] == [*NAMES[::-1], "other"]
    assert [group["lr"] for group in groups] == pytest.approx([0.8, 0.4, 0.2, 0.1, 0.1])
    grouped = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(grouped) == sorted(map(id, model.parameters()))
    torch.optim.SGD(groups)


def test_frozen_parameters_have_no_rate():
    model = Small()
    thaw_deepest(model, 1)
    (group,) = rates_by_depth(model, lr=0.1, factor=0.1)
    assert (group["name"], len(group["params"])) == ("classifier", 1)
    thaw_deepest(model, 0)
    with pytest.raises(ValueError, match="Every parameter of model is frozen"):
        rates_by_depth(model, lr=0.1, factor=0.1)
    for wrong in (
        {"lr": 0.0, "factor": 0.5},
        {"lr": 0.1, "factor": 1.5},
        {"lr": 1.0, "factor": 0.0},
    ):
        with pytest.raises(ValueError, match="0 < factor <= 1 are needed"):
            rates_by_depth(model, **wrong)
