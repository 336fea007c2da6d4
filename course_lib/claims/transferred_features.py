"""What early and late layers see, and the flowers that a pretrained network is taught.

Lecture: sharif_2024, "Transfer Learning".
"""

from itertools import pairwise

import torch

from course_lib.architectures import alexnet
from course_lib.data.catalogue import class_names
from course_lib.inspection import receptive_field

CONVOLUTIONS = ("conv1", "conv2", "conv3", "conv4", "conv5")


def fields_of_alexnet() -> list[int]:
    """The side of the window that a unit of each convolution of AlexNet sees, in pixels."""
    with torch.device("meta"):
        model = alexnet()
    fields = receptive_field(model, (1, 3, 227, 227))
    return [fields.of(name).size[0] for name in CONVOLUTIONS]


def later_layers_see_more() -> bool:
    """Whether each of them sees more than the one before it."""
    return all(early < late for early, late in pairwise(fields_of_alexnet()))


def num_flower_classes() -> int:
    """The classes of the flowers behind the lecture's address."""
    return len(class_names("flowers102"))
