"""Activations: what makes a stack of linear layers more than one linear layer.

Each backward takes the input of its forward, and computes the output again where that is
shorter to say. Sources: LeCun et al. 1998, appendix A (tanh); Nair & Hinton 2010, "Rectified
linear units improve restricted Boltzmann machines" (relu); Bridle 1990, "Probabilistic
interpretation of feedforward classification network outputs" (softmax).
"""

import torch
from jaxtyping import Float
from torch import Tensor


def relu(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Compute max(0, x)."""
    return input.clamp(min=0)


def relu_backward(
    grad_output: Float[Tensor, "*shape"], input: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Let the gradient through where the input was positive; at 0 the slope is taken as 0."""
    return grad_output.where(input > 0, 0)


def sigmoid(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Compute 1 / (1 + e^-x), between 0 and 1."""
    # e^-x overflows for very negative x; e^-|x| cannot, and 1 / (1 + e^-x) = e^x / (1 + e^x).
    small = torch.exp(-input.abs())
    return torch.where(input >= 0, 1.0, small) / (1 + small)


def sigmoid_backward(
    grad_output: Float[Tensor, "*shape"], input: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """The slope is y (1 - y): never more than 1/4, so a deep stack of sigmoids learns slowly."""
    output = sigmoid(input)
    return grad_output * output * (1 - output)


def tanh(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Compute (e^x - e^-x) / (e^x + e^-x), between -1 and 1."""
    # With t = e^-2|x| - 1 this is -t / (2 + t): expm1 keeps the digits of t where x is near 0.
    t = torch.expm1(-2 * input.abs())
    return torch.copysign(t / (2 + t), input)


def tanh_backward(
    grad_output: Float[Tensor, "*shape"], input: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """The slope is 1 - y^2: 1 at zero, and nearly 0 where the unit saturates."""
    return grad_output * (1 - tanh(input) ** 2)


def softmax(input: Float[Tensor, "*shape"], dim: int) -> Float[Tensor, "*shape"]:
    """Turn scores into probabilities along one dimension: e^x_i / sum over j of e^x_j."""
    # The quotient is the same for x - max(x), and no exponential can overflow then.
    exponentials = torch.exp(input - input.amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


def softmax_backward(
    grad_output: Float[Tensor, "*shape"], input: Float[Tensor, "*shape"], dim: int
) -> Float[Tensor, "*shape"]:
    """Raising one score lowers all other probabilities: p_i (g_i - sum over j of g_j p_j)."""
    output = softmax(input, dim)
    return output * (grad_output - (grad_output * output).sum(dim, keepdim=True))
