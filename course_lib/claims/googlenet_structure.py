"""GoogLeNet as a whole: its depth, its size, and what stands before and behind its modules.

Lecture: kaist, "GoogleNet". Source: Szegedy et al. 2015, section 5 and table 1.
"""

from itertools import pairwise

from torch import nn

from course_lib.architectures import Inception
from course_lib.claims.shapes_only import (
    flops_of,
    layers_of,
    num_layers_with_weights,
    shapes_only,
    sizes_of,
)
from course_lib.inspection import count_parameters


def depths() -> list[int]:
    """Layers with weights of VGG-16 and of GoogLeNet."""
    return [num_layers_with_weights("vgg16"), _depth()]


def depths_of_three() -> list[int]:
    """Layers with weights of AlexNet, VGG-16 and GoogLeNet."""
    return [num_layers_with_weights("alexnet"), *depths()]


def num_modules() -> int:
    return len(layers_of("googlenet_without_heads", Inception))


def convolutions_before_the_modules() -> int:
    """Convolutions that are in no module; all of them stand before the first."""
    network = shapes_only("googlenet_without_heads")
    return sum(isinstance(module, nn.Conv2d) for module in network.children())


def downsamplings_between_the_modules() -> int:
    """How often the maps of a module are smaller than those of the one before."""
    sides = _sides_of_the_modules()
    return sum(after < before for before, after in pairwise(sides))


def fully_connected_layers() -> int:
    """What is left of them with the auxiliary heads taken off, as in use."""
    return len(layers_of("googlenet_without_heads", nn.Linear))


def parameters_beside_alexnet() -> float:
    """How many times fewer parameters than AlexNet it has, heads left out."""
    ours = count_parameters(shapes_only("googlenet_without_heads"))
    return count_parameters(shapes_only("alexnet")) / ours


def numbers_saved_by_averaging() -> list[int]:
    """What the last module gives, and what is left of it for the classifier: 7 * 7 * 1024, 1024."""
    classifier = shapes_only("googlenet_without_heads").classifier
    side = _sides_of_the_modules()[-1]
    return [side * side * classifier.in_features, classifier.in_features]


def cheaper_than_vgg() -> list[bool]:
    """Whether it has fewer parameters than VGG-16, and fewer multiply-adds."""
    parameters = [count_parameters(shapes_only(n)) for n in ("googlenet_without_heads", "vgg16")]
    flops = [flops_of(name) for name in ("googlenet_without_heads", "vgg16")]
    return [parameters[0] < parameters[1], flops[0] < flops[1]]


def _depth() -> int:
    """From image to classes: two layers in each module, and what is no module."""
    network = shapes_only("googlenet_without_heads")
    others = [m for m in network.children() if isinstance(m, nn.Conv2d | nn.Linear)]
    return len(others) + 2 * num_modules()


def _sides_of_the_modules() -> list[int]:
    """The height of what each of the nine modules gives, in their order."""
    sizes = sizes_of("googlenet_without_heads")
    names = [name for name, _ in shapes_only("googlenet_without_heads").named_children()]
    modules = (name for name in names if name.startswith("inception"))
    return [sizes[f"{name}.one"][0] for name in modules]
