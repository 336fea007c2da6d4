"""Activations. Oracle: torch in float64, autograd, finite differences, known values."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import layers

NAMES = ("relu", "sigmoid", "tanh")
SHAPES = st.lists(st.integers(0, 4), max_size=4)
# From the flat middle to the tails where e^x overflows, in both directions.
SCALES = st.sampled_from([1e-12, 1e-3, 1.0, 30.0, 1e3])


def _layer(name):
    oracle = F.relu if name == "relu" else getattr(torch, name)
    return getattr(layers, name), getattr(layers, f"{name}_backward"), oracle


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.sampled_from(NAMES), SHAPES, SCALES)
def test_pointwise_activations_equal_torch(equals_torch, name, shape, scale):
    inputs = scale * torch.randn(shape, dtype=torch.float64)
    equals_torch(*_layer(name), inputs)


@pytest.mark.parametrize("name", NAMES)
def test_small_values_have_as_many_right_digits_as_large_ones(name):
    """e^-700 and 1e-300 are doubles too; 1 / (1 + e^x) and e^x - e^-x would lose them."""
    inputs = torch.logspace(-300, math.log10(700), 999, dtype=torch.float64)
    for signed in (inputs, -inputs):
        forward, _, oracle = _layer(name)
        torch.testing.assert_close(forward(signed), oracle(signed), rtol=1e-14, atol=0)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.integers(1, 4), max_size=4), st.data(), SCALES)
def test_softmax_equals_torch(equals_torch, shape, data, scale):
    last = max(len(shape), 1) - 1
    dim = data.draw(st.integers(-last - 1, last))
    inputs = scale * torch.randn(shape, dtype=torch.float64)
    equals_torch(layers.softmax, layers.softmax_backward, torch.softmax, inputs, dim=dim)


def test_an_empty_batch_of_scores_stays_empty(equals_torch):
    scores = torch.zeros(0, 3, dtype=torch.float64)
    equals_torch(layers.softmax, layers.softmax_backward, torch.softmax, scores, dim=1)


def test_values_everyone_knows():
    zero = torch.zeros((), dtype=torch.float64)
    assert [layers.relu(zero), layers.sigmoid(zero), layers.tanh(zero)] == [0, 0.5, 0]
    odds = torch.tensor([0.0, math.log(3)], dtype=torch.float64)
    assert layers.sigmoid(odds)[1].item() == pytest.approx(3 / 4, rel=1e-15)
    assert layers.softmax(odds, dim=0).tolist() == pytest.approx([1 / 4, 3 / 4], rel=1e-15)


def test_far_out_there_is_no_overflow():
    far = torch.tensor([-1e4, 1e4])
    assert layers.sigmoid(far).tolist() == [0.0, 1.0]
    assert layers.tanh(far).tolist() == [-1.0, 1.0]
    assert layers.softmax(far, dim=0).tolist() == [0.0, 1.0]


def test_not_a_number_is_not_hidden():
    bad = torch.tensor([torch.nan, 1.0])
    for name in NAMES:
        assert getattr(layers, name)(bad).isnan().tolist() == [True, False]
    assert layers.softmax(bad, dim=0).isnan().all()


def test_the_slope_of_relu_at_zero_is_zero():
    upstream = torch.ones(3)
    assert layers.relu_backward(upstream, torch.tensor([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]


def test_backwards_by_finite_differences(slopes):
    inputs = torch.randn(3, 4, dtype=torch.float64)
    upstream = torch.randn_like(inputs)
    for name in NAMES:
        forward, backward, _ = _layer(name)
        (wanted,) = slopes(forward, [inputs], upstream)
        torch.testing.assert_close(backward(upstream, inputs), wanted, rtol=1e-6, atol=1e-7)
    (wanted,) = slopes(lambda scores: layers.softmax(scores, 1), [inputs], upstream)
    found = layers.softmax_backward(upstream, inputs, 1)
    torch.testing.assert_close(found, wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    inputs, upstream = (torch.randn(2, 5, 7).to(dtype) for _ in range(2))
    close = {"rtol": 8 * torch.finfo(dtype).eps, "atol": 8 * torch.finfo(dtype).eps}
    cases = [(name, ()) for name in NAMES] + [("softmax", (1,))]
    for name, options in cases:
        forward, backward = getattr(layers, name), getattr(layers, f"{name}_backward")
        output, grad = forward(inputs, *options), backward(upstream, inputs, *options)
        assert (output.dtype, grad.dtype) == (dtype, dtype)
        exact = forward(inputs.double(), *options)
        torch.testing.assert_close(output.double(), exact, **close)
        exact = backward(upstream.double(), inputs.double(), *options)
        torch.testing.assert_close(grad.double(), exact, **close)


@pytest.mark.gpu
def test_cuda_equals_torch(equals_torch):
    inputs = torch.randn(3, 5, device="cuda", dtype=torch.float64)
    for name in NAMES:
        equals_torch(*_layer(name), inputs)
    equals_torch(layers.softmax, layers.softmax_backward, torch.softmax, inputs, dim=1)
