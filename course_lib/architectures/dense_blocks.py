"""The blocks of DenseNet: every layer sees the maps of all layers before it.

Paper: Huang, Liu, van der Maaten & Weinberger, "Densely connected convolutional networks",
CVPR 2017, arXiv:1608.06993, section 3; section 4.2 (dropout).
Differs from the paper: nowhere. It speaks of a transition as normalization and convolution;
like its authors' code, we rectify between the two, as everywhere else.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class DenseLayer(nn.Module):
    """[x, H(x)] with H = normalize, rectify, convolve 3x3: `growth_rate` (k) maps more."""

    def __init__(self, in_channels: int, growth_rate: int, dropout: float = 0.0):
        super().__init__()
        self.norm = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, growth_rate, kernel_size=3, padding=1, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c_and_k h w"]:
        new = self.dropout(self.conv(F.relu(self.norm(x))))  # n  k      h  w
        return torch.cat([x, new], dim=1)  # n  c + k  h  w


class DenseBottleneck(nn.Module):
    """DenseNet-B: a 1x1 convolution makes 4k maps of all the maps before the 3x3 sees them."""

    def __init__(self, in_channels: int, growth_rate: int, dropout: float = 0.0):
        super().__init__()
        narrow = 4 * growth_rate
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, narrow, kernel_size=1, bias=False)
        self.norm2 = nn.BatchNorm2d(narrow)
        self.conv2 = nn.Conv2d(narrow, growth_rate, kernel_size=3, padding=1, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c_and_k h w"]:
        y = self.dropout(self.conv1(F.relu(self.norm1(x))))  # n  4k     h  w
        new = self.dropout(self.conv2(F.relu(self.norm2(y))))  # n  k      h  w
        return torch.cat([x, new], dim=1)  # n  c + k  h  w


class DenseBlock(nn.Sequential):
    """`num_layers` layers, each of which adds its k maps to those it was given."""

    def __init__(
        self,
        layer: Callable[[int, int, float], nn.Module],
        num_layers: int,
        in_channels: int,
        growth_rate: int,
        dropout: float = 0.0,
    ):
        widths = [in_channels + number * growth_rate for number in range(num_layers + 1)]
        super().__init__(*(layer(width, growth_rate, dropout) for width in widths[:-1]))
        self.out_channels = widths[-1]


class Transition(nn.Module):
    """Between two blocks: keep `reduction` (theta) of the maps, halve height and width."""

    def __init__(self, in_channels: int, reduction: float, dropout: float = 0.0):
        super().__init__()
        self.out_channels = math.floor(reduction * in_channels)
        self.norm = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, self.out_channels, kernel_size=1, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        x = self.dropout(self.conv(F.relu(self.norm(x))))  # n  c_out  h    w
        return F.avg_pool2d(x, 2)  # n  c_out  h/2  w/2
