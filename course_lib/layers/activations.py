"""Activations: what makes a stack of linear layers more than one linear layer.

Each backward takes the input of its forward. Where it is written with the output y, it computes
that again unless `output` brings it.

Sources: Rosenblatt 1958, "The perceptron" (step); LeCun et al. 1998, appendix A (tanh,
scaled_tanh); Nair & Hinton 2010, "Rectified linear units improve restricted Boltzmann machines"
(relu); Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic models"
(leaky_relu); He et al. 2015, arXiv:1502.01852, section 2.1 (prelu); Bridle 1990, "Probabilistic
interpretation of feedforward classification network outputs" (softmax).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.channels import all_but_channels, beside
from course_lib.layers.precision import sum_dtype

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
    return _where_positive(input).mul_(grad_output)


def leaky_relu(
    input: Float[Tensor, "*shape"], negative_slope: float = 0.01
) -> Float[Tensor, "*shape"]:
    """Compute x where x > 0, and negative_slope times x elsewhere."""
    return input.clamp(min=0).add_(input.clamp(max=0), alpha=negative_slope)


def leaky_relu_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    negative_slope: float = 0.01,
) -> Float[Tensor, "*shape"]:
    """The slope is never 0, so a unit that is negative for every image can come back."""
    positive = _where_positive(input)
    return positive.add_(1 - positive, alpha=negative_slope).mul_(grad_output)


def prelu(
    input: Float[Tensor, "*shape"], weight: Float[Tensor, " slopes"]
) -> Float[Tensor, "*shape"]:
    """Compute leaky_relu with slopes to learn: one for all, or one for each channel, dimension 1.

    Raises ValueError where the number of slopes is neither 1 nor that of the channels.
    """
    return input.clamp(min=0).addcmul_(input.clamp(max=0), _slopes(weight, input))


def prelu_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    weight: Float[Tensor, " slopes"],
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, " slopes"]]:
    """Find the gradients of input and weight; a slope's is a sum over all that it multiplied."""
    positive = _where_positive(input)
    grad_input = positive.addcmul_(1 - positive, _slopes(weight, input)).mul_(grad_output)
    shares = grad_output * input.clamp(max=0)
    if len(weight) == 1:
        return grad_input, shares.sum().view(1)
    return grad_input, shares.sum(dim=all_but_channels(input))


def _where_positive(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """1 where x > 0, and 0 elsewhere: the sign of what relu gives.

    To multiply by it is many times as fast as to choose by a condition, number by number. Only an
    infinite gradient tells them apart, which times 0 is no number; such a run is lost anyway.
    """
    return input.clamp(min=0).sign_()


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
    # For a very negative x, e^-x is infinite and the quotient 0, as it should be. In half precision
    # that would come too early.
    exponentials = torch.exp(-input.to(sum_dtype(input)))
    return (exponentials + 1).reciprocal_().to(input.dtype)


def sigmoid_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    output: Float[Tensor, "*shape"] | None = None,
) -> Float[Tensor, "*shape"]:
    """The slope is y (1 - y): never more than 1/4, so a deep stack of sigmoids learns slowly."""
    output = sigmoid(input) if output is None else output
    return (1 - output).mul_(output).mul_(grad_output)


def tanh(input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Compute (e^x - e^-x) / (e^x + e^-x), between -1 and 1."""
    # With t = e^2x - 1 this is t / (t + 2): expm1 keeps the digits of t where x is near 0. From
    # 20 on the output is 1 to all digits, and a larger x would make t infinite.
    t = torch.expm1(2 * input.to(sum_dtype(input)).clamp(max=20))
    return (t / (t + 2)).to(input.dtype)


def tanh_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    output: Float[Tensor, "*shape"] | None = None,
) -> Float[Tensor, "*shape"]:
    """The slope is 1 - y^2: 1 at zero, and nearly 0 where the unit saturates."""
    output = tanh(input) if output is None else output
    return output.square().neg_().add_(1).mul_(grad_output)


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
    exponentials = torch.exp((input - input.amax(dim, keepdim=True)).to(sum_dtype(input)))
    return (exponentials / exponentials.sum(dim, keepdim=True)).to(input.dtype)


def softmax_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    dim: int,
    output: Float[Tensor, "*shape"] | None = None,
) -> Float[Tensor, "*shape"]:
    """Raising one score lowers all other probabilities: p_i (g_i - sum over j of g_j p_j)."""
    output = softmax(input, dim) if output is None else output
    return (grad_output - (grad_output * output).sum(dim, keepdim=True)).mul_(output)
