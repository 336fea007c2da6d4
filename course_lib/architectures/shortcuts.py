"""The shortcut of a residual block: what is added to its branch.

Paper: He, Zhang, Ren & Sun, "Deep residual learning for image recognition", 2015,
arXiv:1512.03385, section 3.3 (options A and B) and table 3 (A, B and C).
Differs from the paper: nowhere. It leaves open where option A puts its zeros; here they come last.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def make_shortcut(
    option: str, in_channels: int, out_channels: int, stride: int, normalize: bool = True
) -> nn.Module:
    """The shortcut of a block that makes `out_channels` maps and takes each `stride`-th pixel.

    Option "A" copies its input, padded with zeros where the block widens; "B" copies it too, but
    projects it where the block changes its size; "C" projects everywhere. `normalize` puts a
    batch normalization after a projection, as after every convolution of the paper of 2015.
    """
    if option not in ("A", "B", "C"):
        raise ValueError(
            f"shortcut {option!r} is not known; use 'A' (zeros for new channels), "
            "'B' (a 1x1 convolution where the size changes) or 'C' (one everywhere)."
        )
    same_size = stride == 1 and in_channels == out_channels
    if same_size and option != "C":
        return nn.Identity()
    if option == "A":
        return PaddedIdentity(in_channels, out_channels, stride)
    projection = nn.Conv2d(in_channels, out_channels, kernel_size=1, stride=stride, bias=False)
    if normalize:
        return nn.Sequential(projection, nn.BatchNorm2d(out_channels))
    return projection


class PaddedIdentity(nn.Module):
    """Option A: every `stride`-th pixel as it is, and zeros as the channels that are new."""

    def __init__(self, in_channels: int, out_channels: int, stride: int):
        super().__init__()
        if in_channels > out_channels:
            raise ValueError(
                f"shortcut 'A' cannot make {out_channels} channels out of {in_channels}: it only "
                "adds channels. Use shortcut 'B'."
            )
        self.num_new = out_channels - in_channels
        self.stride = stride

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        pixels = x[:, :, :: self.stride, :: self.stride]  # n  c_in   out_h  out_w
        return F.pad(pixels, (0, 0, 0, 0, 0, self.num_new))  # n  c_out  out_h  out_w

    def extra_repr(self) -> str:
        return f"{self.num_new} new channels, stride {self.stride}"
