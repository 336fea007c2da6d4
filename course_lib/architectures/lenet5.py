"""LeNet-5, the network that read handwritten digits on cheques.

Paper: LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86(11), 1998, section II-B (network), II-C (loss),
appendix A (squashing function, first weights).
Differs from the paper: the scores are the paper's penalties with the sign changed, so that the
largest wins, as in every network here; the ten bitmaps are our own drawings; the loss takes its
constant j as an argument, since the paper does not tell its value.
"""

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.digit_bitmaps import digit_bitmaps

# Table I: which maps of S2 each map of C3 looks at. 60 of 96 pairs, so no two maps of C3 see
# the same picture and cannot learn the same feature.
C3_SEES = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)
BACKGROUND, FOREGROUND = -0.1, 1.175


def lenet5() -> "LeNet5":
    """The network of 1998: 60,000 trainable parameters, 32x32 input as `lenet5_input` makes it."""
    return LeNet5()


def lenet5_input(images: UInt8[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 1 32 32"]:
    """Gray levels and size that LeNet-5 was trained on: paper -0.1, ink 1.175, two pixels around.

    These levels make the mean of the pixels about 0 and their variance about 1. The frame lets
    the strokes' ends reach the middle of a 5x5 window.
    """
    gray = BACKGROUND + (FOREGROUND - BACKGROUND) * images.float() / 255
    return F.pad(gray, (2, 2, 2, 2), value=BACKGROUND)


def scaled_tanh(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Appendix A: f(a) = 1.7159 tanh(2a / 3), so that f(1) = 1 and f(-1) = -1."""
    return 1.7159 * torch.tanh(x * (2 / 3))


def map_loss(
    scores: Float[Tensor, "n classes"], labels: Int64[Tensor, "n"], j: float
) -> Float[Tensor, ""]:
    """Equation 9, the mean of y_D + log(e^-j + sum_i e^-y_i), where y = -scores are penalties.

    The first term pulls the penalty of the right class D down. The second pushes those of the
    others up, but not beyond about j: it acts as one more class, "none of these", whose penalty
    is always j. So this is softmax cross-entropy with one constant score beside the ten.
    """
    none_of_these = scores.new_full((len(scores), 1), -j)
    return F.cross_entropy(torch.cat([scores, none_of_these], dim=1), labels)


class LeNet5(nn.Module):
    """C1, S2, C3, S4, C5 and F6 are the paper's names of the layers."""

    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, kernel_size=5)
        self.s2 = Subsampling(6)
        self.c3 = SparseConv2d(C3_SEES, kernel_size=5)
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, kernel_size=5)
        self.f6 = nn.Linear(120, 84)
        self.output = RadialBasisOutput(digit_bitmaps())
        for layer in (self.c1, self.c5, self.f6):
            fan_in = layer.weight[0].numel()
            nn.init.uniform_(layer.weight, -2.4 / fan_in, 2.4 / fan_in)
            nn.init.uniform_(layer.bias, -2.4 / fan_in, 2.4 / fan_in)

    def forward(self, images: Float[Tensor, "n 1 32 32"]) -> Float[Tensor, "n 10"]:
        x = scaled_tanh(self.c1(images))  # n   6  28  28
        x = scaled_tanh(self.s2(x))  # n   6  14  14
        x = scaled_tanh(self.c3(x))  # n  16  10  10
        x = scaled_tanh(self.s4(x))  # n  16   5   5
        x = scaled_tanh(self.c5(x))  # n 120   1   1
        x = scaled_tanh(self.f6(x.flatten(1)))  # n  84
        return -self.output(x)  # n  10


class Subsampling(nn.Module):
    """Add the four pixels of each 2x2 window, scale by one number per map, add another."""

    def __init__(self, channels: int):
        super().__init__()
        # 2.4 / fan-in as for the other layers; each unit has the four pixels as inputs.
        self.coefficient = nn.Parameter(torch.empty(channels).uniform_(-0.6, 0.6))
        self.bias = nn.Parameter(torch.empty(channels).uniform_(-0.6, 0.6))

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h/2 w/2"]:
        total = F.avg_pool2d(x, kernel_size=2, divisor_override=1)
        return total * self.coefficient[:, None, None] + self.bias[:, None, None]


class SparseConv2d(nn.Module):
    """A convolution in which output map k looks at the input maps `sees[k]` alone.

    Only the kernels that exist are parameters: (pairs, size, size). They are laid into a full
    weight of zeros for the product, which is quicker than one convolution per output map.
    """

    def __init__(self, sees: tuple[tuple[int, ...], ...], kernel_size: int):
        super().__init__()
        pairs = [(out, seen) for out, inputs in enumerate(sees) for seen in inputs]
        self.full_size = (len(sees), 1 + max(max(inputs) for inputs in sees))
        # Plain lists would be made into tensors again at each call.
        self.register_buffer("pairs", torch.tensor(pairs).T.contiguous(), persistent=False)
        fan_in = torch.tensor([len(inputs) for inputs in sees]) * kernel_size**2
        bound = 2.4 / fan_in
        noise = torch.empty(len(pairs), kernel_size, kernel_size).uniform_(-1, 1)
        self.weight = nn.Parameter(noise * bound[self.pairs[0], None, None])
        self.bias = nn.Parameter(torch.empty(len(sees)).uniform_(-1, 1) * bound)

    def full_weight(self) -> Float[Tensor, "out_c in_c k k"]:
        """The weight an ordinary convolution would have, zero where nothing is connected."""
        full = self.weight.new_zeros(*self.full_size, *self.weight.shape[1:])
        return full.index_put((self.pairs[0], self.pairs[1]), self.weight)

    def forward(self, x: Float[Tensor, "n in_c h w"]) -> Float[Tensor, "n out_c out_h out_w"]:
        return F.conv2d(x, self.full_weight(), self.bias)


class RadialBasisOutput(nn.Module):
    """Equation 7: the penalty y_i = sum_j (x_j - w_ij)^2, the squared distance to a bitmap."""

    def __init__(self, bitmaps: Float[Tensor, "classes features"]):
        super().__init__()
        self.register_buffer("bitmaps", bitmaps, persistent=False)

    def forward(self, x: Float[Tensor, "n features"]) -> Float[Tensor, "n classes"]:
        # |x - w|^2 = |x|^2 - 2 x.w + |w|^2: one matrix product in place of n x 10 differences.
        squares = (x * x).sum(1, keepdim=True) + (self.bitmaps * self.bitmaps).sum(1)
        return squares - 2 * x @ self.bitmaps.T
