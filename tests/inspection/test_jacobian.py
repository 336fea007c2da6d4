"""Oracle: powers of a matrix and of a number, finite differences, and the paper's identity."""

import pytest
import torch
from torch import nn

from course_lib.inspection import (
    jacobian,
    jacobian_eigenvalues,
    jacobian_singular_values,
)
from course_lib.layers import modules as written_out


def repeated(weight: torch.Tensor, times: int) -> nn.Sequential:
    layer = nn.Linear(len(weight), len(weight), bias=False, dtype=torch.float64)
    layer.weight.data = weight.double()
    return nn.Sequential(*[layer] * times)


@pytest.mark.parametrize(("weight", "expected"), [(1.1, 106.72), (0.9, 0.005726)])
def test_49_steps_lie_between_the_first_and_the_50th_activation(weight, expected):
    # The lecture sharif_2024 prints 1.1^50 = 117.4 and 0.9^50 = 0.00515 for T = 50 activations.
    (value,) = jacobian_singular_values(
        repeated(torch.tensor([[weight]], dtype=torch.float64), 49), torch.ones(1)
    )
    assert value.item() == pytest.approx(weight**49, rel=1e-6)
    assert value.item() == pytest.approx(expected, rel=1e-4)


def test_equal_linear_layers_multiply_to_a_power_of_their_matrix():
    weight = torch.randn(5, 5)
    found = jacobian(repeated(weight, 7), torch.randn(5))
    torch.testing.assert_close(found, torch.linalg.matrix_power(weight.double(), 7))


def test_eigenvalues_are_raised_to_that_power_largest_first():
    # A rotation by 30 degrees that shrinks by half, and a direction that grows by 1.1.
    angle = torch.tensor(torch.pi / 6)
    weight = torch.block_diag(
        0.5 * torch.tensor([[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]]),
        torch.tensor([[1.1]]),
    )
    found = jacobian_eigenvalues(repeated(weight, 20), torch.randn(3))
    assert found.is_complex()
    torch.testing.assert_close(
        found.abs(), torch.tensor([1.1**20, 0.5**20, 0.5**20]).double(), rtol=1e-5, atol=0
    )
    torch.testing.assert_close(
        jacobian_eigenvalues(repeated(weight, 1), torch.randn(3))[1:].angle().abs(),
        torch.full((2,), torch.pi / 6, dtype=torch.float64),
        rtol=1e-6,
        atol=0,
    )


def test_singular_values_are_the_lengths_that_unit_vectors_get():
    weight = torch.tensor([[0.0, 3.0], [2.0, 0.0]])
    found = jacobian_singular_values(repeated(weight, 1), torch.zeros(2))
    assert found.tolist() == pytest.approx([3, 2])
    assert jacobian_singular_values(nn.Linear(5, 3), torch.zeros(5)).shape == (3,)


def test_a_residual_block_adds_the_identity():
    class Residual(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x) + x

    inner = nn.Sequential(nn.Linear(4, 4), nn.Tanh()).double()
    x = torch.randn(4)
    torch.testing.assert_close(
        jacobian(Residual(inner), x), jacobian(inner, x) + torch.eye(4).double()
    )


@pytest.mark.parametrize("kinds", [nn, written_out])
def test_it_equals_finite_differences(kinds):
    model = nn.Sequential(kinds.Conv2d(2, 3, 2), kinds.Tanh(), kinds.MaxPool2d(2, 1)).double()
    x, step = torch.randn(2, 4, 5, dtype=torch.float64), 1e-6
    columns = []
    for place in range(x.numel()):
        move = torch.zeros_like(x)
        move.view(-1)[place] = step
        columns.append((model((x + move)[None]) - model((x - move)[None])).flatten() / (2 * step))
    expected = torch.stack(columns, dim=1).detach()
    assert expected.shape == (3 * 2 * 3, 40)
    torch.testing.assert_close(jacobian(model, x), expected, rtol=1e-6, atol=1e-8)


def test_eigenvalues_need_as_many_outputs_as_inputs():
    with pytest.raises(ValueError, match="3 outputs for 5 inputs"):
        jacobian_eigenvalues(nn.Linear(5, 3), torch.zeros(5))


def test_the_model_is_left_as_it_was(network, images, stays_as_it_is):
    with stays_as_it_is(network), torch.no_grad():
        found = jacobian(network, images[0])
    assert found.shape == (5, 3 * 7 * 9)
    assert not found.requires_grad


@pytest.mark.gpu
def test_a_model_on_the_gpu_gives_the_same():
    model = nn.Linear(4, 4)
    expected = jacobian_eigenvalues(model, torch.zeros(4))
    found = jacobian_eigenvalues(model.cuda(), torch.zeros(4))
    torch.testing.assert_close(found.cpu().abs(), expected.abs(), rtol=1e-4, atol=1e-5)
