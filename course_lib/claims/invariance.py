"""What a convolution and a pooling do when the picture moves or gets brighter.

Lecture: michigan_2025, "Motivation: Convolutional Neural Networks". The picture is a spot of
made-up numbers with black around it, so that nothing leaves the image when it moves.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from course_lib.layers import adaptive_max_pool2d, conv2d, relu


def maps_move_with_the_picture() -> bool:
    """Whether the map of a picture moved by one pixel is the map moved by one pixel."""
    return torch.equal(_maps(_moved()), torch.roll(_maps(_picture()), (1, 1), (2, 3)))


def largest_response_stays() -> bool:
    """Whether the largest number of each map, a pooling over all of it, stays the same."""
    return torch.equal(_largest(_moved()), _largest(_picture()))


def change_under_added_light() -> float:
    """The largest change of a map, its border left out, when all pixels get brighter by 1.

    The weights of each filter add up to 0.
    """
    return _change_under_light(_filters() - _filters().mean(dim=(2, 3), keepdim=True))


def _change_under_light(filters: Tensor) -> float:
    dark, bright = (relu(conv2d(picture, filters)) for picture in (_picture(), _picture() + 1))
    return (bright - dark).abs().max().item()


def _picture() -> Tensor:
    spot = torch.rand(1, 1, 6, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return F.pad(spot, (6, 6, 6, 6))


def _moved() -> Tensor:
    return torch.roll(_picture(), (1, 1), (2, 3))


def _maps(picture: Tensor) -> Tensor:
    return relu(conv2d(picture, _filters(), padding=1))


def _filters() -> Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(4, 1, 3, 3, generator=generator, dtype=torch.float64)


def _largest(picture: Tensor) -> Tensor:
    return adaptive_max_pool2d(_maps(picture), 1)
