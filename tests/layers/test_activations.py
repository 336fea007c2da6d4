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


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_a_softmax_over_a_large_map_adds_up_in_half_precision(dtype):
    scores = torch.zeros(1, 256 * 256 + 1, dtype=dtype)  # their sum is beyond float16
    assert layers.softmax(scores, 1).dtype == dtype
    torch.testing.assert_close(layers.softmax(scores, 1), torch.softmax(scores, 1))


def test_a_sigmoid_lets_autograd_through():
    inputs = torch.linspace(-3, 3, 7, dtype=torch.float64, requires_grad=True)
    layers.sigmoid(inputs).sum().backward()
    expected = torch.sigmoid(inputs) * (1 - torch.sigmoid(inputs))
    torch.testing.assert_close(inputs.grad, expected.detach())


def test_an_empty_batch_of_scores_stays_empty(equals_torch):
    scores = torch.zeros(0, 3, dtype=torch.float64)
    equals_torch(layers.softmax, layers.softmax_backward, torch.softmax, scores, dim=1)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(SHAPES, SCALES, st.sampled_from([0.01, 0.3, 0.0, -1.0]))
def test_leaky_relu_equals_torch(equals_torch, shape, scale, slope):
    inputs = (scale * torch.randn(shape, dtype=torch.float64)).round(decimals=1)
    layer = (layers.leaky_relu, layers.leaky_relu_backward, F.leaky_relu)
    equals_torch(*layer, inputs, negative_slope=slope)
    equals_torch(*layer, inputs)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.sampled_from([(3,), (0, 2), (2, 3), (2, 3, 4), (2, 1, 4, 5), (3, 4, 2, 2)]), st.booleans()
)
def test_prelu_equals_torch(equals_torch, shape, shared):
    num_channels = shape[1] if len(shape) > 1 else 1
    inputs = torch.randn(shape, dtype=torch.float64).round(decimals=1)
    weight = torch.randn(1 if shared else num_channels, dtype=torch.float64)
    equals_torch(layers.prelu, layers.prelu_backward, F.prelu, inputs, weight)


def test_the_slopes_of_prelu_are_learned_from_what_they_multiplied():
    inputs, weight = torch.tensor([[-1.0, 4.0], [-2.0, -3.0]]), torch.tensor([10.0, 20.0])
    assert layers.prelu(inputs, weight).tolist() == [[-10, 4], [-20, -60]]
    upstream = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
    grad_input, grad_weight = layers.prelu_backward(upstream, inputs, weight)
    assert grad_input.tolist() == [[10, 2], [30, 100]]
    assert grad_weight.tolist() == [-1 - 6, -15]


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("weight", "message"),
    [(torch.ones(2), r"1 slope or 3, .* \(2,\)"), (torch.ones(3, 1), r"slope.* \(3, 1\)")],
)
def test_slopes_that_do_not_fit_are_named(weight, message):
    inputs = torch.zeros(2, 3)
    with pytest.raises(ValueError, match=message):
        layers.prelu(inputs, weight)
    with pytest.raises(ValueError, match=message):
        layers.prelu_backward(inputs, inputs, weight)


def test_a_step_is_flat_on_both_sides():
    """Oracle: torch.heaviside, which is told what to say at 0; the perceptron says 1."""
    inputs = torch.tensor([-torch.inf, -2.0, -0.0, 0.0, 1e-30, 3.0, torch.inf])
    assert layers.step(inputs).equal(torch.heaviside(inputs, torch.ones(())))
    assert layers.step(inputs.double()).dtype == torch.float64
    assert layers.step_backward(torch.ones(7), inputs).tolist() == [0] * 7


@settings(max_examples=50, derandomize=True, deadline=None)
@given(SHAPES, SCALES)
def test_scaled_tanh_equals_its_formula(equals_torch, shape, scale):
    inputs = scale * torch.randn(shape, dtype=torch.float64)
    layer = (layers.scaled_tanh, layers.scaled_tanh_backward)
    equals_torch(*layer, lambda x: 1.7159 * torch.tanh(x * 2 / 3), inputs)


def test_scaled_tanh_keeps_the_targets():
    """LeCun et al. 1998, appendix A: f(1) = 1 and f(-1) = -1, to the digits of the constants."""
    targets = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
    torch.testing.assert_close(layers.scaled_tanh(targets), targets, rtol=3e-6, atol=0)


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
    for name in (*NAMES, "step", "leaky_relu", "scaled_tanh"):
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


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softmax"])
def test_a_backward_that_is_given_the_output_gives_the_same(name):
    layer, backward = getattr(layers, name), getattr(layers, f"{name}_backward")
    scores, upstream = torch.randn(2, 4, 7, dtype=torch.float64)
    options = {"dim": 1} if name == "softmax" else {}
    output = layer(scores, **options)
    kept = output.clone()
    found = backward(upstream, scores, **options, output=output)
    assert torch.equal(found, backward(upstream, scores, **options))
    assert torch.equal(output, kept)  # what is given is not written into


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_half_precision_does_not_overflow_on_the_way(name):
    scores = torch.tensor([-15.0, -12, -1, 0, 3, 12, 60000], dtype=torch.float16)
    exact = getattr(torch, name)(scores.double())
    found = getattr(layers, name)(scores)
    torch.testing.assert_close(found.double(), exact, rtol=1e-3, atol=1e-7)
