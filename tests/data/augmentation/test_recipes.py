"""What the networks were trained with. Oracle: the numbers of the papers."""

import torch

from course_lib.data import PrincipalComponents
from course_lib.data.augmentation import (
    ColorOffsets,
    Compose,
    Cutout,
    RandomCrop,
    RandomHorizontalFlip,
    RandomTranslation,
    ScaleJitter,
    alexnet_augmentation,
    cifar_augmentation,
    convnetjs_augmentation,
    resnet_augmentation,
    sample_keys,
)

COLORS = PrincipalComponents.of_colors(torch.rand(3, 3, 5, 5))


def test_the_steps_are_those_of_the_papers():
    assert cifar_augmentation() == Compose(RandomCrop(32, padding=4), RandomHorizontalFlip(0.5))
    assert cifar_augmentation(Cutout(8)).steps == (*cifar_augmentation().steps, Cutout(8))
    assert convnetjs_augmentation() == Compose(RandomTranslation(2), RandomHorizontalFlip(0.5))
    crop, flip, offsets = alexnet_augmentation(COLORS).steps
    assert (crop, flip) == (RandomCrop(224), RandomHorizontalFlip(0.5))
    assert isinstance(offsets, ColorOffsets)
    assert (offsets.components, offsets.deviation) == (COLORS, 0.1)
    jitter, flip, offsets = resnet_augmentation(COLORS).steps
    assert (jitter, flip) == (ScaleJitter(256, 480, 224), RandomHorizontalFlip(0.5))
    assert offsets.components is COLORS
    assert resnet_augmentation(COLORS, 256, 512, 64).steps[0] == ScaleJitter(256, 512, 64)  # VGG's
    assert alexnet_augmentation(COLORS, 20).steps[0] == RandomCrop(20)


def test_they_run():
    images = torch.randint(0, 256, (4, 3, 32, 40), dtype=torch.uint8)
    keys = sample_keys(0, 0, torch.arange(4))
    assert cifar_augmentation(Cutout(16))(images, keys=keys).shape == (4, 3, 32, 32)
    assert convnetjs_augmentation()(images, keys=keys).shape == (4, 3, 32, 40)
    assert alexnet_augmentation(COLORS, 28)(images, keys=keys).shape == (4, 3, 28, 28)
    assert resnet_augmentation(COLORS, 30, 40, 28)(images, keys=keys).shape == (4, 3, 28, 28)
