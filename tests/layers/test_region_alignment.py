"""roi_align and its gradient. Oracles: torchvision in float64, and points worked by hand."""

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import roi_align, roi_align_backward

# Sparse matrices have things to warn of; a reader should see none of them.
pytestmark = pytest.mark.filterwarnings("error")

BOTH = (roi_align, roi_align_backward, torchvision.ops.roi_align)


@st.composite
def alignments(draw):
    """Maps, and boxes in and outside of them, of whole pixels and of fractions."""
    torch.manual_seed(draw(st.integers(0, 2**31)))
    sides = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    maps = torch.randn(draw(st.integers(1, 3)), 2, *sides, dtype=torch.float64)
    num_boxes, scale = draw(st.integers(0, 5)), draw(st.sampled_from([1.0, 0.5, 0.25]))
    corners = (torch.rand(num_boxes, 4, dtype=torch.float64) * 16 - 3) / scale
    corners = corners.round() if draw(st.booleans()) else corners
    aligned = draw(st.booleans())
    # Upright, as boxes should be, or some that end before they start; torchvision fails on such
    # boxes where it is to count their points itself.
    if aligned or draw(st.booleans()):
        corners = torch.cat([corners[:, :2], torch.maximum(corners[:, 2:], corners[:, :2])], dim=1)
    images = torch.randint(len(maps), (num_boxes, 1)).double()
    size = draw(st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4))))
    options = {"boxes": torch.cat([images, corners], dim=1), "output_size": size}
    options["sampling_ratio"] = draw(st.sampled_from([-1, 0, 1, 2, 3]))
    return maps, options | {"spatial_scale": scale, "aligned": aligned}


@settings(max_examples=200, derandomize=True, deadline=None)
@given(alignments())
def test_forward_and_backward_equal_torchvision(equals_torch, drawn):
    maps, options = drawn
    equals_torch(*BOTH, maps, **options)


def test_the_arguments_stand_in_the_order_of_torchvision():
    maps, boxes = torch.randn(2, 3, 9, 8), [torch.tensor([[0.0, 2, 12, 15]]), torch.zeros(0, 4)]
    options = ((2, 3), 0.5, 3, True)
    wanted = torchvision.ops.roi_align(maps, boxes, *options)
    torch.testing.assert_close(roi_align(maps, boxes, *options), wanted)
    assert roi_align_backward(wanted, maps, boxes, *options).shape == maps.shape
    defaults = torchvision.ops.roi_align(maps, boxes, 2)
    torch.testing.assert_close(roi_align(maps, boxes, 2), defaults)


def test_a_point_between_two_pixels_is_a_part_of_each():
    """A box from 1.0 to 2.6 has its middle at 1.8: a fifth of pixel 1, four of pixel 2."""
    row, box = torch.tensor([[[[0.0, 10.0, 20.0, 30.0]]]]), torch.tensor([[0.0, 1.0, 0, 2.6, 0]])
    options = {"output_size": 1, "sampling_ratio": 1}
    torch.testing.assert_close(roi_align(row, box, **options), torch.tensor([[[[18.0]]]]))
    grad = roi_align_backward(torch.tensor([[[[5.0]]]]), row, box, **options)
    torch.testing.assert_close(grad, torch.tensor([[[[0.0, 1.0, 4.0, 0.0]]]]))


def test_aligned_moves_the_box_by_half_a_pixel():
    """The box of pixel 2 alone is 2 to 3; its middle 2.5 is, aligned, the middle of pixel 2."""
    row, box = torch.tensor([[[[0.0, 10.0, 20.0, 30.0]]]]), torch.tensor([[0.0, 2.0, 0, 3.0, 1.0]])
    assert roi_align(row, box, 1, aligned=True).item() == pytest.approx(20.0)
    assert roi_align(row, box, 1, aligned=False).item() == pytest.approx(25.0)


def test_a_box_on_whole_cells_is_average_pooling():
    """A metamorphic property: cells of 2x2 pixels, one point in each, are plain means."""
    maps = torch.randn(2, 3, 6, 8, dtype=torch.float64)
    boxes = torch.tensor([[0.0, 0, 0, 8, 6], [1.0, 0, 0, 8, 6]])
    found = roi_align(maps, boxes, (3, 4), aligned=True)
    wanted = torch.nn.functional.avg_pool2d(maps, 2)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)


def test_a_point_more_than_a_pixel_outside_counts_as_zero():
    maps = torch.full((1, 1, 3, 3), 7.0)
    points = [-1.5, -1.0, 2.9, 3.0, 3.5]  # the middle of each box, along the columns
    boxes = torch.tensor([[0.0, x - 0.5, 1, x + 0.5, 2] for x in points])
    assert roi_align(maps, boxes, 1).flatten().tolist() == [0, 7, 7, 7, 0]


