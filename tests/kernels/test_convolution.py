"""The convolution kernel. Oracle: course_lib.layers.conv2d in float64, torch for whole modules."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import layers

SINGLE = {"rtol": 1e-5, "atol": 1e-5}
SIZES = st.tuples(st.integers(1, 3), st.integers(1, 3))


def _draw(device, *shape):
    return torch.randn(shape, device=device)


def _check(device, images, weight, bias, **options):
    from course_lib.kernels import conv2d

    output = conv2d(images, weight, bias, **options)
    exact = [None if t is None else t.double() for t in (images, weight, bias)]
    assert output.dtype == images.dtype
    torch.testing.assert_close(output.double(), layers.conv2d(*exact, **options), **SINGLE)


# On a GPU each example may be compiled anew, for seconds.
@settings(max_examples=5 if torch.cuda.is_available() else 25, deadline=None)
@given(
    groups=st.integers(1, 3),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 4)),
    size=st.tuples(st.integers(5, 9), st.integers(5, 9)),
    kernel=SIZES,
    stride=SIZES,
    padding=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    with_bias=st.booleans(),
)
def test_drawn_sizes_equal_the_layer(
    device, groups, channels, size, kernel, stride, padding, dilation, with_bias
):
    c_in, c_out = channels
    images = _draw(device, 2, c_in * groups, *size)
    weight = _draw(device, c_out * groups, c_in, *kernel)
    bias = _draw(device, c_out * groups) if with_bias else None
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    _check(device, images, weight, bias, **options)


def test_more_than_one_tile_in_every_direction(device):
    # 3 * 9 * 7 = 189 places (tiles of 128), 70 kernels (64), a depth of 5 * 9 = 45 (32).
    _check(device, _draw(device, 3, 5, 9, 7), _draw(device, 70, 5, 3, 3), None, padding=1)


def test_a_view_that_is_not_contiguous(device):
    images = _draw(device, 2, 7, 6, 3).permute(0, 3, 1, 2)
    weight = _draw(device, 3, 3, 2, 4).transpose(0, 1)
    _check(device, images, weight, _draw(device, 6)[::2], padding="same")


def test_padding_may_differ_on_both_sides(device):
    images, weight = _draw(device, 1, 2, 6, 5), _draw(device, 3, 2, 2, 4)
    _check(device, images, weight, None, padding="same")


def test_an_empty_batch_gives_an_empty_output(device):
    from course_lib.kernels import conv2d

    assert conv2d(_draw(device, 0, 2, 5, 6), _draw(device, 4, 2, 3, 3)).shape == (0, 4, 3, 4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_summed_in_float32(device, dtype):
    from course_lib.kernels import conv2d

    if device == "cpu" and dtype == torch.bfloat16:
        pytest.skip("Triton's interpreter cannot multiply bfloat16")
    images = _draw(device, 1, 40, 4, 4).to(dtype)
    weight = _draw(device, 3, 40, 3, 3).to(dtype)
    output = conv2d(images, weight)
    exact = layers.conv2d(images.double(), weight.double())
    assert output.dtype == dtype
    torch.testing.assert_close(output.double(), exact, rtol=2 * torch.finfo(dtype).eps, atol=0.05)


@pytest.mark.skipif(not hasattr(torch.backends.cudnn, "conv"), reason="an older torch")
def test_the_newer_setting_of_the_products_is_read_too(device):
    from course_lib.kernels import convolution

    products = torch.backends.cudnn.conv
    before = products.fp32_precision
    try:
        for setting, rounds in (("tf32", True), ("ieee", False)):
            products.fp32_precision = setting
            assert convolution._rounds_products() == rounds
        _check(device, _draw(device, 1, 2, 4, 4), _draw(device, 3, 2, 3, 3), None)
    finally:
        products.fp32_precision = before


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values(device):
    from course_lib.kernels import conv2d

    images, weight = _draw(device, 1, 4, 5, 5), _draw(device, 4, 2, 3, 3)
    with pytest.raises(ValueError, match="groups=3 must divide the 4 channels"):
        conv2d(images, weight, groups=3)
    with pytest.raises(ValueError, match=r"kernel_size 3 .* reaches across 3 pixels"):
        conv2d(images[..., :2], weight, groups=2)
    with pytest.raises(ValueError, match=r"input holds torch.float64; this kernel is for float32"):
        conv2d(images.double(), weight, groups=2)
    with pytest.raises(ValueError, match=r"weight holds torch.float16, but input holds torch.fl"):
        conv2d(images, weight.half(), groups=2)
    with pytest.raises(ValueError, match=r"bias holds torch.bfloat16, but input"):
        conv2d(images, weight, torch.zeros(4, device=device, dtype=torch.bfloat16), groups=2)
    if device == "cpu":
        with pytest.raises(ValueError, match="interpreter cannot multiply"):
            conv2d(images.bfloat16(), weight.bfloat16(), groups=2)
