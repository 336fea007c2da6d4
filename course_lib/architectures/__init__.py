"""Networks, one paper per file, in torch.nn."""

from course_lib.architectures.alexnet import alexnet
from course_lib.architectures.alexnet_one_tower import alexnet_one_tower
from course_lib.architectures.catalogue import NETWORKS, build, find_network
from course_lib.architectures.cifar_densenet import cifar_densenet
from course_lib.architectures.cifar_preact_resnet import cifar_preact_resnet
from course_lib.architectures.cifar_resnet import cifar_plain, cifar_resnet
from course_lib.architectures.densenet import densenet121, densenet169, densenet201, densenet264
from course_lib.architectures.digit_bitmaps import digit_bitmaps
from course_lib.architectures.googlenet import GoogLeNetScores, googlenet, googlenet_loss
from course_lib.architectures.inception import Inception, NaiveInception
from course_lib.architectures.lenet5 import lenet5, lenet5_input, map_loss
from course_lib.architectures.lenet5_modern import lenet5_modern
from course_lib.architectures.network import Network
from course_lib.architectures.plain import plain18, plain34
from course_lib.architectures.resnet import resnet18, resnet34, resnet50, resnet101, resnet152
from course_lib.architectures.torchvision_weights import load_torchvision
from course_lib.architectures.vgg import (
    vgg11,
    vgg11_bn,
    vgg11_lrn,
    vgg13,
    vgg13_bn,
    vgg16,
    vgg16_bn,
    vgg16_c,
    vgg19,
    vgg19_bn,
)
from course_lib.architectures.zfnet import zfnet, zfnet_wide

__all__ = [
    "NETWORKS",
    "GoogLeNetScores",
    "Inception",
    "NaiveInception",
    "Network",
    "alexnet",
    "alexnet_one_tower",
    "build",
    "cifar_densenet",
    "cifar_plain",
    "cifar_preact_resnet",
    "cifar_resnet",
    "densenet121",
    "densenet169",
    "densenet201",
    "densenet264",
    "digit_bitmaps",
    "find_network",
    "googlenet",
    "googlenet_loss",
    "lenet5",
    "lenet5_input",
    "lenet5_modern",
    "load_torchvision",
    "map_loss",
    "plain18",
    "plain34",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "vgg11",
    "vgg11_bn",
    "vgg11_lrn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg16_c",
    "vgg19",
    "vgg19_bn",
    "zfnet",
    "zfnet_wide",
]
