"""Oracle: the order of calls, worked by hand."""

import torch
from torch import nn

from course_lib.inspection.running_layer import named_layers, running_layers


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner, self.last = nn.Sequential(nn.ReLU()), nn.Identity()

    def forward(self, x):
        return self.last(self.inner(self.inner(x)))


def test_each_change_is_told_before_it_happens():
    told = []
    with running_layers(Twice(), told.append) as running:
        assert running.finished == "the images"
    model = Twice()
    with running_layers(model, told.append) as running:
        model(torch.ones(1))
    inner = ["inner", "inner.0", "inner"]
    assert told == ["Twice", *inner, "Twice", *inner, "Twice", "last", "Twice"]
    assert running.stack == []
    assert running.finished == "Twice"


def test_the_innermost_layer_is_the_one_at_work():
    model, seen = Twice(), []
    with running_layers(model) as running:
        model.inner[0].register_forward_pre_hook(lambda *_: seen.append(running.innermost))
        model.last.register_forward_pre_hook(lambda *_: seen.append(running.finished))
        model(torch.ones(1))
    assert seen == ["inner.0", "inner.0", "inner"]


def test_layers_go_by_the_same_names():
    model = Twice()
    assert named_layers(model) == {
        "Twice": model,
        "inner": model.inner,
        "inner.0": model.inner[0],
        "last": model.last,
    }
