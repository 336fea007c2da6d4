"""Which part of the image must not be covered.

Paper: Zeiler & Fergus 2013, "Visualizing and understanding convolutional networks" (ZFNet),
arXiv:1311.2901, section 4.2 and figure 7.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.inspection.class_scores import class_scores
from course_lib.inspection.one_pass import left_as_it_was, to_the_model


def occlusion_map(
    model: nn.Module,
    image: Float[Tensor, "channels h w"],
    label: int,
    size: int,
    stride: int = 1,
    gray: float = 0.0,
    batch_size: int = 64,
) -> Float[Tensor, "rows columns"]:
    """The probability of class `label` while a gray square of side `size` slides over the image.

    Entry (i, j) is for the square whose upper left pixel is (i stride, j stride); squares stay
    inside the image. Low numbers mark what the network needs. `gray` is in the image's own
    numbers: 0 where they are centered. The model gives scores; their softmax is taken here.
    """
    height, width = image.shape[1:]
    if not 1 <= size <= min(height, width) or stride < 1:
        raise ValueError(
            f"size {size} and stride {stride}: the square must fit into the image of "
            f"{height} x {width} pixels and move by at least one."
        )
    tops, lefts = range(0, height - size + 1, stride), range(0, width - size + 1, stride)
    corners = torch.cartesian_prod(torch.tensor(tops), torch.tensor(lefts))
    image = to_the_model(model, image)
    with left_as_it_was(model), torch.no_grad():
        found = [
            _probability(model, _covered(image, some, size, gray), label)
            for some in corners.split(batch_size)
        ]
    return torch.cat(found).view(len(tops), len(lefts))


def _covered(image: Tensor, corners: Tensor, size: int, gray: float) -> Tensor:
    """A copy of the image for each corner, with its square painted over."""
    copies = image.repeat(len(corners), 1, 1, 1)
    for copy, (top, left) in zip(copies, corners.tolist(), strict=True):
        copy[:, top : top + size, left : left + size] = gray
    return copies


def _probability(model: nn.Module, images: Tensor, label: int) -> Float[Tensor, " n"]:
    scores, _ = class_scores(model, images, torch.full((len(images),), label))
    return scores.softmax(dim=1)[:, label]
