"""Oracle: products worked by hand; torchvision's published numbers of multiply-adds."""

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from course_lib.inspection import count_flops


@pytest.fixture
def model() -> nn.Sequential:
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(4, 6, (3, 5), stride=2, groups=2), nn.BatchNorm2d(6), nn.ReLU()),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(6 * 2 * 2, 10),
    )


def test_each_layer_is_worked_by_hand(model):
    # Rows (11 - 3) // 2 + 1 = 5, columns (13 - 5) // 2 + 1 = 5; a kernel sees half the channels.
    convolution, linear = 5 * 5 * 6 * (2 * 3 * 5), 24 * 10
    count = count_flops(model, (1, 4, 11, 13))
    assert [(layer.name, layer.kind, layer.multiply_adds) for layer in count.layers] == [
        ("0.0", "Conv2d", convolution),
        ("3", "Linear", linear),
    ]
    assert count.multiply_adds == convolution + linear == 4_740
    assert count == sum(layer.flops for layer in count.layers) == 2 * 4_740


def test_a_batch_costs_its_size_times_one_image(model):
    assert count_flops(model, (7, 4, 11, 13)) == 7 * count_flops(model, (1, 4, 11, 13))


class Block(nn.Module):
    """Multiplies matrices before, between and after its children; calls one of them twice."""

    def __init__(self):
        super().__init__()
        self.child, self.other = nn.Linear(3, 5), nn.Linear(5, 3)
        self.matrix = nn.Parameter(torch.ones(3, 3))

    def forward(self, x):
        x = self.child(x @ self.matrix)
        x = self.child(self.other(x) @ self.matrix)
        return self.other(x) @ self.matrix


def test_what_a_module_computes_itself_is_apart_from_its_children():
    count = count_flops(nn.Sequential(Block(), nn.Linear(3, 2)), (1, 3))
    assert {layer.name: layer.multiply_adds for layer in count.layers} == {
        "0": 3 * 3 * 3,
        "0.child": 2 * 3 * 5,
        "0.other": 2 * 5 * 3,
        "1": 3 * 2,
    }


def test_what_the_model_computes_itself_goes_under_its_class():
    count = count_flops(Block(), (1, 3))
    assert [layer.name for layer in count.layers] == ["Block", "child", "other"]
    assert count.layers[0].kind == "Block"


@pytest.mark.parametrize("build", ["alexnet", "vgg16", "resnet50"])
def test_published_networks_have_the_number_torchvision_publishes(build):
    # torchvision gives giga multiply-adds with two or three digits.
    with torch.device("meta"):
        model = getattr(torchvision.models, build)()
    weights = torchvision.models.get_model_weights(build).DEFAULT
    count = count_flops(model, (1, 3, 224, 224))
    assert round(count.multiply_adds / 1e9, 3) == pytest.approx(weights.meta["_ops"], abs=1e-3)


def test_a_network_of_nothing_but_activations_counts_zero():
    count = count_flops(nn.Sequential(nn.ReLU(), nn.AvgPool2d(2)), (1, 2, 4, 4))
    assert count == 0
    assert count.layers == ()


def test_it_is_a_number_and_a_table(model):
    count = count_flops(model, (1, 4, 11, 13))
    assert f"{count:,}" == "9,480"
    assert str(count) == "9480"
    assert repr(count).splitlines()[0].split() == ["layer", "kind", "multiply-adds", "FLOPs"]
    assert repr(count).splitlines()[-1].split() == ["together", "4,740", "9,480"]
    assert "<td" in count._repr_html_()


def test_the_model_is_left_as_it_was(model):
    model[0].eval()
    model(torch.randn(2, 4, 11, 13)).sum().backward()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    gradients = [parameter.grad for parameter in model.parameters()]
    count_flops(model, (1, 4, 11, 13))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(p.grad is g for p, g in zip(model.parameters(), gradients, strict=True))
    assert [module.training for module in model.modules()] == [True, *4 * [False], *3 * [True]]
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_a_size_that_does_not_fit_is_named(model):
    with pytest.raises(ValueError, match=r"input_shape \(1, 3, 11, 13\) does not fit"):
        count_flops(model, (1, 3, 11, 13))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_a_missing_batch_dimension_is_named():
    class Pooled(nn.Conv2d):
        def forward(self, x):
            return F.relu(super().forward(x)).mean(dim=(2, 3))

    with pytest.raises(ValueError, match=r"wants \(n, channels, height, width\)"):
        count_flops(Pooled(3, 4, 3), (3, 8, 8))


@pytest.mark.gpu
def test_a_model_on_the_gpu_counts_the_same(model):
    shape = (1, 4, 11, 13)
    assert count_flops(model.cuda(), shape) == 9_480
