"""The pooling kernels. Oracle: course_lib.layers and torch, which agree; and a count by hand."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import layers

SMALL = st.tuples(st.integers(1, 3), st.integers(1, 3))


# On a GPU each example may be compiled anew, for seconds.
@settings(max_examples=5 if torch.cuda.is_available() else 25, deadline=None)
@given(
    size=st.tuples(st.integers(5, 8), st.integers(5, 8)),
    kernel=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=SMALL,
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    padded=st.booleans(),
    ceil_mode=st.booleans(),
)
def test_drawn_sizes_equal_the_layer(device, size, kernel, stride, dilation, padded, ceil_mode):
    from course_lib.kernels import max_pool2d, max_pool2d_backward

    images = torch.randn(2, 3, *size, device=device)
    padding = (kernel[0] // 2, kernel[1] // 2) if padded else 0
    options = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    options["ceil_mode"] = ceil_mode
    wanted, indices = F.max_pool2d(images, **options, return_indices=True)
    output, winners = max_pool2d(images, **options)
    assert torch.equal(output, wanted)
    assert torch.equal(winners.long(), indices)
    upstream = torch.randn_like(output)
    gradient = max_pool2d_backward(upstream, winners, images, **options)
    torch.testing.assert_close(gradient, layers.max_pool2d_backward(upstream, images, **options))


def test_a_pixel_that_wins_four_windows_gets_four_gradients(device):
    from course_lib.kernels import max_pool2d, max_pool2d_backward

    image = torch.zeros(1, 1, 3, 3, device=device)
    image[0, 0, 1, 1] = 5
    output, winners = max_pool2d(image, 2, 1)
    assert output.flatten().tolist() == [5, 5, 5, 5]
    assert winners.flatten().tolist() == [4, 4, 4, 4]
    upstream = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], device=device)
    gradient = max_pool2d_backward(upstream, winners, image, 2, 1)
    assert gradient[0, 0].tolist() == [[0, 0, 0], [0, 10, 0], [0, 0, 0]]


def test_of_equal_pixels_the_first_wins_and_minus_infinity_can(device):
    from course_lib.kernels import max_pool2d

    image = torch.tensor([[[[1.0, 1.0, -torch.inf, -torch.inf]]]], device=device)
    output, winners = max_pool2d(image, (1, 2))
    assert output.flatten().tolist() == [1, -torch.inf]
    assert winners.flatten().tolist() == [0, 2]


def test_a_number_that_is_none_wins_as_in_torch(device):
    from course_lib.kernels import max_pool2d

    image = torch.tensor([[[[1.0, torch.nan, 9.0]]]], device=device)
    wanted, indices = F.max_pool2d(image, (1, 3), return_indices=True)
    output, winners = max_pool2d(image, (1, 3))
    assert output.isnan().all() == wanted.isnan().all()
    assert winners.item() == indices.item() == 1


def test_more_outputs_and_pixels_than_one_program_takes(device):
    from course_lib.kernels import max_pool2d, max_pool2d_backward

    images = torch.randn(3, 5, 23, 19, device=device)  # 6,555 pixels, programs of 1,024
    output, winners = max_pool2d(images, 3, 2)
    assert torch.equal(output, F.max_pool2d(images, 3, 2))
    upstream = torch.randn_like(output)
    gradient = max_pool2d_backward(upstream, winners, images, 3, 2)
    torch.testing.assert_close(gradient, layers.max_pool2d_backward(upstream, images, 3, 2))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(device, dtype):
    from course_lib.kernels import max_pool2d, max_pool2d_backward

    images = torch.randn(1, 2, 7, 6, device=device).to(dtype)
    output, winners = max_pool2d(images, 3, 2)
    assert torch.equal(output.float(), F.max_pool2d(images.float(), 3, 2))
    gradient = max_pool2d_backward(output, winners, images, 3, 2)
    assert gradient.dtype == dtype


@pytest.mark.usefixtures("without_shape_checks")
def test_errors_name_the_argument_and_the_values(device):
    from course_lib.kernels import max_pool2d, max_pool2d_backward

    images = torch.zeros(1, 1, 4, 4, device=device)
    with pytest.raises(ValueError, match="padding 2 is more than half the kernel_size 3"):
        max_pool2d(images, 3, padding=2)
    output, winners = max_pool2d(images, 2)
    with pytest.raises(ValueError, match=r"grad_output must be \(1, 1, 2, 2\), not \(1, 1, 1, 2\)"):
        max_pool2d_backward(output[:, :, 1:], winners, images, 2)
    with pytest.raises(ValueError, match=r"winners must be \(1, 1, 2, 2\), not \(1, 1, 2, 1\)"):
        max_pool2d_backward(output, winners[..., 1:], images, 2)
