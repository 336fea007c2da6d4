"""Oracle: the sizes of the maps, added up by hand."""

import pytest
from torch import nn

from course_lib.inspection import count_neurons


def test_alexnet_has_the_650_thousand_of_its_paper():
    sizes = [(96, 55), (256, 27), (384, 13), (384, 13), (256, 13)]
    model = nn.Sequential(
        nn.Conv2d(3, 96, 11, stride=4),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2),
        nn.BatchNorm2d(256),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1),
        nn.Conv2d(384, 384, 3, padding=1, groups=2),
        nn.Conv2d(384, 256, 3, padding=1, groups=2),
        nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Linear(9216, 4096, device="meta"),
        nn.Linear(4096, 4096, device="meta"),
        nn.Linear(4096, 1000, device="meta"),
    ).to("meta")
    expected = sum(channels * side * side for channels, side in sizes) + 4096 + 4096 + 1000
    assert count_neurons(model, (1, 3, 227, 227)) == expected == 659_272
    assert expected == pytest.approx(650_000, rel=0.02)


def test_units_are_those_of_one_image():
    assert count_neurons(nn.Linear(3, 5), (7, 3)) == 5


def test_a_layer_called_twice_has_its_units_twice():
    layer = nn.Linear(4, 4)
    assert count_neurons(nn.Sequential(layer, nn.ReLU(), layer), (1, 4)) == 8
