"""VGG: the same small convolution again and again, 11 to 19 layers deep.

Paper: Simonyan & Zisserman, "Very deep convolutional networks for large-scale image
recognition", ICLR 2015, arXiv:1409.1556, section 2, table 1; section 3.1 (dropout, first
weights).
Differs from the paper: the first weights are those of Glorot & Bengio, which the paper names
as the way that needs no pre-training; its own deep networks began from a trained A. Dropout
scales while training. The softmax is left to the loss. The `_bn` forms normalize each
convolution's output over the batch, which the paper had not.
torchvision's vgg11, 13, 16 and 19 are A, B, D and E, and their weights load here; it has no
A-LRN and no C. On 224x224 images it computes the same.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.architectures.input_size import check_size
from course_lib.architectures.torchvision_weights import load_torchvision
from course_lib.layers.modules import SummedResponseNorm

# Table 1, a column a line: output channels of 3x3 convolutions, "1x1" before those of a 1x1
# convolution, a bar for a max pooling.
CONFIGURATIONS = {
    "A": "64 | 128 | 256 256 | 512 512 | 512 512",
    "A-LRN": "64 LRN | 128 | 256 256 | 512 512 | 512 512",
    "B": "64 64 | 128 128 | 256 256 | 512 512 | 512 512",
    "C": "64 64 | 128 128 | 256 256 1x1-256 | 512 512 1x1-512 | 512 512 1x1-512",
    "D": "64 64 | 128 128 | 256 256 256 | 512 512 512 | 512 512 512",
    "E": "64 64 | 128 128 | 256 256 256 256 | 512 512 512 512 | 512 512 512 512",
}
Weights = str | Mapping[str, Tensor] | None
Generator = torch.Generator | None


def vgg11(num_classes: int = 1000, weights: Weights = None, generator: Generator = None) -> "VGG":
    """Configuration A, 132,863,336 parameters with 1000 classes."""
    return _load_or_draw(VGG("A", num_classes), generator, weights, "vgg11")


def vgg11_lrn(num_classes: int = 1000, generator: Generator = None) -> "VGG":
    """Configuration A-LRN: A with the response normalization of AlexNet, which did not help."""
    return _load_or_draw(VGG("A-LRN", num_classes), generator)


def vgg13(num_classes: int = 1000, weights: Weights = None, generator: Generator = None) -> "VGG":
    """Configuration B, 133,047,848 parameters with 1000 classes."""
    return _load_or_draw(VGG("B", num_classes), generator, weights, "vgg13")


def vgg16_c(num_classes: int = 1000, generator: Generator = None) -> "VGG":
    """Configuration C, 133,638,952 parameters with 1000 classes: three of the 16 layers are 1x1."""
    return _load_or_draw(VGG("C", num_classes), generator)


def vgg16(num_classes: int = 1000, weights: Weights = None, generator: Generator = None) -> "VGG":
    """Configuration D, 138,357,544 parameters with 1000 classes."""
    return _load_or_draw(VGG("D", num_classes), generator, weights, "vgg16")


def vgg19(num_classes: int = 1000, weights: Weights = None, generator: Generator = None) -> "VGG":
    """Configuration E, 143,667,240 parameters with 1000 classes."""
    return _load_or_draw(VGG("E", num_classes), generator, weights, "vgg19")


def vgg11_bn(
    num_classes: int = 1000, weights: Weights = None, generator: Generator = None
) -> "VGG":
    """Configuration A with batch normalization."""
    return _load_or_draw(VGG("A", num_classes, True), generator, weights, "vgg11_bn")


def vgg13_bn(
    num_classes: int = 1000, weights: Weights = None, generator: Generator = None
) -> "VGG":
    """Configuration B with batch normalization."""
    return _load_or_draw(VGG("B", num_classes, True), generator, weights, "vgg13_bn")


def vgg16_bn(
    num_classes: int = 1000, weights: Weights = None, generator: Generator = None
) -> "VGG":
    """Configuration D with batch normalization."""
    return _load_or_draw(VGG("D", num_classes, True), generator, weights, "vgg16_bn")


def vgg19_bn(
    num_classes: int = 1000, weights: Weights = None, generator: Generator = None
) -> "VGG":
    """Configuration E with batch normalization."""
    return _load_or_draw(VGG("E", num_classes, True), generator, weights, "vgg19_bn")


class VGG(nn.Module):
    """A column of table 1 as five stages and a classifier; 224x224 input, scores."""

    def __init__(self, configuration: str, num_classes: int, batch_norm: bool = False):
        super().__init__()
        channels, stages = 3, []
        for words in CONFIGURATIONS[configuration].split(" | "):
            stages.append(_stage(channels, words.split(), batch_norm))
            channels = int(words.split()[0])  # the same throughout a stage
        self.stage1, self.stage2, self.stage3, self.stage4, self.stage5 = stages
        self.classifier = nn.Sequential(
            *(nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout(0.5)),
            *(nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5)),
            nn.Linear(4096, num_classes),
        )

    def forward(self, images: Float[Tensor, "n 3 224 224"]) -> Float[Tensor, "n classes"]:
        check_size(images, 224)
        x = self.stage1(images)  # n  64 112 112
        x = self.stage2(x)  # n 128  56  56
        x = self.stage3(x)  # n 256  28  28
        x = self.stage4(x)  # n 512  14  14
        x = self.stage5(x)  # n 512   7   7
        return self.classifier(x.flatten(1))  # n classes


def draw_glorot_weights(model: nn.Module, generator: Generator = None) -> None:
    """Section 3.1: weights after Glorot & Bengio 2010, biases 0."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)


def _stage(in_channels: int, words: list[str], batch_norm: bool) -> nn.Sequential:
    """The layers between two poolings, and the second of these."""
    layers: list[nn.Module] = []
    for word in words:
        if word == "LRN":
            layers.append(SummedResponseNorm())
            continue
        size = 1 if word.startswith("1x1-") else 3
        out_channels = int(word.removeprefix("1x1-"))
        layers.append(nn.Conv2d(in_channels, out_channels, size, padding=size // 2))
        layers += [nn.BatchNorm2d(out_channels)] if batch_norm else []
        layers.append(nn.ReLU())
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(2))


def _load_or_draw(
    model: VGG, generator: Generator, weights: Weights = None, builder: str = ""
) -> VGG:
    if weights is None:
        draw_glorot_weights(model, generator)
    else:
        load_torchvision(model, weights, builder, _our_names(model))
    return model


def _our_names(model: VGG) -> dict[str, str]:
    """torchvision counts the layers of all stages on, in one list called features."""
    stages = {f"stage{number}": model.get_submodule(f"stage{number}") for number in range(1, 6)}
    layers = [f"{name}.{at}" for name, stage in stages.items() for at in range(len(stage))]
    return {
        f"features.{at}.{parameter}": f"{layer}.{parameter}"
        for at, layer in enumerate(layers)
        for parameter in model.get_submodule(layer).state_dict()
    }
