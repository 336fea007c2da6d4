"""Ask a network about several windows of an image, and put its answers together.

Lectures: sharif_2024 (AlexNet votes over shifts of the image; ResNet's ten crops at five scales).
Source: Krizhevsky et al. 2012, section 4.1 (ten crops, the mean of the probabilities); He et al.
2015, section 3.4 (ten crops; for their best numbers, the mean of the scores at five scales).
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Float, Num
from torch import Tensor
from torch.nn.functional import one_hot

from course_lib.data.evaluation_mode import in_evaluation
from course_lib.data.sizes import Size, pair

RESNET_SCALES = (224, 256, 384, 480, 640)
WAYS = ("probabilities", "scores", "votes")


def ten_crops(
    images: Num[Tensor, "n c h w"], size: Size = 224
) -> Num[Tensor, "n 10 c crop_h crop_w"]:
    """Four corners and the middle, then the same of the mirror image."""
    from torchvision.transforms.v2 import functional

    height, width = pair(size, "size")
    if height > images.shape[2] or width > images.shape[3]:
        raise ValueError(f"size {size} does not fit into images of {tuple(images.shape[-2:])}.")
    return torch.stack(functional.ten_crop(images, [height, width]), dim=1)


def crops_at_scales(
    images: Num[Tensor, "n c h w"], size: Size = 224, scales: Sequence[int] = RESNET_SCALES
) -> Iterator[Num[Tensor, "n 10 c crop_h crop_w"]]:
    """Ten crops of the images at each scale, which is the length of the shorter side in pixels.

    One scale after the other, since all together may not fit into the memory.
    """
    from torchvision.transforms.v2 import functional

    for scale in scales:
        yield ten_crops(functional.resize(images, [scale], antialias=True), size)


@torch.no_grad()
def predict_crops(
    model: Callable[[Tensor], Tensor],
    images: Num[Tensor, "n c h w"],
    size: Size = 224,
    scales: Sequence[int] | None = None,
    average: str = "probabilities",
) -> Float[Tensor, "n classes"]:
    """What `model` says about all crops together: the largest number is the class it predicts.

    `model` makes scores of a batch of crops, which are pixels as `images` are: centering belongs
    into it. Without `scales`, the images are taken as large as they are. `average` is what is
    averaged over the crops: "probabilities" (the softmax of the scores, AlexNet), "scores"
    (ResNet), or "votes" (1 for each crop's own class). The model's mode is left as it was.
    """
    if average not in WAYS:
        raise ValueError(f"average is '{average}'; choose one of {', '.join(WAYS)}.")
    if scales is not None and not len(scales):
        raise ValueError("scales is empty; give at least one, or None for images as they are.")
    sets = [ten_crops(images, size)] if scales is None else crops_at_scales(images, size, scales)
    with in_evaluation(model):
        answers = [_answer(model(crop), average) for crops in sets for crop in crops.unbind(1)]
    return torch.stack(answers).mean(dim=0)


def _answer(scores: Tensor, average: str) -> Tensor:
    if average == "scores":
        return scores
    if average == "probabilities":
        return scores.softmax(dim=1)
    return one_hot(scores.argmax(dim=1), scores.shape[1]).to(scores.dtype)
