"""Batch normalization. Oracle: torch in float64, autograd, finite differences, sums by hand."""

import inspect

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.layers import batch_norm, batch_norm_backward

DOUBLE = {"dtype": torch.float64}
SHAPES = st.sampled_from([(2, 3), (7, 1), (4, 3, 5), (1, 2, 2), (3, 4, 5, 2), (1, 1, 3, 3)])


def _with(running_mean, running_var, **options):
    """Forward, backward and torch's forward as functions of input, weight and bias."""
    running = {"running_mean": running_mean, "running_var": running_var}
    copies = [None if r is None else r.clone() for r in running.values()]

    def forward(input, weight, bias):
        return batch_norm(input, *running.values(), weight, bias, **options)

    def oracle(input, weight, bias):
        return F.batch_norm(input, *copies, weight, bias, **options)

    def backward(grad_output, input, weight, bias):
        kept = {name: options[name] for name in ("training", "eps") if name in options}
        needed = {} if options.get("training") else running
        return batch_norm_backward(grad_output, input, weight, bias, **kept, **needed)

    return (forward, backward, oracle), copies


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    SHAPES,
    st.tuples(*[st.booleans()] * 5),
    st.sampled_from([0.0, 0.1, 0.75, 1.0]),
    st.sampled_from([1e-5, 0.3]),
)
def test_equals_torch_and_so_do_the_running_averages(equals_torch, shape, flags, momentum, eps):
    has_weight, has_bias, tracked, training, strided = flags
    images = 3 * torch.randn(shape, **DOUBLE) + 2
    images = images.transpose(0, 1).contiguous().transpose(0, 1) if strided else images
    channels = shape[1]
    weight = torch.randn(channels, **DOUBLE) if has_weight else None
    bias = torch.randn(channels, **DOUBLE) if has_bias else None
    tracked = tracked or not training
    running = (torch.randn(channels, **DOUBLE), torch.rand(channels, **DOUBLE) + 0.1)
    running = running if tracked else (None, None)
    options = {"training": training, "momentum": momentum, "eps": eps}
    functions, wanted = _with(*running, **options)
    equals_torch(*functions, images, weight, bias)
    if tracked:
        torch.testing.assert_close(running, tuple(wanted), rtol=1e-13, atol=1e-13)


def test_a_batch_of_two_worked_by_hand():
    """1 and 5 have the mean 3 and the variance 4; the unbiased variance is 8."""
    images = torch.tensor([[1.0], [5.0]])
    mean, var = torch.tensor([100.0]), torch.tensor([200.0])
    weight, bias = torch.tensor([10.0]), torch.tensor([7.0])
    output = batch_norm(images, mean, var, weight, bias, training=True, momentum=0.25, eps=0.0)
    assert output.tolist() == [[-3.0], [17.0]]  # 10 (1 - 3) / 2 + 7 and 10 (5 - 3) / 2 + 7
    assert mean.tolist() == [0.75 * 100 + 0.25 * 3]
    assert var.tolist() == [0.75 * 200 + 0.25 * 8]


def test_gradients_in_evaluation_worked_by_hand():
    images, upstream = torch.tensor([[1.0], [5.0]]), torch.tensor([[1.0], [10.0]])
    running = {"running_mean": torch.tensor([2.0]), "running_var": torch.tensor([3.0])}
    weight, bias = torch.tensor([6.0]), torch.tensor([0.0])
    grads = batch_norm_backward(upstream, images, weight, bias, eps=1.0, **running)
    grad_input, grad_weight, grad_bias = (grad.flatten().tolist() for grad in grads)
    assert grad_input == [3.0, 30.0]  # times 6 / sqrt(3 + 1)
    assert grad_weight == [-0.5 * 1 + 1.5 * 10]
    assert grad_bias == [11.0]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 2, 3)])
def test_backward_by_finite_differences(slopes, shape, training):
    tensors = [torch.randn(s, **DOUBLE) for s in (shape, (3,), (3,))]
    upstream = torch.randn(shape, **DOUBLE)
    (forward, backward, _), _ = _with(
        torch.randn(3, **DOUBLE), torch.ones(3, **DOUBLE), training=training
    )
    wanted = slopes(forward, tensors, upstream)
    for found, want in zip(backward(upstream, *tensors), wanted, strict=True):
        torch.testing.assert_close(found, want, rtol=1e-6, atol=1e-7)


def test_what_the_normalization_takes_out_gets_no_gradient():
    """Adding to a channel, or multiplying it, changes no output: those directions have slope 0."""
    images, upstream = torch.randn(4, 3, 5, **DOUBLE), torch.randn(4, 3, 5, **DOUBLE)
    weight = torch.randn(3, **DOUBLE)
    grad, _, _ = batch_norm_backward(upstream, images, weight, training=True, eps=0.0)
    assert grad.abs().max() > 0.01
    torch.testing.assert_close(grad.sum((0, 2)), torch.zeros(3, **DOUBLE))
    torch.testing.assert_close((grad * images).sum((0, 2)), torch.zeros(3, **DOUBLE))


