"""What becomes of a gradient on its way through many equal layers.

Lecture: sharif_2024, "Vanishing Gradient" and "Jacobian", equations 1 to 7: T activations, so
T - 1 steps from the first to the last.
"""

import torch
from torch import Tensor, nn

from course_lib.inspection import jacobian, jacobian_singular_values
from course_lib.layers import tanh_backward

ACTIVATIONS = 50  # the lecture's T


def exploding_gradient() -> float:
    """The derivative of h(50) by h(1) for w = 1.1, without activations: 1.1^49."""
    return _scalar_gradient(1.1, ACTIVATIONS)


def vanishing_gradient() -> float:
    """The same for w = 0.9: 0.9^49."""
    return _scalar_gradient(0.9, ACTIVATIONS)


def first_rule_holds() -> bool:
    """Equation 1: the error of h(t) is W^T times that of z(t+1); also for a rectangular W."""
    weight, error = _example(3, 2), _example(3)
    h = _example(2).requires_grad_()
    (by_autograd,) = torch.autograd.grad(weight @ h, h, error)
    return torch.allclose(by_autograd, weight.T @ error)


def second_rule_as_printed() -> bool:
    """Equation 2 without a bar on the left: is z itself its error times phi'(z)? With tanh."""
    z, error = _example(4), _example(4) + 1
    return torch.allclose(z, tanh_backward(error, z))


def unrolled_rule_holds() -> bool:
    """Equation 3: w^(T-1) times the slopes at z(2) to z(T); with tanh, w = 1.5 and T = 6."""
    layers = [_linear(torch.tensor([[1.5]]).double()) for _ in range(5)]
    model = nn.Sequential(*(step for layer in layers for step in (layer, nn.Tanh())))
    h = torch.tensor([[0.3]]).double()
    product = torch.ones_like(h)
    for layer in layers:
        z = layer(h)
        h = z.tanh()
        product = product * 1.5 * (1 - h**2)
    return torch.allclose(jacobian(model, torch.tensor([0.3]).double()), product)


def derivative_of_errors_as_printed() -> bool:
    """Equation 5 with its bars: is the derivative of the last error by the first one w^(T-1)?

    The first error is w^(T-1) times the last, so the last is the first divided by it.
    """
    power = exploding_gradient()
    last_error_by_first = 1 / power
    return abs(last_error_by_first - power) < 1e-9


def a_tenth_off_one_explodes_or_vanishes() -> bool:
    """Whether w = 0.9 makes w^49 smaller than 0.1, and w = 1.1 makes it larger than 10."""
    return _scalar_gradient(0.9, ACTIVATIONS) < 0.1 and _scalar_gradient(1.1, ACTIVATIONS) > 10


def chain_of_jacobians_holds() -> bool:
    """Equation 6: the Jacobian of a chain is the product of its layers', the last one first."""
    layers = [nn.Sequential(_linear(_example(3, 3) + shift), nn.Tanh()) for shift in range(4)]
    x = _example(3)
    product, h = torch.eye(3).double(), x
    for layer in layers:
        product = jacobian(layer, h) @ product
        h = layer(h[None])[0].detach()
    return torch.allclose(jacobian(nn.Sequential(*layers), x), product)


def power_of_weights_holds() -> bool:
    """Equation 7: T - 1 equal linear layers have the Jacobian W^(T-1); here T = 6."""
    layer = _linear(_example(3, 3))
    chain = nn.Sequential(*[layer] * 5)
    power = torch.linalg.matrix_power(layer.weight.detach(), 5)
    return torch.allclose(jacobian(chain, _example(3)), power)


def explodes_above_one() -> bool:
    """Whether W^49 is larger than 1 for the eigenvalues 2 and 1/2."""
    return _size_of_power(2.0, 0.5) > 1


def vanishes_below_one() -> bool:
    """Whether W^49 is smaller than 1 for the eigenvalues -2 and 1/2, of which 1/2 is the largest.

    As numbers, that is; the largest absolute value is 2.
    """
    return _size_of_power(-2.0, 0.5) < 1


def _size_of_power(*eigenvalues: float) -> float:
    """How much 49 layers W with these on its diagonal stretch a vector at most."""
    layer = _linear(torch.tensor(eigenvalues, dtype=torch.float64).diag())
    chain = nn.Sequential(*[layer] * (ACTIVATIONS - 1))
    return jacobian_singular_values(chain, torch.zeros(len(eigenvalues)).double())[0].item()


def _scalar_gradient(weight: float, num_activations: int) -> float:
    layer = _linear(torch.tensor([[weight]], dtype=torch.float64))
    chain = nn.Sequential(*[layer] * (num_activations - 1))
    return jacobian(chain, torch.ones(1).double()).item()


def _example(*shape: int) -> Tensor:
    """Numbers without a pattern, the same each time."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def _linear(weight: Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False).double()
    layer.weight.data = weight
    return layer