def test_a_pixel_that_is_not_read_does_not_matter():
    """Not even an infinite one, though all of it is one product with a matrix."""
    maps = torch.ones(1, 1, 4, 4)
    maps[0, 0, 3, 3] = torch.inf
    box = torch.tensor([[0.0, 0, 0, 2, 2]])
    assert roi_align(maps, box, 2).tolist() == [[[[1.0, 1.0], [1.0, 1.0]]]]


def test_a_box_that_ends_before_it_starts_has_no_points():
    maps, box = torch.ones(1, 1, 4, 4), torch.tensor([[0.0, 3, 3, 1, 1], [0.0, 1, 1, 3, 3]])
    assert roi_align(maps, box, 1, aligned=True).flatten().tolist() == [0, 1]
    assert roi_align(maps, box[:1], 1, aligned=True).item() == 0


def test_no_boxes_give_nothing():
    maps, none = torch.randn(2, 3, 4, 5), torch.zeros(0, 5)
    assert roi_align(maps, none, (2, 3)).shape == (0, 3, 2, 3)
    grad = roi_align_backward(torch.zeros(0, 3, 2, 3), maps, none, (2, 3))
    assert grad.equal(torch.zeros_like(maps))


def test_backward_by_finite_differences(slopes):
    maps = torch.randn(2, 2, 5, 4, dtype=torch.float64)
    boxes = torch.tensor([[0.0, 0.3, 0.1, 3.2, 4.9], [1.0, 1.1, -2.0, 2.2, 3.0]]).double()
    upstream = torch.randn(2, 2, 2, 3, dtype=torch.float64)
    for aligned in (False, True):
        options = {"boxes": boxes, "output_size": (2, 3), "aligned": aligned}
        (wanted,) = slopes(lambda x, given=options: roi_align(x, **given), [maps], upstream)
        found = roi_align_backward(upstream, maps, **options)
        torch.testing.assert_close(found, wanted, rtol=1e-7, atol=1e-7)


def test_autograd_can_still_follow_the_forward():
    maps, box = torch.randn(1, 2, 5, 4, requires_grad=True), torch.tensor([[0.0, 0.3, 0.1, 3, 4]])
    upstream = torch.randn(1, 2, 2, 2)
    roi_align(maps, box, 2).backward(upstream)
    torch.testing.assert_close(maps.grad, roi_align_backward(upstream, maps.detach(), box, 2))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    maps, box = torch.randn(1, 3, 9, 8).to(dtype), torch.tensor([[0.0, 0.3, 1.2, 6.9, 7.7]])
    output, eps = roi_align(maps, box, 3), torch.finfo(dtype).eps
    assert output.dtype == dtype
    exact = roi_align(maps.double(), box, 3)
    torch.testing.assert_close(output.double(), exact, rtol=eps, atol=eps)
    upstream = torch.randn(1, 3, 3, 3).to(dtype)
    grad = roi_align_backward(upstream, maps, box, 3)
    assert grad.dtype == dtype
    wanted = roi_align_backward(upstream.double(), maps.double(), box, 3)
    torch.testing.assert_close(grad.double(), wanted, rtol=eps, atol=eps)


@pytest.mark.gpu
@pytest.mark.parametrize("aligned", [False, True])
def test_cuda_equals_torchvision(equals_torch, aligned):
    maps = torch.randn(2, 3, 9, 8, device="cuda", dtype=torch.float64)
    boxes = torch.tensor([[0.0, 1.3, 2, 12, 15], [1, 0, 0, 3, 40]], device="cuda").double()
    options = {"output_size": (3, 2), "spatial_scale": 0.5, "aligned": aligned}
    equals_torch(*BOTH, maps, boxes=boxes, **options)


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values():
    maps = torch.zeros(2, 3, 4, 5)
    with pytest.raises(ValueError, match=r"boxes must be \(k, 5\)"):
        roi_align(maps, torch.zeros(1, 4), 2)
    with pytest.raises(ValueError, match=r"boxes must be \(k, 5\)"):
        roi_align_backward(torch.zeros(1, 3, 2, 2), maps, torch.zeros(1, 4), 2)
    with pytest.raises(ValueError, match=r"grad_output must be \(1, 3, 2, 2\), not \(2, 3, 2, 2\)"):
        roi_align_backward(torch.zeros(2, 3, 2, 2), maps, torch.zeros(1, 5), 2)
