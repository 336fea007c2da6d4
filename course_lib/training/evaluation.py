"""How often a network is wrong."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64, Num
from torch import Tensor

from course_lib.data.evaluation_mode import in_evaluation


@torch.inference_mode()
def scores(
    model: Callable, images: Num[Tensor, "n *image"], batch_size: int = 1000
) -> Float[Tensor, "n classes"]:
    """What the network answers to each image, in evaluation mode and without gradients."""
    if len(images) == 0:
        raise ValueError("images is empty; an error rate needs at least one image.")
    with in_evaluation(model):
        return torch.cat([model(batch) for batch in images.split(batch_size)])


def predictions(
    model: Callable, images: Num[Tensor, "n *image"], batch_size: int = 1000
) -> Int64[Tensor, "n"]:
    """The class with the largest score, for each image. The model's mode is left as it was."""
    return scores(model, images, batch_size).argmax(1)


def error_rate(
    model: Callable,
    images: Num[Tensor, "n *image"],
    labels: Int64[Tensor, "n"],
    batch_size: int = 1000,
) -> float:
    """The fraction of images, 0 to 1, whose largest score is not that of their label."""
    wrong = predictions(model, images, batch_size) != labels
    return int(wrong.sum()) / len(labels)
