"""The network that races: a small VGG on whitened patches.

Paper: Jordan 2024, arXiv:2404.00498, sections 2.1 and 3.1 to 3.3.
Differs from the paper: the whitening centers its patches, and nothing of it learns.
"""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.data import PrincipalComponents
from course_lib.initialization import dirac_

EPSILON = 3e-5  # variance of pixels from 0 to 1; what varies less than this stays faint
SHRINK = 1 / 9  # of the scores: then one rate suits all weights


class FastNetwork(nn.Module):
    """A small VGG for bytes, on whitened patches: three groups of 3x3 convolutions."""

    def __init__(self, widths: tuple[int, int, int], num_classes: int = 10):
        super().__init__()
        self.whiten = Whitening()
        channels = (self.whiten.num_maps, *widths)
        self.groups = nn.Sequential(*(_group(*channels[i : i + 2]) for i in range(3)))
        self.classifier = nn.Linear(widths[-1], num_classes, bias=False)

    def forward(self, images: UInt8[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        x = F.gelu(self.whiten(images))  # n  24  31  31
        x = self.groups(x)  # n  256  3  3
        x = x.amax(dim=(2, 3))  # n  256
        return self.classifier(x) * SHRINK

    def draw(self, seed: int) -> None:
        """Begin again: each convolution hands on its input, as far as it has maps for it."""
        torch.manual_seed(seed)
        for layer in self.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
            if isinstance(layer, nn.Conv2d):
                dirac_(layer.weight.data[: layer.in_channels])
        nn.init.normal_(self.classifier.weight)


def _group(channels: int, wider: int) -> nn.Sequential:
    """Half as high and wide. The scales of the normalization stay 1: only its shifts learn."""
    norms = [nn.BatchNorm2d(wider, momentum=0.4) for _ in range(2)]
    for norm in norms:
        norm.weight.requires_grad_(False)
    first, second = (
        nn.Conv2d(maps, wider, kernel_size=3, padding=1, bias=False) for maps in (channels, wider)
    )
    return nn.Sequential(first, nn.MaxPool2d(2), norms[0], nn.GELU(), second, norms[1], nn.GELU())


class Whitening(nn.Module):
    """Each 2x2 patch along its principal components, to variance 1; every map with either sign.

    It learns nothing by gradients, so none need to come back to it.
    """

    num_maps = 2 * 3 * 2 * 2

    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.zeros(self.num_maps, 3, 2, 2))
        self.register_buffer("bias", torch.zeros(self.num_maps))

    def fit(self, images: UInt8[Tensor, "n 3 h w"]) -> None:
        patches = images.unfold(2, 2, 1).unfold(3, 2, 1)  # n  3  h-1  w-1  2  2
        patches = patches.permute(0, 2, 3, 1, 4, 5).flatten(0, 2)
        components = PrincipalComponents.of_images(patches)
        kernels = (components.directions / (components.eigenvalues + EPSILON).sqrt()).T
        shift = -kernels @ components.mean
        self.weight.copy_(torch.cat([kernels, -kernels]).view_as(self.weight))
        self.bias.copy_(torch.cat([shift, -shift]))

    def forward(self, images: UInt8[Tensor, "n 3 h w"]) -> Float[Tensor, "n 24 less_h less_w"]:
        # Differences of neighboring pixels are made large here: half precision would lose them.
        with torch.autocast(images.device.type, enabled=False):
            pixels = images.contiguous(memory_format=torch.channels_last).float() / 255
            return F.conv2d(pixels, self.weight, self.bias)
