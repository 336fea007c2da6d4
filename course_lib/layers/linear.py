"""The fully connected layer: every output is a weighted sum of all inputs."""

from jaxtyping import Float
from torch import Tensor

from course_lib.layers.sizes import require_shape


def linear(
    input: Float[Tensor, "*batch c_in"],
    weight: Float[Tensor, "c_out c_in"],
    bias: Float[Tensor, " c_out"] | None = None,
) -> Float[Tensor, "*batch c_out"]:
    """Compute y = x W^T + b. The papers' W has one row an output, as weight does here.

    Raises ValueError where the last size of input is not the number of columns of weight.
    """
    _check(input, weight, bias)
    output = input @ weight.mT
    return output if bias is None else output + bias


def linear_backward(
    grad_output: Float[Tensor, "*batch c_out"],
    input: Float[Tensor, "*batch c_in"],
    weight: Float[Tensor, "c_out c_in"],
    bias: Float[Tensor, " c_out"] | None = None,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Find the gradients of input, weight and bias (None without a bias).

    The weight is used once for every input, so its gradient is a sum over the batch.
    """
    _check(input, weight, bias)
    require_shape("grad_output", grad_output, (*input.shape[:-1], len(weight)))
    inputs = input.reshape(-1, input.shape[-1])  # all   c_in
    grad_outputs = grad_output.reshape(-1, len(weight))  # all   c_out
    grad_bias = None if bias is None else grad_outputs.sum(dim=0)
    return grad_output @ weight, grad_outputs.mT @ inputs, grad_bias


def _check(input: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    if weight.ndim != 2:
        raise ValueError(f"weight must be (out_features, in_features), not {tuple(weight.shape)}.")
    if input.ndim == 0 or input.shape[-1] != weight.shape[1]:
        raise ValueError(
            f"input {tuple(input.shape)} must end in the {weight.shape[1]} features that "
            f"weight {tuple(weight.shape)} expects. Flatten images first: input.flatten(1)."
        )
    if bias is not None:
        require_shape("bias", bias, (len(weight),))
