"""The cross entropy: how surprised the network is by the right answer, in nats.

With scores x (the logits), probabilities p = softmax(x) and wanted probabilities t, all over
the classes c, and a weight w_c for each class,

    loss = - sum over c of w_c t_c log p_c

A class index is the t that is 1 for that class and 0 for the others.
Sources: Goodfellow, Bengio & Courville 2016, "Deep learning", section 6.2.2.2; Szegedy et al.
2016, arXiv:1512.00567, section 7 (label smoothing, epsilon there).
"""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

Target = Integer[Tensor, "*target"] | Float[Tensor, "*target"]


def cross_entropy(
    input: Float[Tensor, "*scores"],
    target: Target,
    weight: Float[Tensor, " classes"] | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Float[Tensor, "*losses"]:
    """Compare scores with the right classes; equals torch.nn.functional.cross_entropy.

    `input` is (n, classes), (n, classes, …) or (classes,); `target` holds class indices, with
    no class dimension, or probabilities in the shape of `input`. Targets equal to `ignore_index`
    cost nothing. `reduction` is 'none', 'sum' or 'mean', which for indices divides by the sum
    of the weights of the right classes. torch's two deprecated arguments are left out, so the
    options have to be named.

    Raises ValueError for labels out of range, shapes that differ and options out of range.
    """
    _check_options(reduction, label_smoothing)
    wanted, share = _wanted_and_share(
        input, target, weight, ignore_index, reduction, label_smoothing
    )
    # A class that is not wanted costs nothing, even with a score of minus infinity (0 * inf).
    costs = torch.where(wanted == 0, 0, -wanted * _log_softmax(input, _class_dim(input)))
    losses = costs.sum(_class_dim(input)) * share
    return losses if reduction == "none" else losses.sum()


def cross_entropy_backward(
    grad_output: Float[Tensor, "*losses"],
    input: Float[Tensor, "*scores"],
    target: Target,
    weight: Float[Tensor, " classes"] | None = None,
    *,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Float[Tensor, "*scores"]:
    """Find the gradient of the scores: p - t, the whole of it where weights are 1.

    With class weights it is p (sum over c of w_c t_c) - w t. The target gets no gradient.
    """
    _check_options(reduction, label_smoothing)
    wanted, share = _wanted_and_share(
        input, target, weight, ignore_index, reduction, label_smoothing
    )
    dim = _class_dim(input)
    probabilities = _log_softmax(input, dim).exp()
    slope = probabilities * wanted.sum(dim, keepdim=True) - wanted
    each = (grad_output * share).expand(wanted.sum(dim).shape)  # one a loss, whatever reduction
    return slope * each.unsqueeze(dim)


def _wanted_and_share(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> tuple[Tensor, Tensor | float]:
    """Return w t in the shape of input, and what one loss counts for in the reduced one."""
    dim = _class_dim(input)
    num_classes = input.shape[dim]
    shape = [num_classes if axis == dim else 1 for axis in range(input.ndim)]
    weights = input.new_ones(shape) if weight is None else _class_weights(weight, shape)
    if target.is_floating_point():
        right = _probabilities(input, target, ignore_index)
        counted, total = torch.ones_like(input.select(dim, 0)), target.numel() / num_classes
    else:
        right, counted = _one_hot(input, target, ignore_index, dim)
        total = (right * weights).sum()
    smooth = (1 - label_smoothing) * right + label_smoothing / num_classes
    share = 1.0 if reduction != "mean" else 1 / torch.as_tensor(total)
    return smooth * weights * counted.unsqueeze(dim), share


def _one_hot(input: Tensor, target: Tensor, ignore_index: int, dim: int) -> tuple[Tensor, Tensor]:
    """Return 1 at the right classes and 0 elsewhere, and 0 for the targets to ignore."""
    if target.shape != input.shape[:dim] + input.shape[dim + 1 :]:
        raise ValueError(
            f"target {tuple(target.shape)} must have the shape of input {tuple(input.shape)} "
            f"without its class dimension {dim}."
        )
    counted = target != ignore_index
    labels = target.where(counted, 0).long()
    if labels.numel() and (labels.min() < 0 or labels.max() >= input.shape[dim]):
        raise ValueError(
            f"target must lie in 0 to {input.shape[dim] - 1}, the classes of input, but it holds "
            f"{labels.min()} to {labels.max()}."
        )
    right = torch.zeros_like(input).scatter(dim, labels.unsqueeze(dim), 1)
    return right * counted.unsqueeze(dim), counted


def _probabilities(input: Tensor, target: Tensor, ignore_index: int) -> Tensor:
    if target.shape != input.shape:
        raise ValueError(
            f"target {tuple(target.shape)} holds probabilities, so it must have the shape of "
            f"input {tuple(input.shape)}. Class indices must be whole numbers (target.long())."
        )
    if ignore_index >= 0:
        raise ValueError(f"ignore_index {ignore_index} has no meaning for probabilities.")
    return target


def _class_weights(weight: Tensor, shape: list[int]) -> Tensor:
    if tuple(weight.shape) != (max(shape),) and weight.numel() != max(shape):
        raise ValueError(f"weight must hold one number a class ({max(shape)}), not {len(weight)}.")
    return weight.view(shape)


def _check_options(reduction: str, label_smoothing: float) -> None:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', not {reduction!r}.")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie in 0 to 1, but it is {label_smoothing}.")


def _class_dim(input: Tensor) -> int:
    return 0 if input.ndim == 1 else 1


def _log_softmax(input: Tensor, dim: int) -> Tensor:
    """Compute x_i - log(sum over j of e^x_j), stable because the largest exponent is 0."""
    shifted = input - input.amax(dim, keepdim=True)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()
