"""Every pixel is an example: cross entropy over the pixels whose class is known.

Source: Long, Shelhamer & Darrell 2015, arXiv:1411.4038, section 3 (the loss is a sum over the
places of the last layer) and 4.1 (pixels masked out as void are left out).
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def pixel_cross_entropy(
    scores: Float[Tensor, "n classes h w"], labels: Int64[Tensor, "n h w"], void: int
) -> Float[Tensor, ""]:
    """The mean over all pixels that are not `void`, in nats; 0 where all of them are.

    Raises ValueError for labels that are neither void nor a class that has scores.
    """
    num_classes = scores.shape[1]
    check_labels(labels, num_classes, void)
    total = torch.nn.functional.cross_entropy(scores, labels, ignore_index=void, reduction="sum")
    return total / (labels != void).sum().clamp(min=1)


def check_labels(
    labels: Int64[Tensor, "*shape"], num_classes: int, void: int | None, name: str = "labels"
) -> None:
    """Raise ValueError for a label that is neither `void` nor one of 0 to num_classes - 1.

    Where `void` is None, no label is void. `name` is what the message calls them.
    """
    known = labels if void is None else labels[labels != void]
    if known.numel() and not 0 <= known.min() <= known.max() < num_classes:
        rest = "none of them void" if void is None else f"and void is {void}"
        raise ValueError(
            f"{name} go from {known.min()} to {known.max()}, but there are classes 0 to "
            f"{num_classes - 1}, {rest}."
        )
