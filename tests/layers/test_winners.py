"""The winners of max pooling. Oracle: torch's return_indices, and numbers worked by hand."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import max_pool2d, max_pool2d_backward
from course_lib.layers.winners import give_to_winners

STEPS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def pools(draw):
    """Images full of equal pixels, infinities and NaN, and options that fit them."""
    kernel_size, dilation = draw(STEPS), draw(STEPS)
    options = {"kernel_size": kernel_size, "dilation": dilation, "stride": draw(STEPS)}
    options["padding"] = tuple(draw(st.integers(0, k // 2)) for k in kernel_size)
    options["ceil_mode"] = draw(st.booleans())
    sides = (
        draw(st.integers(1, 6)) + d * (k - 1) for k, d in zip(kernel_size, dilation, strict=True)
    )
    torch.manual_seed(draw(st.integers(0, 2**31)))
    images = torch.randn(draw(st.integers(0, 2)), 2, *sides, dtype=torch.float64).round()
    odd = draw(st.sampled_from([0.0, torch.inf, -torch.inf, torch.nan]))
    return images.masked_fill(torch.rand_like(images) < 0.3, odd), options


@settings(max_examples=150, derandomize=True, deadline=None)
@given(pools())
def test_winners_equal_torch(drawn):
    images, options = drawn
    wanted = F.max_pool2d(images, **options, return_indices=True)
    found = max_pool2d(images, **options, return_indices=True)
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, equal_nan=True, rtol=0, atol=0)
    assert found[0].equal(max_pool2d(images, **options)) or images.isnan().any()


def test_a_winner_is_the_number_of_its_pixel():
    image = torch.tensor([[[[1.0, 2.0, 9.0], [4.0, 5.0, 3.0]]]])  # 9 is pixel 2, 5 is pixel 4
    output, winners = max_pool2d(image, (2, 1), return_indices=True)
    assert output.tolist() == [[[[4.0, 5.0, 9.0]]]]
    assert winners.tolist() == [[[[3, 4, 2]]]]
    assert winners.dtype == torch.int64


def test_the_backward_believes_the_winners_it_is_given():
    """Pixel 1 did not win; with its number given, it gets the gradient all the same."""
    image, upstream = torch.tensor([[[[1.0, 2.0, 9.0]]]]), torch.tensor([[[[7.0]]]])
    given = torch.tensor([[[[1]]]])
    grad = max_pool2d_backward(upstream, image, (1, 3), indices=given)
    assert grad.tolist() == [[[[0.0, 7.0, 0.0]]]]
    assert max_pool2d_backward(upstream, image, (1, 3)).tolist() == [[[[0.0, 0.0, 7.0]]]]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_many_small_gradients_of_one_pixel_are_summed_exactly(dtype):
    """A pixel that wins 4,096 windows: in half precision the sum would stop growing at 2,048."""
    input = torch.zeros(1, 1, 2, 2, dtype=dtype)
    upstream = torch.ones(1, 1, 64, 64, dtype=dtype)
    grad = give_to_winners(upstream, torch.full((1, 1, 64, 64), 2), input)
    assert grad.dtype == dtype
    assert grad.tolist() == [[[[0.0, 0.0], [4096.0, 0.0]]]]


@pytest.mark.usefixtures("without_shape_checks")
def test_a_window_of_nothing_but_padding_has_no_winner():
    """Kernel 2, dilation 3, padding 1: columns -1 and 2 of an image that has columns 0 and 1."""
    images, options = torch.zeros(1, 1, 5, 2), {"stride": 1, "padding": 1, "dilation": 3}
    assert max_pool2d(images, 2, **options)[0, 0, 0, 0] == -torch.inf
    with pytest.raises(ValueError, match=r"dilation \(3, 3\) steps over .* \(5, 2\)"):
        max_pool2d(images, 2, **options, return_indices=True)
    with pytest.raises(ValueError, match=r"dilation \(3, 3\) steps over"):
        max_pool2d_backward(torch.zeros(1, 1, 4, 1), images, 2, **options)


@pytest.mark.usefixtures("without_shape_checks")
def test_winners_of_another_pooling_are_refused():
    with pytest.raises(ValueError, match=r"indices must be \(1, 1, 1, 1\), not \(1, 1, 1, 2\)"):
        max_pool2d_backward(
            torch.zeros(1, 1, 1, 1), torch.zeros(1, 1, 2, 2), 2, indices=torch.zeros(1, 1, 1, 2)
        )


@pytest.mark.gpu
def test_cuda_equals_torch():
    images = torch.randn(3, 5, 13, 11, device="cuda").round()
    options = {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}
    wanted = F.max_pool2d(images, **options, return_indices=True)
    found = max_pool2d(images, **options, return_indices=True)
    assert found[0].equal(wanted[0])
    assert found[1].equal(wanted[1])
