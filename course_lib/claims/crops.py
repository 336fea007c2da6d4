"""How many crops augmentation can cut out of one picture.

Lectures: colorado_2024 and colorado_2025, "Random patches and their mirror images".
Source: Krizhevsky et al. 2012, section 4.1; Simonyan & Zisserman 2015, section 3.1; He et al.
2015, section 3.4.
"""

from course_lib.data.augmentation import num_crops


def of_alexnet() -> int:
    """224 out of 256: 33 places in each direction, and their mirror images."""
    return num_crops(256, 224)


def of_vgg() -> int:
    """224 out of a square picture at 384, one of VGG's sizes: 161 places in each direction."""
    return num_crops(384, 224)


def of_resnet() -> int:
    """224 out of a square picture at 480, ResNet's largest size: 257 places in each direction."""
    return num_crops(480, 224)
