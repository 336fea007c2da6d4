"""The networks before shortcuts, with the numbers of their papers."""

from functools import partial

from course_lib.architectures import vgg
from course_lib.architectures.alexnet import alexnet
from course_lib.architectures.alexnet_one_tower import alexnet_one_tower
from course_lib.architectures.googlenet import googlenet
from course_lib.architectures.lenet5 import lenet5
from course_lib.architectures.lenet5_modern import lenet5_modern
from course_lib.architectures.network import Network
from course_lib.architectures.zfnet import zfnet, zfnet_wide

LECUN = "LeCun et al. 1998, section II-B"
ZEILER = "Zeiler & Fergus 2013"
SIMONYAN = "Simonyan & Zisserman 2015, tables 1 and 2"
SZEGEDY = "Szegedy et al. 2015, table 1"
OF_HE = "The number of operations is the one of He et al. 2015, section 4.1"

LENET = (
    Network(
        "lenet5",
        lenet5,
        (1, 32, 32),
        depth=7,
        paper=LECUN,
        paper_parameters="60,000",
        paper_operations="340,908 connections",
        remark="The paper counts biases and subsampling as connections, and in C3 the 60 pairs of "
        "maps that are connected; the product here runs over all 96.",
    ),
    Network("lenet5_modern", lenet5_modern, (1, 28, 28), depth=5, paper=f"after {LECUN}"),
)
ALEXNET = (
    Network(
        "alexnet",
        alexnet,
        (3, 227, 227),
        depth=8,
        paper="Krizhevsky et al. 2012, section 3.5",
        paper_parameters="60 million",
    ),
    Network(
        "alexnet_one_tower",
        alexnet_one_tower,
        (3, 224, 224),
        depth=8,
        paper="Krizhevsky 2014, section 5",
        remark="The paper gives no number, but 0.2 % more parameters than the network of 2012.",
    ),
    Network("zfnet", zfnet, (3, 224, 224), depth=8, paper=f"{ZEILER}, figure 3"),
    Network("zfnet_wide", zfnet_wide, (3, 224, 224), depth=8, paper=f"{ZEILER}, table 2 (b)"),
)


def _vgg(name: str, depth: int, parameters: str | None = None, **more: str) -> Network:
    paper = SIMONYAN if parameters else f"after {SIMONYAN}"
    return Network(name, getattr(vgg, name), (3, 224, 224), depth, paper, parameters, **more)


VGG = (
    _vgg("vgg11", 11, "133 million"),
    _vgg("vgg11_lrn", 11, "133 million"),
    _vgg("vgg13", 13, "133 million"),
    _vgg("vgg16_c", 16, "134 million"),
    _vgg(
        "vgg16",
        16,
        "138 million",
        paper_operations="15.3 x 10^9 multiply-adds",
        remark=f"{OF_HE}; for this network it leaves the fully connected layers out.",
    ),
    _vgg(
        "vgg19",
        19,
        "144 million",
        paper_operations="19.6 x 10^9 multiply-adds",
        remark=f"{OF_HE}.",
    ),
    *(_vgg(f"vgg{depth}_bn", depth) for depth in (11, 13, 16, 19)),
)
GOOGLENET = (
    Network(
        "googlenet",
        googlenet,
        (3, 224, 224),
        depth=22,
        paper=SZEGEDY,
        paper_operations="1.5 x 10^9 multiply-adds",
        remark="The two auxiliary heads are among the parameters. They run in training alone, so "
        "not among the operations.",
    ),
    Network(
        "googlenet_without_heads",
        partial(googlenet, auxiliary_heads=False),
        (3, 224, 224),
        depth=22,
        paper=SZEGEDY,
        paper_parameters="6.8 million",
        paper_operations="1.5 x 10^9 multiply-adds",
        remark="The paper's number is the sum of its column, which leaves biases out, counts in "
        "units of 1,024, and in rows 1, 4c and 5a is far from what the row's own sizes give.",
    ),
)
CLASSIC = (*LENET, *ALEXNET, *VGG, *GOOGLENET)
