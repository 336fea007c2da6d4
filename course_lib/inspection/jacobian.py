"""How a small change of the input changes the output: the Jacobian and what it does to lengths.

The gradient goes back through a network as a product of such matrices. Of T equal linear layers
it is W^T: it explodes where the largest eigenvalue of W is above 1 and vanishes where it is
below (lecture sharif_2024). The lecture's example has T = 50 activations, and so 49 steps
between the first and the last: 1.1^49 = 106.7 and 0.9^49 = 0.00573.
"""

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from course_lib.inspection.one_pass import left_as_it_was, to_the_model


def jacobian(model: nn.Module, x: Float[Tensor, "*shape"]) -> Float[Tensor, "outputs inputs"]:
    """The derivative of every output of a network, or of one of its layers, by every input.

    `x` is one input without a batch; both sides are flattened. Evaluation mode, and the model
    is left as it was. A layer of a network is given what enters it, see `activations`.
    """
    with left_as_it_was(model), torch.enable_grad():
        batch = to_the_model(model, x)[None]
        matrix = torch.autograd.functional.jacobian(model, batch)
    return matrix.reshape(-1, x.numel())


def jacobian_eigenvalues(
    model: nn.Module, x: Float[Tensor, "*shape"]
) -> Complex[Tensor, " eigenvalues"]:
    """The eigenvalues of the Jacobian, largest first; needs as many outputs as inputs.

    They say what happens when the same layer is applied again and again.
    """
    matrix = jacobian(model, x)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            f"model has {matrix.shape[0]} outputs for {matrix.shape[1]} inputs; eigenvalues need "
            "as many of both. jacobian_singular_values works for any."
        )
    values = torch.linalg.eigvals(matrix)
    return values[values.abs().argsort(descending=True)]


def jacobian_singular_values(
    model: nn.Module, x: Float[Tensor, "*shape"]
) -> Float[Tensor, " values"]:
    """How much the Jacobian stretches lengths in its directions, largest first."""
    return torch.linalg.svdvals(jacobian(model, x))
