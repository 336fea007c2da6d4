"""The inception module: several kernel sizes side by side on the same maps.

Paper: Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv:1409.4842, section 4,
figure 2.
Differs from the paper: nowhere. (torchvision's module has 3x3 kernels in the branch that the
paper calls 5x5, and batch normalization.)
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class NaiveInception(nn.Module):
    """Figure 2 (a): 1x1, 3x3 and 5x5 convolutions and a max pooling of all input maps.

    The pooling passes every input map on, so there are more maps after each module, and the
    5x5 kernels look at all of them. That is what the 1x1 convolutions of `Inception` are for.
    """

    def __init__(self, in_channels: int, one: int, three: int, five: int):
        super().__init__()
        self.one = nn.Conv2d(in_channels, one, kernel_size=1)
        self.three = nn.Conv2d(in_channels, three, kernel_size=3, padding=1)
        self.five = nn.Conv2d(in_channels, five, kernel_size=5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)

    def forward(self, x: Float[Tensor, "n in_c h w"]) -> Float[Tensor, "n out_c h w"]:
        branches = (
            F.relu(self.one(x)),  # n one   h w
            F.relu(self.three(x)),  # n three h w
            F.relu(self.five(x)),  # n five  h w
            self.pool(x),  # n in_c  h w
        )
        return torch.cat(branches, dim=1)


class Inception(nn.Module):
    """Figure 2 (b): 1x1 convolutions make the maps few before the costly kernels see them.

    The arguments are the columns of the paper's table 1, in its order. The 1x1 convolutions
    are rectified too: they are layers, and the network learns with them.
    """

    def __init__(
        self,
        in_channels: int,
        one: int,
        three_reduce: int,
        three: int,
        five_reduce: int,
        five: int,
        pool_projection: int,
    ):
        super().__init__()
        self.one = nn.Conv2d(in_channels, one, kernel_size=1)
        self.three_reduce = nn.Conv2d(in_channels, three_reduce, kernel_size=1)
        self.three = nn.Conv2d(three_reduce, three, kernel_size=3, padding=1)
        self.five_reduce = nn.Conv2d(in_channels, five_reduce, kernel_size=1)
        self.five = nn.Conv2d(five_reduce, five, kernel_size=5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.pool_projection = nn.Conv2d(in_channels, pool_projection, kernel_size=1)

    def forward(self, x: Float[Tensor, "n in_c h w"]) -> Float[Tensor, "n out_c h w"]:
        branches = (
            F.relu(self.one(x)),  # n one   h w
            F.relu(self.three(F.relu(self.three_reduce(x)))),  # n three h w
            F.relu(self.five(F.relu(self.five_reduce(x)))),  # n five  h w
            F.relu(self.pool_projection(self.pool(x))),  # n pool_projection h w
        )
        return torch.cat(branches, dim=1)