def test_scale_and_shift_of_a_channel_do_not_matter_in_training():
    images = torch.randn(4, 3, 5, **DOUBLE)
    one = batch_norm(images, None, None, training=True, eps=0.0)
    other = batch_norm(1000 * images - 77, None, None, training=True, eps=0.0)
    torch.testing.assert_close(one, other, rtol=1e-11, atol=1e-11)
    torch.testing.assert_close(one.mean((0, 2)), torch.zeros(3, **DOUBLE))
    torch.testing.assert_close(one.square().mean((0, 2)), torch.ones(3, **DOUBLE))


def test_channels_do_not_see_each_other():
    images, order = torch.randn(4, 3, 5, **DOUBLE), torch.tensor([2, 0, 1])
    there = batch_norm(images, None, None, training=True)[:, order]
    torch.testing.assert_close(there, batch_norm(images[:, order], None, None, training=True))


def test_images_see_each_other_in_training_alone():
    images, running = torch.randn(4, 3, 5), (torch.zeros(3), torch.ones(3))
    alone, together = batch_norm(images[:1], *running), batch_norm(images, *running)[:1]
    assert alone.equal(together)
    assert not torch.allclose(
        batch_norm(images[:1], None, None, training=True),
        batch_norm(images, None, None, training=True)[:1],
    )


def test_an_empty_batch_can_be_evaluated(equals_torch):
    functions, _ = _with(torch.zeros(3, **DOUBLE), torch.ones(3, **DOUBLE))
    weight, bias = torch.ones(3, **DOUBLE), torch.ones(3, **DOUBLE)
    equals_torch(*functions, torch.zeros(0, 3, 2, **DOUBLE), weight, bias)


def test_autograd_can_still_follow_the_forward():
    """And the running averages stay plain numbers, with no history."""
    tensors = [torch.randn(s, **DOUBLE, requires_grad=True) for s in ((4, 3, 2), (3,), (3,))]
    for training in (True, False):
        running = torch.zeros(3, **DOUBLE), torch.ones(3, **DOUBLE)
        (forward, _, _), _ = _with(*running, training=training)
        assert torch.autograd.gradcheck(forward, tensors)
        assert not any(average.requires_grad for average in running)


def test_arguments_and_defaults_are_torchs():
    def described(function):
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    assert described(batch_norm) == described(F.batch_norm)
    ours, shared = dict(described(batch_norm_backward)), {"weight", "bias", "training", "eps"}
    assert {n: ours[n] for n in shared} == {n: dict(described(F.batch_norm))[n] for n in shared}


@pytest.mark.gpu
@pytest.mark.parametrize("training", [True, False])
def test_cuda_equals_torch(equals_torch, training):
    there = {"device": "cuda", **DOUBLE}
    running = torch.randn(3, **there), torch.rand(3, **there)
    functions, wanted = _with(*running, training=training)
    tensors = [torch.randn(s, **there) for s in ((4, 3, 5, 2), (3,), (3,))]
    equals_torch(*functions, *tensors)
    torch.testing.assert_close(running, tuple(wanted))


TWO, THREE = torch.zeros(2), torch.ones(3)
MISTAKES = {
    "one number a channel": (
        (1, 3),
        {"training": True},
        r"input \(1, 3\) has 1 number\(s\) a channel; .*larger batch",
    ),
    "no number a channel": ((0, 3, 2), {"training": True}, r"\(0, 3, 2\) has 0 number"),
    "evaluated without averages": ((2, 3), {}, "training=False normalizes with running_mean"),
    "only a mean": ((2, 3), {"running_mean": THREE}, "running_mean and running_var, or neither"),
    "only a variance": ((2, 3), {"running_var": THREE}, "or neither"),
    "two means": (
        (2, 3),
        {"running_mean": TWO, "running_var": THREE},
        r"running_mean must be \(3,\), not \(2,\)",
    ),
    "two variances": (
        (2, 3),
        {"running_mean": THREE, "running_var": TWO},
        r"running_var must be \(3,\), not \(2,\)",
    ),
    "two weights": ((2, 3), {"training": True, "weight": TWO}, r"weight must be \(3,\)"),
    "two biases": ((2, 3), {"training": True, "bias": TWO}, r"bias must be \(3,\)"),
    "negative eps": ((2, 3), {"training": True, "eps": -1.0}, "eps is -1.0; .*0 or more"),
    "no channels": ((3,), {"training": True}, r"input must be \(n, channels, …\), not \(3,\)"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    shape, options, message = MISTAKES[mistake]
    input, none = torch.zeros(shape), {"running_mean": None, "running_var": None}
    with pytest.raises(ValueError, match=message):
        batch_norm(input, **none | options)
    with pytest.raises(ValueError, match=message):
        batch_norm_backward(input, input, **options)


@pytest.mark.usefixtures("without_shape_checks")
def test_an_upstream_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"grad_output must be \(2, 3\), not \(1, 3\)"):
        batch_norm_backward(torch.zeros(1, 3), torch.zeros(2, 3), training=True)


def test_two_numbers_a_channel_are_enough():
    assert batch_norm(torch.tensor([[1.0], [2.0]]), None, None, training=True).isfinite().all()
    assert batch_norm(torch.tensor([[[1.0, 2.0]]]), None, None, training=True).isfinite().all()
