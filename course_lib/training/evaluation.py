"""How often a network is wrong."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64
from torch import Tensor


@torch.inference_mode()
def predictions(
    model: Callable, images: Float[Tensor, "n *image"], batch_size: int = 1000
) -> Int64[Tensor, "n"]:
    """The class with the largest score, for each image. The model's mode is left as it was."""
    if len(images) == 0:
        raise ValueError("images is empty; an error rate needs at least one image.")
    was_training = getattr(model, "training", False)
    if was_training:
        model.eval()
    try:
        return torch.cat([model(batch).argmax(1) for batch in images.split(batch_size)])
    finally:
        if was_training:
            model.train()


def error_rate(
    model: Callable,
    images: Float[Tensor, "n *image"],
    labels: Int64[Tensor, "n"],
    batch_size: int = 1000,
) -> float:
    """The fraction of images, 0 to 1, whose largest score is not that of their label."""
    wrong = predictions(model, images, batch_size) != labels
    return int(wrong.sum()) / len(labels)
