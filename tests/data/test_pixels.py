"""From whole numbers to floats and back. Oracle: torchvision's to_dtype, and by hand."""

import pytest
import torch
from torchvision.transforms.v2.functional import to_dtype

from course_lib.data.pixels import from_pixels, in_dtype, to_pixels, working_dtype

BYTES = torch.arange(256, dtype=torch.uint8)


def test_bytes_are_torchvisions_floats_and_come_back():
    torch.testing.assert_close(from_pixels(BYTES), to_dtype(BYTES, torch.float32, scale=True))
    assert torch.equal(to_pixels(from_pixels(BYTES), torch.uint8), BYTES)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_floats_stay_and_half_precision_gets_room(dtype):
    values = torch.rand(9).to(dtype)
    room = torch.float64 if dtype == torch.float64 else torch.float32
    assert working_dtype(dtype) == room
    assert from_pixels(values).dtype == room
    assert torch.equal(to_pixels(from_pixels(values), dtype), values)


def test_what_is_beyond_the_range_is_cut_off_and_the_rest_rounded():
    values = torch.tensor([-0.1, 0.5019, 0.4999, 1.2])
    assert to_pixels(values, torch.uint8).tolist() == [0, 128, 127, 255]
    assert to_pixels(values, torch.float32).tolist() == pytest.approx([0, 0.5019, 0.4999, 1])
    assert in_dtype(torch.tensor([1.6, -1.6]), torch.int64).tolist() == [2, -2]
    assert in_dtype(torch.tensor([1.6]), torch.float64).item() == pytest.approx(1.6)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.int8])
def test_other_numbers_are_no_pixels(dtype, without_shape_checks):
    with pytest.raises(ValueError, match=f"images is {dtype}; give uint8"):
        from_pixels(BYTES.to(dtype))
