"""How autograd meets the written backwards. Oracle: what the formula of a toy layer says."""

import pytest
import torch

from course_lib.layers.gradients import with_gradient


def _scale(input, factor, label, power=1):
    return input * factor**power


def _scale_backward(grad_output, input, factor, label, power=1):
    return grad_output * factor**power, (grad_output * input).sum() * power * factor ** (power - 1)


def test_tensors_without_a_gradient_may_follow_those_with_one():
    """`label` stands for class indices: the backward returns nothing for it."""
    input, factor = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(3.0).requires_grad_()
    output = with_gradient(_scale, _scale_backward, input, factor, torch.tensor(7), power=2)
    assert output.tolist() == [9, 18]
    output.backward(torch.tensor([1.0, 10.0]))
    assert input.grad.tolist() == [9, 90]
    assert factor.grad.item() == (1 * 1 + 10 * 2) * 2 * 3


def test_a_second_derivative_is_refused_and_not_wrong():
    input = torch.tensor([2.0], requires_grad=True)
    output = with_gradient(_scale, _scale_backward, input, torch.tensor(3.0), None)
    (grad,) = torch.autograd.grad(output.sum() ** 2, input, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()
