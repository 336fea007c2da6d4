"""Pooling as modules. Oracle: the modules of torch.nn, trained beside them."""

import pytest
import torch
from torch import nn

from course_lib import layers

POOLINGS = {
    "max": lambda of: of.MaxPool2d(3, 2, padding=1, dilation=1, ceil_mode=True),
    "dilated max": lambda of: of.MaxPool2d((2, 3), (1, 2), dilation=(3, 1)),
    "mean": lambda of: of.AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False),
    "sum": lambda of: of.AvgPool2d(2, divisor_override=1),
    "adaptive max": lambda of: of.AdaptiveMaxPool2d((3, None)),
    "adaptive mean": lambda of: of.AdaptiveAvgPool2d((None, 4)),
    "global mean": lambda of: of.AdaptiveAvgPool2d(1),
}
WITH_WINNERS = {
    "max": lambda of: of.MaxPool2d((3, 2), 2, padding=(1, 0), return_indices=True),
    "adaptive max": lambda of: of.AdaptiveMaxPool2d(3, return_indices=True),
}


@pytest.mark.parametrize("name", POOLINGS)
def test_output_and_gradient_equal_torch(name):
    ours, theirs = POOLINGS[name](layers), POOLINGS[name](nn)
    assert repr(ours) == repr(theirs)
    images = torch.randn(2, 3, 8, 7, dtype=torch.float64).round()
    leaves = [images.clone().requires_grad_() for _ in range(2)]
    outputs = [module(leaf) for module, leaf in zip((ours, theirs), leaves, strict=True)]
    torch.testing.assert_close(*outputs, rtol=1e-12, atol=1e-12)
    upstream = torch.randn_like(outputs[0])
    for output in outputs:
        output.backward(upstream)
    torch.testing.assert_close(leaves[0].grad, leaves[1].grad, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", WITH_WINNERS)
def test_winners_come_along_and_have_no_gradient(name):
    images = torch.randn(2, 3, 8, 7, requires_grad=True)
    output, winners = WITH_WINNERS[name](layers)(images)
    wanted, indices = WITH_WINNERS[name](nn)(images)
    assert output.equal(wanted)
    assert winners.equal(indices)
    assert not winners.requires_grad
    output.sum().backward()
    (wanted,) = torch.autograd.grad(wanted.sum(), images)
    assert images.grad.equal(wanted)


def test_the_winners_are_looked_for_only_once(monkeypatch):
    """The backward gets those of the forward; without them it would need the images again."""
    images = torch.tensor([[[[1.0, 5.0, 2.0]]]], requires_grad=True)
    output = layers.MaxPool2d((1, 3))(images)
    monkeypatch.delattr("course_lib.layers.pooling.with_winners")
    output.backward(torch.tensor([[[[7.0]]]]))
    assert images.grad.tolist() == [[[[0.0, 7.0, 0.0]]]]


def test_a_second_derivative_is_refused_and_not_wrong():
    images = torch.randn(1, 1, 4, 4, requires_grad=True)
    (grad,) = torch.autograd.grad(
        layers.MaxPool2d(2)(images).square().sum(), images, create_graph=True
    )
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()


def test_no_ready_made_pooling_is_called():
    """The names of every operator that runs, forward and backward, seen by the profiler."""
    with torch.profiler.profile() as profile:
        for make in POOLINGS.values():
            images = torch.randn(1, 2, 8, 7, requires_grad=True)
            make(layers)(images).sum().backward()
    used = {event.key for event in profile.key_averages() if event.key.startswith("aten::")}
    assert used, "the profiler saw nothing"
    assert not [name for name in used if "pool" in name]
