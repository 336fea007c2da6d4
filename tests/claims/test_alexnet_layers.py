"""Oracle: Krizhevsky et al. 2012, section 3.5, and sums worked by hand."""

from course_lib.claims import alexnet, claim


def test_sizes_worked_by_hand():
    # (227 - 11) / 4 + 1 = 55; (55 - 3) / 2 + 1 = 27; (27 - 3) / 2 + 1 = 13; (13 - 3) / 2 + 1 = 6
    sides = [55, 27, 27, 13, 13, 13, 13, 6]
    maps = [96, 96, 256, 256, 384, 384, 256, 256]
    expected = [f"{side}x{side}x{num}" for side, num in zip(sides, maps, strict=True)]
    assert alexnet.map_sizes() == expected
    assert alexnet.normalized_sizes() == ["55x55x96", "27x27x256"]
    assert alexnet.input_side() == 11 + 54 * 4 == 227


def test_kernels_as_section_3_5_lists_them():
    assert alexnet.convolutions() == [
        "96 of 11x11, stride 4, pad 0",
        "256 of 5x5, stride 1, pad 2",
        "384 of 3x3, stride 1, pad 1",
        "384 of 3x3, stride 1, pad 1",
        "256 of 3x3, stride 1, pad 1",
    ]
    assert alexnet.poolings() == ["3x3, stride 2"] * 3
    assert alexnet.fully_connected_sizes() == [4096, 4096, 1000]
    assert alexnet.layers_with_dropout() == ["fc6", "fc7"]
    assert alexnet.num_layers() == 5 + 3


def test_parameters_and_neurons_are_sums():
    kernels = [(96, 3 * 121), (256, 48 * 25), (384, 256 * 9), (384, 192 * 9), (256, 192 * 9)]
    connected = [(4096, 9216), (4096, 4096), (1000, 4096)]
    total = sum(units * (inputs + 1) for units, inputs in kernels + connected)
    assert alexnet.num_parameters() == total == 60_965_224
    unsplit = total + 256 * 48 * 25 + (384 + 256) * 192 * 9  # the remark
    assert f"{unsplit:,}" in claim("alexnet-parameters-sharif").remark
    units = 55**2 * 96 + 27**2 * 256 + 13**2 * (384 + 384 + 256) + 4096 + 4096 + 1000
    assert alexnet.num_neurons() == units == 659_272
