"""He's first weights, and why Glorot's are too small for ReLU.

Lecture: colorado_2025, "Idea 1: Better Initialization Method". Source: He et al. 2015,
arXiv:1502.01852, section 2.2.
"""

import torch
from torch import Generator

from course_lib.initialization import kaiming_normal_, xavier_normal_
from course_lib.layers import relu

FAN_IN = 512  # sqrt(2 / 512) is 1/16 exactly


def he_deviation() -> float:
    """The deviation of a million weights with a fan in of 512 (seed 0): sqrt(2 / 512)."""
    weights = torch.empty(2000, FAN_IN)
    return float(kaiming_normal_(weights, generator=Generator().manual_seed(0)).std())


def power_after_ten_layers() -> list[float]:
    """Mean square after ten layers of 512 ReLUs, of what went in: Glorot's and He's (seed 0)."""
    return [_power(scheme) for scheme in (xavier_normal_, kaiming_normal_)]


def glorot_loses_the_signal() -> bool:
    """Whether less than 1 % of the power is left with Glorot's weights, and half with He's."""
    glorot, he = power_after_ten_layers()
    return glorot < 0.01 and he > 0.5


def _power(scheme) -> float:
    generator = Generator().manual_seed(0)
    start = signal = torch.randn(256, FAN_IN, generator=generator)
    for _ in range(10):
        signal = relu(signal) @ scheme(torch.empty(FAN_IN, FAN_IN), generator=generator).T
    return float(signal.square().mean() / start.square().mean())
