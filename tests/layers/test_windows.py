"""The windows of a kernel. Oracles: slices written out, and the plain rule of what overlaps."""

import pytest
import torch

from course_lib.layers.windows import windows_of

IMAGES = torch.arange(2 * 3 * 8 * 9.0).view(2, 3, 8, 9)


def test_each_window_is_the_slice_one_would_write():
    windows = windows_of(IMAGES, kernel_size=(2, 3), stride=(3, 2), padding=1, dilation=(2, 1))
    padded = torch.nn.functional.pad(IMAGES, (1, 1, 1, 1))
    assert windows.pad(IMAGES).equal(padded)
    view = windows.view(padded)
    assert view.shape[4:] == windows.output_size == (3, 5)
    for y in range(3):
        for x in range(5):
            wanted = padded[:, :, 3 * y : 3 * y + 3 : 2, 2 * x : 2 * x + 3]
            assert view[..., y, x].equal(wanted)
            rows, columns = windows.at(y, x)
            assert padded[:, :, rows, columns].equal(wanted)


def test_no_pixel_is_copied():
    windows = windows_of(IMAGES, kernel_size=3, stride=1, padding=0, dilation=1)
    assert windows.view(IMAGES).untyped_storage().data_ptr() == IMAGES.untyped_storage().data_ptr()


def test_adding_to_every_window_counts_how_many_see_a_pixel():
    """Width 5, kernel 3: pixels 0 to 4 stand in 1, 2, 3, 2, 1 windows."""
    row = torch.zeros(1, 1, 1, 5)
    windows = windows_of(row, kernel_size=(1, 3), stride=1, padding=0, dilation=1)
    view = windows.view(row)
    for i, j in windows.positions():
        view[:, :, i, j] += 1
    assert row.flatten().tolist() == [1, 2, 3, 2, 1]


def test_cropping_takes_off_what_padding_put_on():
    for options in ({"padding": (2, 1)}, {"padding": "same"}, {"padding": 1, "ceil_mode": True}):
        stride = 1 if options["padding"] == "same" else 3
        windows = windows_of(IMAGES, kernel_size=4, stride=stride, dilation=1, **options)
        assert windows.crop(windows.pad(IMAGES, -7.0)).equal(IMAGES)


def test_the_last_window_may_hang_over_in_ceil_mode():
    """Width 9, kernel 4, stride 3: starts 0, 3, 6; the last reaches to 9, one pixel too far."""
    windows = windows_of(IMAGES, 4, stride=3, padding=0, dilation=1, ceil_mode=True)
    assert windows.output_size == (3, 3)
    assert windows.after == (2, 1)


@pytest.mark.parametrize("name", ["kernel_size", "stride", "padding", "dilation"])
def test_every_size_is_named_by_its_argument(name):
    options = {"kernel_size": 2, "stride": 1, "padding": 0, "dilation": 1} | {name: -1}
    with pytest.raises(ValueError, match=f"^{name} must be at least [01], but it is -1"):
        windows_of(IMAGES, **options)
