"""conv_transpose2d. Oracles: torch in float64, autograd, conv2d's own gradient, sums by hand."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import (
    bilinear_kernel,
    conv2d,
    conv2d_backward,
    conv_transpose2d,
    conv_transpose2d_backward,
    convolution,
)

BOTH = (conv_transpose2d, conv_transpose2d_backward, F.conv_transpose2d)
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def transposed_convolutions(draw):
    """Tensors and options: odd, non-square, one image or none, strided in memory."""
    groups, kernel_size = draw(st.integers(1, 3)), draw(PAIRS)
    stride, dilation = draw(PAIRS), draw(PAIRS)
    added = tuple(
        draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)
    )
    places = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    sides = [
        (place - 1) * step + gap * (kernel - 1) + 1 + more
        for place, step, gap, kernel, more in zip(
            places, stride, dilation, kernel_size, added, strict=True
        )
    ]
    # At least one pixel must be left.
    padding = tuple(draw(st.integers(0, min(3, (side - 1) // 2))) for side in sides)
    torch.manual_seed(draw(st.integers(0, 2**31)))
    num_images, in_group, out_group = draw(st.tuples(*[st.integers(n, 3) for n in (0, 1, 1)]))
    images = torch.randn(num_images, in_group * groups, *places, dtype=torch.float64)
    if draw(st.booleans()):
        images = images.mT.contiguous().mT
    weight = torch.randn(in_group * groups, out_group, *kernel_size, dtype=torch.float64)
    bias = torch.randn(out_group * groups, dtype=torch.float64) if draw(st.booleans()) else None
    options = {"stride": stride, "padding": padding, "output_padding": added, "groups": groups}
    return images, weight, bias, options | {"dilation": dilation}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(transposed_convolutions())
def test_forward_and_backward_equal_torch(equals_torch, drawn):
    images, weight, bias, options = drawn
    equals_torch(*BOTH, images, weight, bias, **options)


def test_the_arguments_stand_in_the_order_of_torch():
    images, weight = torch.randn(1, 4, 3, 5).double(), torch.randn(4, 3, 2, 3).double()
    positional = (torch.randn(6).double(), (3, 2), 1, (2, 1), 2, (1, 3))
    wanted = F.conv_transpose2d(images, weight, *positional)
    torch.testing.assert_close(conv_transpose2d(images, weight, *positional), wanted)
    upstream = torch.randn_like(wanted)
    found = conv_transpose2d_backward(upstream, images, weight, *positional)
    assert found[0].shape == images.shape


def test_overlapping_kernels_add_up():
    # One row: 2 and 3, kernel (1, 10, 100), stride 1: 2 20 200 0 + 0 3 30 300; bias 0.5.
    image, weight = torch.tensor([[[[2.0, 3.0]]]]), torch.tensor([[[[1.0, 10.0, 100.0]]]])
    assert conv_transpose2d(image, weight).tolist() == [[[[2.0, 23.0, 230.0, 300.0]]]]
    apart = conv_transpose2d(image, weight, torch.tensor([0.5]), stride=4)
    assert apart.tolist() == [[[[2.5, 20.5, 200.5, 0.5, 3.5, 30.5, 300.5]]]]


def test_padding_takes_off_and_output_padding_adds_behind():
    image, weight = torch.tensor([[[[2.0, 3.0]]]]), torch.tensor([[[[1.0, 10.0, 100.0]]]])
    options = {"stride": (1, 3), "padding": (0, 1), "output_padding": (0, 2)}
    # 2 20 200 3 30 300 without its first and last pixel, and two more at the right: 300 is back.
    assert conv_transpose2d(image, weight, **options).tolist() == [[[[20, 200, 3, 30, 300, 0]]]]


@pytest.mark.parametrize("size", [(9, 8), (10, 9)])
def test_it_is_the_gradient_of_a_convolution(size):
    """9 and 10 rows both shrink to 5 with stride 2: output_padding says which of them it was."""
    images = torch.randn(2, 4, *size, dtype=torch.float64)
    weight = torch.randn(6, 2, 3, 3, dtype=torch.float64)
    options = {"stride": 2, "padding": 1, "dilation": 1, "groups": 2}
    upstream = torch.randn_like(conv2d(images, weight, **options))
    gradient, _, _ = conv2d_backward(upstream, images, weight, **options)
    added = tuple((side - 1) % 2 for side in size)
    found = conv_transpose2d(upstream, weight, output_padding=added, **options)
    torch.testing.assert_close(found, gradient, rtol=1e-12, atol=1e-12)


def test_backward_by_finite_differences(slopes):
    options = {"stride": (2, 1), "padding": (1, 0), "output_padding": (1, 0), "groups": 2}
    inputs = [torch.randn(*s, dtype=torch.float64) for s in ((2, 4, 3, 4), (4, 3, 3, 2), (6,))]
    upstream = torch.randn_like(conv_transpose2d(*inputs, **options))
    wanted = slopes(lambda *tensors: conv_transpose2d(*tensors, **options), inputs, upstream)
    gradients = conv_transpose2d_backward(upstream, *inputs, **options)
    for gradient, want in zip(gradients, wanted, strict=True):
        torch.testing.assert_close(gradient, want, rtol=1e-7, atol=1e-7)


def test_a_batch_larger_than_a_block_is_the_same(equals_torch, monkeypatch):
    """Blocks of two images and a last one of one; a lost or doubled image would show."""
    images = torch.randn(5, 4, 5, 4, dtype=torch.float64)
    weight = torch.randn(4, 2, 3, 3, dtype=torch.float64)
    columns_of_one = 2 * 3 * 3 * 5 * 4 * images.element_size()
    monkeypatch.setitem(convolution.BLOCK_BYTES, "cpu", 2 * columns_of_one)
    equals_torch(*BOTH, images, weight, None)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_as_close_as_its_digits_allow(dtype):
    tensors = [torch.randn(*s).to(dtype) for s in ((4, 3, 6, 5), (3, 6, 2, 2), (6,))]
    output = conv_transpose2d(*tensors, stride=2)
    upstream = torch.randn(output.shape).to(dtype)
    exact = [tensor.double() for tensor in tensors]
    gradients = conv_transpose2d_backward(upstream, *tensors, stride=2)
    wanted = conv_transpose2d_backward(upstream.double(), *exact, stride=2)
    close = {"rtol": 8 * torch.finfo(dtype).eps, "atol": 16 * torch.finfo(dtype).eps}
    assert output.dtype == dtype
    torch.testing.assert_close(output.double(), conv_transpose2d(*exact, stride=2), **close)
    for gradient, want in zip(gradients, wanted, strict=True):
        assert gradient.dtype == dtype
        torch.testing.assert_close(gradient.double(), want, **close)


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    shapes = ((5, 6, 9, 7), (6, 4, 3, 5), (12,))
    tensors = [torch.randn(*shape, device="cuda", dtype=torch.float64) for shape in shapes]
    equals_torch(*BOTH, *tensors, stride=2, padding=(2, 1), output_padding=1, groups=3)


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 8])
def test_the_bilinear_start_enlarges_as_interpolate_does(factor):
    """Oracle: torch's interpolate, on maps whose last pixels are repeated beyond the edge."""
    images = torch.randn(2, 3, 4, 5, dtype=torch.float64)
    wanted = F.interpolate(images, scale_factor=factor, mode="bilinear", align_corners=False)
    framed = F.pad(images, (1, 1, 1, 1), mode="replicate")
    for groups in (1, 3):
        weight = bilinear_kernel(3, factor, groups, dtype=torch.float64)
        options = {"stride": factor, "padding": factor // 2, "groups": groups}
        assert conv_transpose2d(images, weight, **options).shape == wanted.shape
        found = conv_transpose2d(framed, weight, **options)
        found = found[:, :, factor:-factor, factor:-factor]
        torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)


