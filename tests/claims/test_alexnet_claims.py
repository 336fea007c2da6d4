"""AlexNet's numbers. Oracles: the sums of section 3.5, by hand, and torchvision's own network."""

import pytest
import torchvision
from torch import nn

from course_lib.claims import alexnet, crops, small_filters


def test_parameters_are_the_sum_of_the_layers():
    convolutions = 96 * (3 * 121 + 1) + 256 * (48 * 25 + 1) + 384 * (256 * 9 + 1)
    convolutions += 384 * (192 * 9 + 1) + 256 * (192 * 9 + 1)
    linears = 4096 * (256 * 36 + 1) + 4096 * (4096 + 1) + 1000 * (4096 + 1)
    assert alexnet.num_parameters() == convolutions + linears == 60_965_224


def test_layers_are_those_of_the_figure():
    assert alexnet.kinds_of_layers() == [5, 3, 3]
    assert alexnet.convolutions_and_poolings() == [5, 3]
    assert alexnet.num_outputs() == 1000
    assert alexnet.first_layer_filters() == [96, 11]
    assert alexnet.num_first_filters() == 96
    assert alexnet.more_layers_than_lenet()


def test_dropout_thins_two_outputs_and_no_convolution_s():
    assert alexnet.dropout_probability_and_layers() == [0.5, 2]
    assert alexnet.convolutions_with_dropout() == 0


def test_a_convolution_with_dropout_would_be_counted(monkeypatch):
    from course_lib.inspection.shapes import LayerShape, ShapeTable

    kinds = ("Conv2d", "DropoutScaledAtTest", "Conv2d", "Linear")
    table = ShapeTable(LayerShape("x", kind, (1,)) for kind in kinds)
    monkeypatch.setattr(alexnet, "_shapes", lambda: table)
    assert alexnet.convolutions_with_dropout() == 2


def test_first_weights_follow_section_5():
    assert alexnet.first_biases() == [0, 1]
    # The deviation of n draws is off by about 1 / sqrt(2n) of itself: 0.035 % for four million.
    assert alexnet.first_deviation() == pytest.approx(0.01, rel=0.002)


@pytest.mark.parametrize(
    ("function", "side"), [(crops.of_alexnet, 256), (crops.of_vgg, 384), (crops.of_resnet, 480)]
)
def test_crops_are_counted_one_by_one(function, side):
    places = [start for start in range(side) if start + 224 <= side]
    assert function() == len(places) ** 2 * 2


@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_vgg_is_as_large_as_torchvision_s(name):
    model = torchvision.models.get_model(name, weights=None, init_weights=False)
    counted = getattr(small_filters, f"parameters_of_{name}")()
    assert counted == sum(parameter.numel() for parameter in model.parameters())
    learning = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(learning) == small_filters.depths()[("alexnet", "vgg16", "vgg19").index(name)]


def test_three_small_filters_by_hand():
    assert small_filters.field_of_three() == 3 + 2 + 2
    assert small_filters.weights_of_three_and_of_one() == [3 * 9, 49]
    assert small_filters.rectifiers_of_three_and_of_one() == [3, 1]
    assert small_filters.filter_sides() == [3]
