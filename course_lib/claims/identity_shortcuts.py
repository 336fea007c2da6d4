"""Residual blocks: how deep, what they can leave alone, and what they are not forced to do.

Lectures: colorado_2024, "ResNet"; colorado_2025, "Motivating Observation" and the slides after it.
Source: He et al. 2015, arXiv:1512.03385, sections 1 and 3.
"""

from collections import Counter

import torch
from torch import Generator, nn

from course_lib.architectures.residual_blocks import ResidualBlock
from course_lib.claims.residual_networks import depths
from course_lib.claims.shapes_only import layers_of
from course_lib.initialization import dirac_, initialize
from course_lib.layers import add_backward


def depth_of_the_deepest() -> int:
    """Layers with weights of the deepest network of the paper."""
    return depths()[-1]


def layers_34_are_among_152() -> bool:
    """Whether every convolution of ResNet-34 has one of the same shape in ResNet-152."""
    small, large = (
        Counter(tuple(layer.weight.shape) for layer in layers_of(name, nn.Conv2d))
        for name in ("resnet34", "resnet152")
    )
    return not small - large


def dropout_layers() -> int:
    """How many layers of ResNet-152 drop units."""
    return len(layers_of("resnet152", nn.Dropout))


def slope_of_an_addition() -> float:
    """By what an addition multiplies the gradient on its way to each summand."""
    ones = torch.ones(1)
    return float(max(add_backward(ones, ones, ones)))


def added_identity_layers_change_nothing() -> bool:
    """Whether a network gives the same after three more layers that hand on what they get."""
    generator = Generator().manual_seed(0)
    images = torch.rand(2, 3, 8, 8, generator=generator)
    shallow = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
    more = [nn.Conv2d(4, 4, 3, padding=1) for _ in range(3)]
    added = nn.Sequential(*(layer for conv in more for layer in (conv, nn.ReLU())))
    initialize(added, dirac_)
    return torch.equal(added(shallow(images)), shallow(images))


def fresh_block_is_the_identity() -> bool:
    """Whether a residual block with weights as drawn hands on its input unchanged (seed 0)."""
    generator = Generator().manual_seed(0)
    block = ResidualBlock(4, 4, 1, "A").eval()
    initialize(block, nn.init.normal_, std=0.1, generator=generator)
    images = torch.rand(2, 4, 8, 8, generator=generator)
    return torch.allclose(block(images), images)
