"""Oracle: Krizhevsky et al. 2012, section 3.5, and sums worked by hand."""

import pytest

from course_lib.claims import alexnet_walk


def test_sizes_on_the_way():
    # (227 - 11) / 4 + 1 = 55; (55 - 3) / 2 + 1 = 27; (27 - 3) / 2 + 1 = 13; (13 - 3) / 2 + 1 = 6
    assert alexnet_walk.output_of("conv1") == alexnet_walk.output_of("norm1") == [55, 55, 96]
    assert alexnet_walk.output_of("pool1") == [27, 27, 96]
    assert alexnet_walk.output_of("conv2") == alexnet_walk.output_of("norm2") == [27, 27, 256]
    assert alexnet_walk.output_of("pool2") == [13, 13, 256]
    assert alexnet_walk.output_of("conv3") == alexnet_walk.output_of("conv4") == [13, 13, 384]
    assert alexnet_walk.output_of("conv5") == [13, 13, 256]
    assert alexnet_walk.output_of("pool5") == [6, 6, 256]


def test_kinds_of_layers_and_matrices():
    assert alexnet_walk.convolutions_and_fully_connected() == [5, 3]
    assert alexnet_walk.inputs_and_outputs_of("fc6") == [6 * 6 * 256, 4096]
    assert alexnet_walk.inputs_and_outputs_of("fc7") == [4096, 4096]
    assert alexnet_walk.inputs_and_outputs_of("fc8") == [4096, 1000]


def test_parameters_with_their_input_channels():
    assert alexnet_walk.conv1_kernel() == [11, 11, 3, 96]
    assert alexnet_walk.parameters_of("conv1") == 11 * 11 * 3 * 96 + 96 == 34_944
    assert alexnet_walk.parameters_of("conv2") == 5 * 5 * 48 * 256 + 256
    assert alexnet_walk.parameters_of("conv3") == 3 * 3 * 256 * 384 + 384
    assert alexnet_walk.parameters_of("conv4") == 3 * 3 * 192 * 384 + 384
    assert alexnet_walk.parameters_of("conv5") == 3 * 3 * 192 * 256 + 256
    assert alexnet_walk.parameters_of("fc6") == 9216 * 4096 + 4096
    assert alexnet_walk.parameters_of("fc7") == 4096 * 4096 + 4096
    assert alexnet_walk.parameters_of("fc8") == 4096 * 1000 + 1000
    assert alexnet_walk.weights_of("fc6") == 9216 * 4096
    assert alexnet_walk.weights_of("fc7") == 4096 * 4096
    assert alexnet_walk.weights_of("fc8") == 4096 * 1000


def test_what_sharing_and_the_stride_save():
    assert alexnet_walk.conv1_as_fully_connected() == 224 * 224 * 3 * 55 * 55 * 96
    assert alexnet_walk.outputs_saved_by_the_stride() == pytest.approx(217**2 / 55**2)


def test_where_most_parameters_are(monkeypatch):
    assert alexnet_walk.fully_connected_layers_hold_most()  # 58.6 of 61.0 million
    monkeypatch.setattr(alexnet_walk, "parameters_of", lambda name: 10_000_000)
    assert not alexnet_walk.fully_connected_layers_hold_most()
