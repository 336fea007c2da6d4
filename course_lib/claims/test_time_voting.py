"""Ten answers to one image: a vote and a mean are not the same.

Lecture: sharif_2024, "AlexNet At A Glance". Source: Krizhevsky et al. 2012, section 4.1.
"""

import torch
from torch import Tensor

from course_lib.data.test_time_crops import predict_crops, ten_crops


def vote_equals_mean() -> bool:
    """Whether a vote over ten crops and the mean of their probabilities name the same class.

    Here eight crops are 55 % for class 0, and the two of one corner 99 % for class 1.
    """
    image = torch.zeros(1, 1, 6, 6)
    image[..., :1, :1] = 1.0
    classes = [
        predict_crops(_scores, image, size=3, average=way).argmax().item()
        for way in ("votes", "probabilities")
    ]
    return classes[0] == classes[1]


def num_crops() -> int:
    """Four corners and the middle, and their mirror images."""
    return ten_crops(torch.zeros(1, 3, 256, 256)).shape[1]


def _scores(crops: Tensor) -> Tensor:
    """Probabilities 0.55 and 0.45 for a dark crop, 0.01 and 0.99 for one with a light pixel."""
    light = crops.amax(dim=(1, 2, 3))[:, None] > 0.5
    return torch.where(light, torch.tensor([0.01, 0.99]), torch.tensor([0.55, 0.45])).log()
