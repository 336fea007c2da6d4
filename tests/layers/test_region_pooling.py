"""roi_pool and its gradient. Oracles: torchvision in float64, and boxes worked by hand."""

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import roi_pool, roi_pool_backward

BOTH = (roi_pool, roi_pool_backward, torchvision.ops.roi_pool)


@st.composite
def pools(draw):
    """Maps, half with many equal pixels; boxes in and outside of them, many on half pixels."""
    torch.manual_seed(draw(st.integers(0, 2**31)))
    sides = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    maps = torch.randn(draw(st.integers(1, 3)), 2, *sides, dtype=torch.float64)
    maps = maps.round() if draw(st.booleans()) else maps
    num_boxes, scale = draw(st.integers(0, 6)), draw(st.sampled_from([1.0, 0.5, 0.25]))
    corners = (torch.rand(num_boxes, 4, dtype=torch.float64) * 16 - 3) / scale
    corners = corners.round() if draw(st.booleans()) else corners
    if draw(st.booleans()):  # upright, as boxes should be; the others end before they start
        corners = torch.cat([corners[:, :2], torch.maximum(corners[:, 2:], corners[:, :2])], dim=1)
    images = torch.randint(len(maps), (num_boxes, 1)).double()
    size = draw(st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4))))
    boxes = torch.cat([images, corners], dim=1)
    return maps, {"boxes": boxes, "output_size": size, "spatial_scale": scale}


@settings(max_examples=120, derandomize=True, deadline=None)
@given(pools())
def test_forward_and_backward_equal_torchvision(equals_torch, drawn):
    maps, options = drawn
    equals_torch(*BOTH, maps, **options)
    output, winners = roi_pool(maps, **options, return_indices=True)
    upstream = torch.randn_like(output)
    again = roi_pool_backward(upstream, maps, **options, indices=winners)
    torch.testing.assert_close(again, roi_pool_backward(upstream, maps, **options))
    # torchvision's own operator gives the winners, too.
    size = options["output_size"]
    size = (size, size) if isinstance(size, int) else size
    scale = options["spatial_scale"]
    wanted = torch.ops.torchvision.roi_pool(maps, options["boxes"], scale, *size)
    assert output.equal(roi_pool(maps, **options))
    assert output.equal(wanted[0])
    assert winners.equal(wanted[1].long())


def test_the_arguments_stand_in_the_order_of_torchvision():
    maps, boxes = torch.randn(2, 3, 9, 8), [torch.tensor([[0.0, 2, 12, 15]]), torch.zeros(0, 4)]
    wanted = torchvision.ops.roi_pool(maps, boxes, (2, 3), 0.5)
    assert roi_pool(maps, boxes, (2, 3), 0.5).equal(wanted)
    assert roi_pool_backward(wanted, maps, boxes, (2, 3), 0.5).shape == maps.shape


def test_cells_worked_by_hand():
    """Columns 1 to 3 of 0 to 4, in two cells: 1.5 pixels each, rounded outward to 1, 2 and 2, 3."""
    row = torch.tensor([[[[90.0, 1.0, 7.0, 5.0, 80.0]]]])
    box = torch.tensor([[0.0, 1.0, 0.0, 3.0, 0.0]])
    output, winners = roi_pool(row, box, (1, 2), return_indices=True)
    assert output.tolist() == [[[[7.0, 7.0]]]]
    assert winners.tolist() == [[[[2, 2]]]]
    grad = roi_pool_backward(torch.tensor([[[[1.0, 10.0]]]]), row, box, (1, 2))
    assert grad.tolist() == [[[[0.0, 0.0, 11.0, 0.0, 0.0]]]]


def test_halves_are_rounded_away_from_zero():
    """From 0.5 to 2.5 is from pixel 1 to pixel 3; to the even neighbor it would be 0 to 2."""
    row, box = torch.tensor([[[[9.0, 1.0, 2.0, 3.0, 8.0]]]]), torch.tensor([[0.0, 0.5, 0, 2.5, 0]])
    assert roi_pool(row, box, 1).tolist() == [[[[3.0]]]]
    left = torch.tensor([[0.0, -1.5, 0, -0.5, 0]])  # -2 to -1: outside of the map
    assert roi_pool(row, left, 1).tolist() == [[[[0.0]]]]


