"""Oracles: torch's own count of a small layer, Krizhevsky et al. 2012, and sums worked by hand."""

from torch import nn

from course_lib.claims.shapes_only import (
    flops_of,
    layers_of,
    num_layers_with_weights,
    shapes_only,
    sizes_of,
)


def test_there_are_no_numbers_and_the_network_is_built_once():
    network = shapes_only("lenet5_modern")
    assert {parameter.device.type for parameter in network.parameters()} == {"meta"}
    assert shapes_only("lenet5_modern") is network
    assert not network.training


def test_sizes_are_in_the_order_of_lectures():
    # LeNet-5 on 28x28 with padding: 6 maps of 28x28, then 16 of 10x10.
    assert sizes_of("lenet5_modern")["c1"] == [28, 28, 6]
    assert sizes_of("lenet5_modern")["c3"] == [10, 10, 16]
    assert sizes_of("lenet5_modern")["f6"] == [84]


def test_layers_are_counted_and_their_cost_is_a_sum():
    assert num_layers_with_weights("alexnet") == 5 + 3
    assert [layer.out_features for layer in layers_of("alexnet", nn.Linear)] == [4096, 4096, 1000]
    first = next(layer for layer in flops_of("alexnet").layers if layer.name == "conv1")
    assert first.multiply_adds == 55 * 55 * 96 * 11 * 11 * 3
