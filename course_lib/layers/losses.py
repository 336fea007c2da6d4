"""The cross entropy: how surprised the network is by the right answer, in nats.

With scores x (the logits), probabilities p = softmax(x) and wanted probabilities t, all over
the classes c, and a weight w for each class,

    loss = - sum over c of w[c] t[c] log p[c]

A class index is the t that is 1 for that class and 0 for the others.
Sources: Goodfellow, Bengio & Courville 2016, "Deep learning", section 6.2.2.3; Szegedy et al.
2016, arXiv:1512.00567, section 7 (label smoothing; its epsilon is label_smoothing).
"""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import require_shape

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

    `input` is (n, classes), (n, classes, …) or (classes,). `target` holds class indices, in the
    shape of `input` without its classes, or probabilities in the shape of `input`. An index
    equal to `ignore_index` costs nothing. `reduction` is 'none', 'sum' or 'mean'; for indices
    the mean divides by the sum of the weights of the right classes. The options have to be named,
    because torch still has two deprecated ones between them.

    Raises ValueError for labels and options out of range and for shapes that do not fit.
    """
    scores = _classes_last(input)
    wanted, total = _wanted(scores, target, weight, ignore_index, reduction, label_smoothing)
    # A class nobody wants costs nothing, even with a score of minus infinity (0 * inf is NaN).
    costs = (wanted * _log_softmax(scores)).masked_fill_(wanted == 0, 0)
    losses = -costs.sum(dim=-1)
    return (losses if reduction == "none" else losses.sum() / total).to(input.dtype)


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
    """Find the gradient of the scores; the target gets none. Without weights it is p - t.

    With weights it is p[c] (sum over k of w[k] t[k]) - w[c] t[c].
    """
    scores = _classes_last(input)
    wanted, total = _wanted(scores, target, weight, ignore_index, reduction, label_smoothing)
    slope = _log_softmax(scores).exp_().mul_(wanted.sum(dim=-1, keepdim=True)).sub_(wanted)
    require_shape("grad_output", grad_output, wanted.shape[:-1] if reduction == "none" else ())
    # An ignored target asks for nothing, even where all are ignored and the mean is 0 / 0.
    ignored = slope == 0
    grad_scores = slope.mul_((grad_output / total)[..., None]).masked_fill_(ignored, 0)
    return grad_scores.movedim(-1, _class_dim(input)).to(input.dtype)


def _wanted(
    scores: Float[Tensor, "*losses classes"],
    target: Target,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> tuple[Float[Tensor, "*losses classes"], Tensor | int]:
    """Return w t, and the number that the sum of all losses is divided by."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', not {reduction!r}.")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must lie in 0 to 1, but it is {label_smoothing}.")
    num_classes = scores.shape[-1]
    if target.is_floating_point():
        right, counted = _probabilities(scores, target, ignore_index), 1
    else:
        right, counted = _one_hot(scores, target, ignore_index)
    wanted = right
    if label_smoothing:
        wanted = ((1 - label_smoothing) * right + label_smoothing / num_classes) * counted
    if weight is not None:
        require_shape("weight", weight, (num_classes,))
        wanted, right = wanted * weight.to(scores.dtype), right * weight.to(scores.dtype)
    if reduction != "mean":
        return wanted, 1
    return wanted, scores[..., 0].numel() if target.is_floating_point() else right.sum()


def _one_hot(scores: Tensor, target: Tensor, ignore_index: int) -> tuple[Tensor, Tensor]:
    """Return 1 at the right classes and 0 elsewhere, and where a target is not ignored."""
    require_shape("target", target, tuple(scores.shape[:-1]))
    target = target.long()  # in uint8, -100 would be read as 156
    counted = target != ignore_index
    num_classes, labels = scores.shape[-1], target[counted]
    if labels.numel() and not 0 <= labels.min() <= labels.max() < num_classes:
        raise ValueError(
            f"target must lie in 0 to {num_classes - 1}, the classes that input has scores for, "
            f"but it goes from {labels.min()} to {labels.max()}."
        )
    counted = counted[..., None].to(scores.dtype)
    right = torch.zeros_like(scores)
    right.scatter_(-1, target[..., None] * counted.long(), counted)
    return right, counted


def _probabilities(scores: Tensor, target: Tensor, ignore_index: int) -> Tensor:
    if target.ndim != scores.ndim:
        raise ValueError(
            f"target of dtype {target.dtype} holds probabilities and needs the shape of input; "
            f"its shape is {tuple(target.shape)}. Class indices are whole numbers: target.long()."
        )
    if ignore_index >= 0:
        raise ValueError(f"ignore_index {ignore_index} means nothing where target is fractions.")
    right = _classes_last(target)
    require_shape("target", right, tuple(scores.shape))
    return right


def _class_dim(input: Tensor) -> int:
    return 0 if input.ndim == 1 else 1


def _classes_last(input: Tensor) -> Float[Tensor, "*losses classes"]:
    return input.movedim(_class_dim(input), -1).to(sum_dtype(input))


def _log_softmax(scores: Float[Tensor, "*losses classes"]) -> Float[Tensor, "*losses classes"]:
    """Compute x - log(sum over c of e^x[c]), stable because the largest exponent is 0."""
    shifted = scores - scores.amax(dim=-1, keepdim=True)
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()
