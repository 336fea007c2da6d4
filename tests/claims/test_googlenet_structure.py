"""Oracle: Szegedy et al. 2015, table 1 and section 5, and sums worked by hand."""

import pytest

from course_lib.claims import googlenet_structure


def test_the_depths_of_table_1():
    assert googlenet_structure.depths() == [13 + 3, 3 + 9 * 2 + 1]
    assert googlenet_structure.depths_of_three() == [8, 16, 22]
    assert googlenet_structure.num_modules() == 9
    assert googlenet_structure.convolutions_before_the_modules() == 3


def test_sizes_between_and_behind_the_modules():
    assert googlenet_structure.downsamplings_between_the_modules() == 2  # 28, 14, 7
    assert googlenet_structure.numbers_saved_by_averaging() == [7 * 7 * 1024, 1024]
    assert googlenet_structure.fully_connected_layers() == 1


def test_parameters_beside_those_of_others():
    # 6,998,552 is the sum of table 1's own sizes with biases, 60,965,224 that of AlexNet.
    expected = 60_965_224 / 6_998_552
    assert googlenet_structure.parameters_beside_alexnet() == pytest.approx(expected)
    assert googlenet_structure.cheaper_than_vgg() == [7.0 < 138.4, 1.58 < 15.5]