def test_the_bilinear_kernel_of_the_paper_worked_by_hand():
    """FCN-16s enlarges twice with kernels of 4: a quarter and three quarters of each neighbor."""
    row = torch.tensor([0.25, 0.75, 0.75, 0.25])
    weight = bilinear_kernel(2, 2)
    assert weight.dtype == torch.float32
    assert weight[0, 0].equal(row[:, None] * row)
    assert weight[1, 1].equal(weight[0, 0])
    assert not weight[0, 1].any()
    assert not weight[1, 0].any()
    assert bilinear_kernel(6, 2, groups=3).shape == (6, 2, 4, 4)
    assert bilinear_kernel(1, 3, device="meta").device.type == "meta"


IMAGES, WEIGHT = (2, 4, 5, 6), (4, 6, 3, 3)
MISTAKES = {
    "no batch": ((4, 5, 6), WEIGHT, {}, r"input must be .* not \(4, 5, 6\)"),
    "flat weight": (IMAGES, (4, 54), {}, r"weight \(in_channels.* and \(4, 54\)"),
    "weight of a convolution": (IMAGES, (6, 4, 3, 3), {}, "4 channels, but .* is for 6: .* first"),
    "groups that do not divide": (IMAGES, WEIGHT, {"groups": 3}, "groups=3 must divide the 4"),
    "no groups": (IMAGES, WEIGHT, {"groups": 0}, "groups=0"),
    "other bias": (IMAGES, WEIGHT, {"bias": torch.zeros(4)}, r"bias must be \(6,\), not \(4,\)"),
    "bias of one group": (
        IMAGES,
        WEIGHT,
        {"bias": torch.zeros(6), "groups": 2},
        r"bias must be \(12,\)",
    ),
    "no stride": (IMAGES, WEIGHT, {"stride": 0}, "stride must be at least 1"),
    "no dilation": (IMAGES, WEIGHT, {"dilation": (1, 0)}, "dilation must be at least 1"),
    "negative padding": (IMAGES, WEIGHT, {"padding": -1}, "padding must be at least 0"),
    "too much padding": (IMAGES, WEIGHT, {"padding": (0, 4)}, "takes all .* be 7 by 0"),
    "too much added": (
        IMAGES,
        WEIGHT,
        {"stride": 2, "output_padding": 2},
        r"output_padding 2 .*2, 2",
    ),
    "negative added": (IMAGES, WEIGHT, {"output_padding": -1}, "output_padding must be at least 0"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    images, weight, options, message = MISTAKES[mistake]
    with pytest.raises(ValueError, match=message):
        conv_transpose2d(torch.zeros(images), torch.zeros(weight), **options)
    with pytest.raises(ValueError, match=message):
        conv_transpose2d_backward(
            torch.zeros(1), torch.zeros(images), torch.zeros(weight), **options
        )


@pytest.mark.usefixtures("without_shape_checks")
def test_other_errors_are_named_too():
    with pytest.raises(ValueError, match=r"grad_output must be \(2, 6, 7, 8\), not \(2, 6, 5, 6\)"):
        conv_transpose2d_backward(torch.zeros(2, 6, 5, 6), torch.zeros(IMAGES), torch.zeros(WEIGHT))
    for arguments in ((0, 2), (2, 0)):
        with pytest.raises(ValueError, match=r"num_channels=. and factor=. must be at least 1"):
            bilinear_kernel(*arguments)
    with pytest.raises(ValueError, match="groups=2 must divide the 3 channels"):
        bilinear_kernel(3, 2, groups=2)
