"""The blocks that plain and residual networks are stacked from.

Paper: He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2015,
arXiv:1512.03385, figures 2 and 5, section 3.
Differs from the paper: nowhere. It does not say in words which convolution of a bottleneck takes
the stride; its released models, and the multiply-adds of its table 1, have it in the first 1x1.
"""

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.shortcuts import make_shortcut


def conv(in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> nn.Conv2d:
    """A convolution that keeps the size, apart from its stride.

    It has no bias: the batch normalization that follows subtracts the mean, and any bias with it.
    """
    return nn.Conv2d(
        in_channels, out_channels, kernel_size, stride, padding=kernel_size // 2, bias=False
    )


def stage(
    block: Callable[[int, int, int], nn.Module],
    num_blocks: int,
    in_channels: int,
    out_channels: int,
    stride: int,
) -> nn.Sequential:
    """`num_blocks` blocks, of which the first changes the size: block(in, out, stride)."""
    first = block(in_channels, out_channels, stride)
    others = (block(out_channels, out_channels, 1) for _ in range(num_blocks - 1))
    return nn.Sequential(first, *others)


class PlainBlock(nn.Module):
    """Two layers without a shortcut: the y = F(x) that the paper compares with."""

    def __init__(self, in_channels: int, out_channels: int, stride: int):
        super().__init__()
        self.conv1 = conv(in_channels, out_channels, 3, stride)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = conv(out_channels, out_channels, 3)
        self.norm2 = nn.BatchNorm2d(out_channels)

    def branch(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        """F(x), before the last rectification."""
        y = F.relu(self.norm1(self.conv1(x)))  # n  c_out  out_h  out_w
        return self.norm2(self.conv2(y))  # n  c_out  out_h  out_w

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        return F.relu(self.branch(x))


class ResidualBlock(PlainBlock):
    """Figure 2: the same two layers, which now learn what is to be added to x: F(x) + x."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, shortcut: str):
        super().__init__(in_channels, out_channels, stride)
        self.shortcut = make_shortcut(shortcut, in_channels, out_channels, stride)

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        return F.relu(self.branch(x) + self.shortcut(x))


class Bottleneck(nn.Module):
    """Figure 5, right: a 1x1 narrows to a quarter, the 3x3 works there, a 1x1 widens again."""

    def __init__(
        self, in_channels: int, out_channels: int, stride: int, shortcut: str, stride_in: str
    ):
        super().__init__()
        if stride_in not in ("1x1", "3x3"):
            raise ValueError(
                f"stride_in {stride_in!r} is not known; use '1x1' (the paper's networks) or "
                "'3x3' (torchvision's)."
            )
        narrow = out_channels // 4
        strides = (stride, 1) if stride_in == "1x1" else (1, stride)
        self.conv1 = conv(in_channels, narrow, 1, strides[0])
        self.norm1 = nn.BatchNorm2d(narrow)
        self.conv2 = conv(narrow, narrow, 3, strides[1])
        self.norm2 = nn.BatchNorm2d(narrow)
        self.conv3 = conv(narrow, out_channels, 1)
        self.norm3 = nn.BatchNorm2d(out_channels)
        self.shortcut = make_shortcut(shortcut, in_channels, out_channels, stride)

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        y = F.relu(self.norm1(self.conv1(x)))  # n  c_out / 4  out_h  out_w, or h  w
        y = F.relu(self.norm2(self.conv2(y)))  # n  c_out / 4  out_h  out_w
        y = self.norm3(self.conv3(y))  # n  c_out      out_h  out_w
        return F.relu(y + self.shortcut(x))
