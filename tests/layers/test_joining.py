"""Concatenation and residual addition. Oracles: torch, autograd, numbers worked by hand."""

import pytest
import torch

from course_lib.layers import add, add_backward, concatenate, concatenate_backward


def _branches(*channels, **options):
    return [torch.randn(2, c, 3, 5, **options) for c in channels]


@pytest.mark.parametrize(
    ("shapes", "dim"),
    [
        ([(2, 3, 4, 5), (2, 1, 4, 5), (2, 6, 4, 5)], 1),
        ([(2, 3, 4, 5), (2, 3, 4, 5)], -1),
        ([(2, 3), (0, 3), (4, 3)], 0),
        ([(2, 3), (4, 3)], -2),
        ([(3,)], 0),
    ],
)
def test_concatenation_equals_torch(equals_torch, shapes, dim):
    tensors = [torch.randn(shape, dtype=torch.float64) for shape in shapes]
    equals_torch(
        lambda *given: concatenate(given, dim),
        lambda upstream, *given: concatenate_backward(upstream, given, dim),
        lambda *given: torch.cat(given, dim),
        *tensors,
    )


def test_branches_lie_behind_each_other_in_their_order():
    left, right = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0]])
    assert concatenate([left, right], dim=1).tolist() == [[1.0, 2.0, 3.0]]
    first, second = concatenate_backward(torch.tensor([[4.0, 5.0, 6.0]]), [left, right], dim=1)
    assert first.tolist() == [[4.0, 5.0]]
    assert second.tolist() == [[6.0]]


def test_the_batch_is_joined_unless_a_dim_is_given():
    tensors = _branches(3, 3)
    assert concatenate(tensors).equal(torch.concatenate(tensors))
    assert concatenate_backward(torch.zeros(4, 3, 3, 5), tensors)[1].shape == (2, 3, 3, 5)


def test_the_joined_maps_are_a_copy():
    tensors = _branches(1, 2)
    joined, kept = concatenate(tensors, 1), tensors[0].clone()
    joined.zero_()
    assert tensors[0].equal(kept)


def test_autograd_can_still_follow_the_forward():
    left, right = (t.requires_grad_() for t in _branches(1, 2))
    concatenate([left, right], 1).square().sum().backward()
    torch.testing.assert_close(left.grad, 2 * left.detach())
    torch.testing.assert_close(right.grad, 2 * right.detach())


def test_addition_equals_torch(equals_torch):
    equals_torch(add, add_backward, torch.add, *_branches(4, 4, dtype=torch.float64))


def test_the_shortcut_carries_the_whole_gradient():
    """H(x) = F(x) + x with F(x) = 0 x: the slope of H is that of the shortcut, 1."""
    upstream = torch.tensor([5.0, -2.0])
    grad_block, grad_shortcut = add_backward(upstream, torch.zeros(2), torch.ones(2))
    assert grad_shortcut.tolist() == [5.0, -2.0]
    assert (0 * grad_block + grad_shortcut).tolist() == [5.0, -2.0]


@pytest.mark.gpu
def test_cuda_equals_torch():
    tensors = _branches(3, 4, device="cuda")
    assert concatenate(tensors, 1).equal(torch.cat(tensors, 1))
    assert add(tensors[0], tensors[0]).equal(2 * tensors[0])


MISTAKES = {
    "no tensors": ([], 0, "tensors is empty"),
    "maps of another size": ([(1, 2, 4, 4), (1, 2, 4, 5)], 1, r"tensors\[1\] is \(1, 2, 4, 5\)"),
    "another batch": ([(1, 2), (1, 2), (3, 2)], 1, r"tensors\[2\] is \(3, 2\) .* only dim 1 may"),
    "fewer dimensions": ([(2, 2), (2,)], 1, r"tensors\[1\] is \(2,\)"),
    "no such dim": ([(2, 2), (2, 2)], 2, "dim 2 is none of the 2"),
    "no such dim from behind": ([(2, 2), (2, 2)], -3, "dim -3 is none of the 2"),
}


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_name_the_argument_and_the_values(mistake):
    shapes, dim, message = MISTAKES[mistake]
    tensors = [torch.zeros(shape) for shape in shapes]
    with pytest.raises(ValueError, match=message):
        concatenate(tensors, dim)
    with pytest.raises(ValueError, match=message):
        concatenate_backward(torch.zeros(1), tensors, dim)


@pytest.mark.usefixtures("without_shape_checks")
def test_other_errors_are_named_too():
    tensors = [torch.zeros(1, 2), torch.zeros(1, 3)]
    with pytest.raises(ValueError, match=r"tensors\[1\] .* torch.float64, but .* torch.float32"):
        concatenate([tensors[0], tensors[0].double()])
    with pytest.raises(ValueError, match=r"grad_output must be \(1, 5\), not \(1, 6\)"):
        concatenate_backward(torch.zeros(1, 6), tensors, 1)
    message = r"input \(1, 2\) and other \(1, 3\) must have one shape.*1x1 convolution"
    with pytest.raises(ValueError, match=message):
        add(*tensors)
    with pytest.raises(ValueError, match=message):
        add_backward(tensors[0], *tensors)
    with pytest.raises(ValueError, match="must have one shape"):
        add(torch.zeros(2, 3), torch.zeros(3))  # it would broadcast