def test_an_empty_cell_gives_zero_and_gets_nothing():
    maps, outside = -torch.ones(1, 2, 4, 4), torch.tensor([[0.0, 10, 10, 12, 12]])
    output, winners = roi_pool(maps, outside, 2, return_indices=True)
    assert not output.any()
    assert (winners == -1).all()
    assert not roi_pool_backward(torch.ones(1, 2, 2, 2), maps, outside, 2).any()


def test_boxes_far_away_are_no_accident():
    far = torch.tensor([[0.0, -1e30, 0, 1e30, 1e30], [0.0, 1e30, 1e30, 1e30, 1e30]])
    output = roi_pool(torch.full((1, 1, 3, 3), 2.0), far, 1)
    assert output.flatten().tolist() == [2.0, 0.0]


def test_no_boxes_give_nothing():
    maps, none = torch.randn(2, 3, 4, 5), torch.zeros(0, 5)
    assert roi_pool(maps, none, (2, 3)).shape == (0, 3, 2, 3)
    grad = roi_pool_backward(torch.zeros(0, 3, 2, 3), maps, none, (2, 3))
    assert grad.equal(torch.zeros_like(maps))


def test_not_a_number_is_not_hidden():
    """torchvision would pass over it; a network that has gone wrong should show it."""
    row = torch.tensor([[[[1.0, torch.nan, 6.0, 3.0]]]])
    output = roi_pool(row, torch.tensor([[0.0, 0, 0, 3, 0]]), (1, 2))
    assert output.isnan().tolist() == [[[[True, False]]]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    maps, box = torch.randn(1, 3, 9, 8).to(dtype), torch.tensor([[0.0, 0.3, 1.2, 6.9, 7.7]])
    output = roi_pool(maps, box, 3)
    assert output.equal(roi_pool(maps.double(), box, 3).to(dtype))
    boxes = box.repeat(5000, 1)  # 5,000 ones: in half precision the sum would stop before
    grad = roi_pool_backward(torch.ones(5000, 3, 1, 1, dtype=dtype), maps, boxes, 1)
    assert grad.dtype == dtype
    assert grad.amax(dim=(2, 3)).tolist() == [[torch.tensor(5000.0).to(dtype).item()] * 3]


@pytest.mark.gpu
def test_cuda_equals_torchvision(equals_torch):
    maps = torch.randn(2, 3, 9, 8, device="cuda", dtype=torch.float64)
    boxes = torch.tensor([[0.0, 1.3, 2, 12, 15], [1, 0, 0, 3, 40]], device="cuda").double()
    equals_torch(*BOTH, maps, boxes=boxes, output_size=(3, 2), spatial_scale=0.5)


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values():
    maps, box = torch.zeros(2, 3, 4, 5), torch.zeros(1, 5)
    with pytest.raises(ValueError, match=r"boxes must be \(k, 5\)"):
        roi_pool(maps, torch.zeros(1, 4), 2)
    with pytest.raises(ValueError, match=r"boxes must be \(k, 5\)"):
        roi_pool_backward(torch.zeros(1, 3, 2, 2), maps, torch.zeros(1, 4), 2)
    with pytest.raises(ValueError, match=r"grad_output must be \(1, 3, 2, 2\), not \(2, 3, 2, 2\)"):
        roi_pool_backward(torch.zeros(2, 3, 2, 2), maps, box, 2)
    indices = torch.zeros(1, 3, 1, 1, dtype=torch.long)
    with pytest.raises(ValueError, match=r"indices must be \(1, 3, 2, 2\), not \(1, 3, 1, 1\)"):
        roi_pool_backward(torch.zeros(1, 3, 2, 2), maps, box, 2, indices=indices)
