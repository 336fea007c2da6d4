"""Digits that batch normalization must not lose. Oracle: torch, and ours, in float64."""

import pytest
import torch
import torch.nn.functional as F

from course_lib.layers import batch_norm, batch_norm_backward


def test_a_small_variance_around_a_large_mean_keeps_its_digits():
    """In float32, 1000^2 + 1 and 1000^2 differ by their last digits: E[x^2] - E[x]^2 loses."""
    images = torch.randn(1000, 2) + 1000
    found = batch_norm(images, None, None, training=True)
    wanted = F.batch_norm(images.double(), None, None, training=True)
    torch.testing.assert_close(found.double(), wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("mixed", [True, False])
def test_half_precision(dtype, mixed):
    """70,000 numbers of 100 add up to no float16; parameters may stay in float32, as in torch."""
    images, upstream = torch.randn(70_000, 2).to(dtype) + 100, torch.randn(70_000, 2).to(dtype)
    other = torch.float32 if mixed else dtype
    weight, bias = (torch.rand(2).to(other) + 0.5 for _ in range(2))
    output = batch_norm(images, None, None, weight, bias, training=True)
    grads = batch_norm_backward(upstream, images, weight, bias, training=True)
    assert [t.dtype for t in (output, *grads)] == [dtype, dtype, other, other]
    doubles = [t.double() for t in (images, weight, bias)]
    exact = batch_norm(doubles[0], None, None, *doubles[1:], training=True)
    close = {"rtol": 2 * torch.finfo(dtype).eps, "atol": 2 * torch.finfo(dtype).eps}
    torch.testing.assert_close(output.double(), exact, **close)
    exact = batch_norm_backward(upstream.double(), *doubles, training=True)
    for grad, want in zip(grads, exact, strict=True):
        torch.testing.assert_close(grad.double(), want, **close)


def test_a_sum_of_gradients_beyond_float16_fits_a_float32_bias():
    """The largest float16 is 65,504."""
    images, upstream = torch.randn(70_000, 2).half(), torch.full((70_000, 2), 2.0).half()
    _, _, grad_bias = batch_norm_backward(upstream, images, None, torch.zeros(2), training=True)
    assert grad_bias.tolist() == [140_000, 140_000]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_running_averages_are_used_in_full(dtype):
    """A variance of 1e-3 plus an eps of 1e-5 is not the same number in bfloat16."""
    images = torch.randn(3, 2).to(dtype)
    running = (torch.zeros(2).to(dtype), torch.full((2,), 1e-3).to(dtype))
    exact = batch_norm(images.double(), *(r.double() for r in running))
    found = batch_norm(images, *running)
    torch.testing.assert_close(found.double(), exact, rtol=torch.finfo(dtype).eps, atol=0)
