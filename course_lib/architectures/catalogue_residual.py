"""Plain, residual and dense networks, with the numbers of their papers."""

from functools import partial

from torch import nn

from course_lib.architectures import densenet, plain, resnet
from course_lib.architectures.cifar_densenet import cifar_densenet
from course_lib.architectures.cifar_preact_resnet import cifar_preact_resnet
from course_lib.architectures.cifar_resnet import cifar_plain, cifar_resnet
from course_lib.architectures.network import Network

HE = "He et al. 2015"
HE_2016 = "He et al. 2016"
HUANG = "Huang et al. 2017"
IMAGENET, CIFAR = (3, 224, 224), (3, 32, 32)
PROJECTIONS = "Without the projections of option B, the number rounds to the paper's."
STRIDE = (
    "With the stride in the 3x3 convolutions, as torchvision has it, it would be 0.23 x 10^9 "
    "more: too much for the paper's number."
)


def _imagenet(name: str, depth: int, operations: str, remark: str | None = None) -> Network:
    builder = getattr(plain if name.startswith("plain") else resnet, name)
    words = f"{operations} x 10^9 multiply-adds"
    return Network(name, builder, IMAGENET, depth, f"{HE}, table 1", None, words, remark)


RESNET = (
    _imagenet("plain18", 18, "1.8"),
    _imagenet("plain34", 34, "3.6", "The paper: 18 % of the 19.6 x 10^9 of VGG-19 (section 3.3)."),
    _imagenet("resnet18", 18, "1.8"),
    _imagenet("resnet34", 34, "3.6", PROJECTIONS),
    _imagenet(
        "resnet50",
        50,
        "3.8",
        f"The paper cuts its number where we round. {STRIDE} The lecture michigan_2025 sets the "
        "3.8 against the 15.3 x 10^9 of VGG-16, and 25 M parameters against 138 M.",
    ),
    _imagenet("resnet101", 101, "7.6", STRIDE),
    _imagenet("resnet152", 152, "11.3", STRIDE),
)


def _cifar(name: str, build: partial[nn.Module], depth: int, paper: str, words: str) -> Network:
    return Network(f"{name}{depth}", build, CIFAR, depth, paper, words)


# Table 6 of the paper of 2015.
SIZES = {20: "0.27 M", 32: "0.46 M", 44: "0.66 M", 56: "0.85 M", 110: "1.7 M", 1202: "19.4 M"}
CIFAR_RESNET = (
    *(
        _cifar("cifar_resnet", partial(cifar_resnet, depth), depth, f"{HE}, table 6", words)
        for depth, words in SIZES.items()
    ),
    *(
        _cifar("cifar_plain", partial(cifar_plain, depth), depth, f"{HE}, section 4.2", words)
        for depth, words in SIZES.items()
        if depth <= 56  # those of figure 6, left
    ),
)


def _preact(depth: int, words: str, bottleneck: bool, remark: str | None = None) -> Network:
    build = partial(cifar_preact_resnet, depth, bottleneck)
    name, paper = f"cifar_preact_resnet{depth}", f"{HE_2016}, tables 2 and 4"
    return Network(name, build, CIFAR, depth, paper, words, remark=remark)


CIFAR_PREACT_RESNET = (
    _preact(110, "1.7 M", bottleneck=False),
    _preact(164, "1.7 M", bottleneck=True),
    _preact(
        1001,
        "10.2 M",
        bottleneck=True,
        remark="The paper's number leaves out the scales and shifts of the batch normalizations.",
    ),
)


def _densenet(depth: int, words: str | None = None, remark: str | None = None) -> Network:
    name, paper = f"densenet{depth}", f"{HUANG}, table 1"
    return Network(name, getattr(densenet, name), IMAGENET, depth, paper, words, remark=remark)


def _cifar_densenet(depth: int, growth_rate: int, words: str, compact: bool) -> Network:
    """A row of table 2: DenseNet-BC if `compact`, else the plain DenseNet."""
    build = partial(
        cifar_densenet, depth, growth_rate, bottleneck=compact, reduction=0.5 if compact else 1.0
    )
    name = f"cifar_densenet{'_bc' if compact else ''}{depth}_k{growth_rate}"
    return Network(name, build, CIFAR, depth, f"{HUANG}, table 2", words)


DENSENET = (
    _densenet(121),
    _densenet(169),
    _densenet(201, "20 M"),
    _densenet(264, remark="The rows of its column make 265 layers: 1 + 2 x 130 + 3 + 1."),
    _cifar_densenet(40, 12, "1.0 M", compact=False),
    _cifar_densenet(100, 12, "7.0 M", compact=False),
    _cifar_densenet(100, 24, "27.2 M", compact=False),
    _cifar_densenet(100, 12, "0.8 M", compact=True),
    _cifar_densenet(250, 24, "15.3 M", compact=True),
    _cifar_densenet(190, 40, "25.6 M", compact=True),
)
RESIDUAL = (*RESNET, *CIFAR_RESNET, *CIFAR_PREACT_RESNET, *DENSENET)
