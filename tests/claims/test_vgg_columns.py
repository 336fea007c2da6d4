"""Oracle: table 1 of Simonyan & Zisserman 2015, read column by column."""

from course_lib.claims import vgg_columns


def test_the_columns_of_table_1():
    convolutions = {"A": 8, "A-LRN": 8, "B": 10, "C": 13, "D": 13, "E": 16}
    expected = {number + 3 for number in convolutions.values()}
    assert vgg_columns.depths_of_the_columns() == sorted(expected) == [11, 13, 16, 19]
    assert vgg_columns.one_by_one_kernels() == 3


def test_stages_and_classifier():
    assert vgg_columns.largest_stages() == [max(2, 2, 3, 3, 3), max(2, 2, 4, 4, 4)]
    assert vgg_columns.stages_and_fully_connected() == [5, 2]
    assert vgg_columns.fully_connected_outputs() == [4096, 4096, 1000]
