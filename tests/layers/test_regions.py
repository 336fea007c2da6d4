"""How boxes are read. Oracle: numbers worked by hand."""

import pytest
import torch

from course_lib.layers.regions import cell_maps, pixel_table, regions_of

MAPS = torch.randn(3, 2, 4, 5, dtype=torch.float64)


def test_a_list_and_one_tensor_say_the_same():
    listed = [torch.tensor([[0.0, 1, 2, 3], [4, 5, 6, 7]]), torch.zeros(0, 4), torch.ones(1, 4)]
    numbered = torch.tensor([[0.0, 0, 1, 2, 3], [0, 4, 5, 6, 7], [2, 1, 1, 1, 1]])
    for boxes in (listed, numbered, tuple(listed)):
        regions = regions_of(MAPS, boxes, (2, 3), spatial_scale=0.5)
        assert len(regions) == 3
        assert regions.edges.dtype == torch.float64
        assert regions.edges.tolist() == [[0, 0.5, 1, 1.5], [2, 2.5, 3, 3.5], [0.5] * 4]
        assert regions.first_pixel.tolist() == [0, 0, 2 * 4 * 5]
        assert regions.grid == (2, 3)
        assert regions.map_size == (4, 5)


def test_ends_and_steps_come_vertical_first():
    regions = regions_of(MAPS, torch.tensor([[1.0, 10, 20, 30, 40]]), (2, 3), 1.0)
    assert [edge.item() for edge in regions.ends(0)] == [20, 40]
    assert [edge.item() for edge in regions.ends(1)] == [10, 30]
    assert regions.steps(0).tolist() == [0, 1]
    assert regions.steps(1).tolist() == [0, 1, 2]


def test_the_table_has_one_row_a_pixel():
    table = pixel_table(MAPS)
    assert table.shape == (3 * 4 * 5, 2)
    assert table[1 * 20 + 2 * 5 + 3].equal(MAPS[1, :, 2, 3])


def test_cells_become_maps():
    regions = regions_of(MAPS, torch.zeros(2, 5), (2, 3), 1.0)
    table = torch.arange(2 * 2 * 3 * 4.0).view(12, 4)
    assert cell_maps(table, regions).shape == (2, 4, 2, 3)
    assert cell_maps(table, regions)[1, :, 1, 2].equal(table[11])


MISTAKES = {
    "boxes without their image": (torch.zeros(2, 4), {}, r"boxes must be \(k, 5\), .*not \(2, 4\)"),
    "one box": (torch.zeros(5), {}, r"not \(5,\)"),
    "too few tensors": ([torch.zeros(1, 4)] * 2, {}, "boxes has 2 tensors for 3 images"),
    "numbered boxes in a list": (
        [torch.zeros(1, 4), torch.zeros(1, 4), torch.zeros(1, 5)],
        {},
        r"boxes\[2\] must be \(k, 4\), .* not \(1, 5\)",
    ),
    "one box in a list": ([torch.zeros(4)] * 3, {}, r"boxes\[0\] must be \(k, 4\)"),
    "an image too many": (torch.tensor([[3.0, 0, 0, 1, 1]]), {}, r"images \[3.0\], .* 0 to 2"),
    "a negative image": (torch.tensor([[-1.0, 0, 0, 1, 1]]), {}, r"images \[-1.0\]"),
    "half an image": (torch.tensor([[0.5, 0, 0, 1, 1]]), {}, r"images \[0.5\]"),
    "no number for an image": (torch.tensor([[torch.nan, 0, 0, 1, 1]]), {}, r"images \[nan\]"),
    "no end": (torch.tensor([[0.0, 0, 0, torch.inf, 1]]), {}, "must be finite"),
    "no place": (torch.tensor([[0.0, 0, torch.nan, 1, 1]]), {}, "must be finite"),
    "no scale": (torch.zeros(1, 5), {"spatial_scale": 0.0}, "spatial_scale must be above 0.* 0.0"),
    "no cells": (torch.zeros(1, 5), {"output_size": (2, 0)}, r"output_size must be .*\(2, 0\)"),
    "no batch": (torch.zeros(1, 5), {"input": MAPS[0]}, r"input must be .* not \(2, 4, 5\)"),
    "no fractions": (torch.zeros(1, 5), {"input": MAPS.long()}, r"int64, .* input.float\(\)"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    boxes, changed, message = MISTAKES[mistake]
    options = {"input": MAPS, "output_size": 2, "spatial_scale": 1.0} | changed
    with pytest.raises(ValueError, match=message):
        regions_of(boxes=boxes, **options)
