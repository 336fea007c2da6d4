import pytest
import torchvision
from torch import nn

from course_lib.inspection import count_parameters


@pytest.fixture
def model() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.Linear(84, 10))


def test_the_count_is_exact_for_each_layer(model):
    # Worked by hand; running mean and variance of the normalization are no parameters.
    count = count_parameters(model)
    assert [(layer.name, layer.trainable) for layer in count.layers] == [
        ("0", 6 * 25 + 6),
        ("1", 6 + 6),
        ("3", 84 * 10 + 10),
    ]
    assert count == count.total == count.trainable == 1_018
    assert count.layers[0].shapes == {"weight": (6, 1, 5, 5), "bias": (6,)}


def test_alexnet_has_the_number_torchvision_publishes():
    assert count_parameters(torchvision.models.alexnet()) == 61_100_840


def test_fixed_parameters_are_told_apart(model):
    model[3].requires_grad_(False)
    count = count_parameters(model)
    assert (count.trainable, count.fixed, count.total) == (168, 850, 1_018)
    assert "fixed" in repr(count)


def test_a_shared_parameter_counts_once():
    first, second = nn.Linear(5, 5), nn.Linear(5, 5)
    second.weight = first.weight
    count = count_parameters(nn.Sequential(first, second))
    assert count == 25 + 5 + 5
    assert count.layers[1].shapes == {"bias": (5,)}


def test_a_parameter_of_a_module_with_children_is_counted():
    model = nn.Sequential(nn.Linear(2, 2))
    model.register_parameter("scale", nn.Parameter(model[0].bias.detach().clone()))
    assert [(layer.name, layer.trainable) for layer in count_parameters(model).layers] == [
        ("Sequential", 2),
        ("0", 6),
    ]


def test_it_is_a_number_wherever_a_number_is_wanted(model):
    count = count_parameters(model)
    assert f"{count:,} parameters, {count}, {count / 1000:.1f} thousand" == (
        "1,018 parameters, 1018, 1.0 thousand"
    )


def test_the_table_shows_itself(model):
    count = count_parameters(model)
    assert repr(count).splitlines()[-1].split() == ["together", "1,018"]
    assert "fixed" not in repr(count)
    assert "weight 6 × 1 × 5 × 5, bias 6" in count._repr_html_()


def test_a_lazy_parameter_has_no_size_to_count():
    with pytest.raises(ValueError, match=r"lazy parameter '0.weight'.*send one batch"):
        count_parameters(nn.Sequential(nn.LazyLinear(3)))


def test_a_model_without_parameters_has_none():
    assert count_parameters(nn.ReLU()) == 0
    assert repr(count_parameters(nn.ReLU())).endswith("0")
