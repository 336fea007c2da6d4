"""Activations: what makes a stack of linear layers more than one linear layer.

Each backward takes the input of its forward, and computes the output again where that is
shorter to say. Sources: Rosenblatt 1958, "The perceptron" (step); LeCun et al. 1998, appendix A
(tanh, scaled_tanh); Nair & Hinton 2010, "Rectified linear units improve restricted Boltzmann
machines" (relu); Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic
models" (leaky_relu); He et al. 2015, arXiv:1502.01852, section 2.1 (prelu); Bridle 1990,
"Probabilistic interpretation of feedforward classification network outputs" (softmax).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.channels import all_but_channels, beside

# Of scaled_tanh: with these, f(1) = 1 and f(-1) = -1, and the curve bends most there.
AMPLITUDE, SLOPE = 1.7159, 2 / 3


def step(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Compute what a perceptron does: 1 where x >= 0, and 0 elsewhere."""
    return input.where(input.isnan(), (input >= 0).to(input.dtype))


def step_backward(
    grad_output: Float[Tensor, "*shape"], input: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """The slope is 0 wherever there is one, so gradient descent cannot move what comes before."""
    return torch.zeros_like(grad_output)


def relu(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Compute max(0, x)."""
    return input.clamp(min=0)


def relu_backward(
    grad_output: Float[Tensor, "*shape"], input: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Let the gradient through where the input was positive; at 0 the slope is taken as 0."""
    return grad_output.where(input > 0, 0)


def leaky_relu(
    input: Float[Tensor, "*shape"], negative_slope: float = 0.01
) -> Float[Tensor, "*shape"]:
    """Compute x where x > 0, and negative_slope times x elsewhere."""
    return input.where(input > 0, negative_slope * input)


def leaky_relu_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    negative_slope: float = 0.01,
) -> Float[Tensor, "*shape"]:
    """The slope is never 0, so a unit that is negative for every image can come back."""
    return grad_output.where(input > 0, negative_slope * grad_output)


def prelu(
    input: Float[Tensor, "*shape"], weight: Float[Tensor, " slopes"]
) -> Float[Tensor, "*shape"]:
    """Compute leaky_relu with slopes to learn: one for all, or one for each channel, dimension 1.

    Raises ValueError where the number of slopes is neither 1 nor that of the channels.
    """
    return input.where(input > 0, _slopes(weight, input) * input)


def prelu_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    weight: Float[Tensor, " slopes"],
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, " slopes"]]:
    """Find the gradients of input and weight; a slope's is a sum over all that it multiplied."""
    grad_input = grad_output.where(input > 0, _slopes(weight, input) * grad_output)
    shares = torch.where(input > 0, 0, grad_output * input)
    if len(weight) == 1:
        return grad_input, shares.sum().view(1)
    return grad_input, shares.sum(dim=all_but_channels(input))


def _slopes(weight: Tensor, input: Tensor) -> Tensor:
    num_channels = input.shape[1] if input.ndim > 1 else 1
    if weight.shape not in ((1,), (num_channels,)):
        raise ValueError(
            f"weight must hold 1 slope or {num_channels}, one for each channel of input, "
            f"but its shape is {tuple(weight.shape)}."
        )
    return weight if len(weight) == 1 else beside(weight, input)


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


def scaled_tanh(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Compute 1.7159 tanh(2x / 3), the squashing function of LeNet-5: 1 at 1 and -1 at -1."""
    return AMPLITUDE * tanh(SLOPE * input)


def scaled_tanh_backward(
    grad_output: Float[Tensor, "*shape"], input: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """The slope is 1.14 at zero, and about 0.76 where the output is 1."""
    return tanh_backward(AMPLITUDE * SLOPE * grad_output, SLOPE * input)


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
