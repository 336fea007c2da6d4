"""What the assignment asks: six functions, their points, and the cases each is tried on."""

import random
import zlib
from collections.abc import Callable, Sequence
from functools import partial

import oracles
from settings import Setting, drawn
from tables import CONVOLUTION, POOLING, SIZES
from torch import Tensor

from course_lib.checking.cases import Case, GradedFunction

# This line must be found nowhere but here and in the staged source: going-deeper-canary-7f3c91e6

# Not in the sandbox: the layers and kernels answer the questions, and these are built on them.
WITHHELD = ("course_lib.layers", "course_lib.kernels", "course_lib.architectures")
WITHHELD += ("course_lib.applications", "course_lib.experiments")


def window_options(setting: Setting) -> dict:
    return {"stride": setting.stride, "padding": setting.padding, "dilation": setting.dilation}


def drawn_images(setting: Setting, seed: int) -> Tensor:
    shape = (setting.batch, *setting.image, setting.channels[0])
    return drawn(seed, f"{setting.name} images", *shape, negative=setting.negative)


def drawn_weight(setting: Setting, seed: int) -> Tensor:
    return drawn(seed, f"{setting.name} weight", *setting.kernel, *setting.channels)


def drawn_gradient(setting: Setting, seed: int, channels: int) -> Tensor:
    shape = (setting.batch, *setting.output, channels)
    return drawn(seed, f"{setting.name} gradient", *shape)


def forward_inputs(setting: Setting, seed: int) -> dict:
    return {
        "images": drawn_images(setting, seed),
        "weight": drawn_weight(setting, seed),
        "bias": drawn(seed, f"{setting.name} bias", setting.channels[1]),
    } | window_options(setting)


def grad_images_inputs(setting: Setting, seed: int) -> dict:
    return {
        "grad_output": drawn_gradient(setting, seed, setting.channels[1]),
        "weight": drawn_weight(setting, seed),
        "image_size": setting.image,
    } | window_options(setting)


def grad_weight_inputs(setting: Setting, seed: int) -> dict:
    return {
        "grad_output": drawn_gradient(setting, seed, setting.channels[1]),
        "images": drawn_images(setting, seed),
        "kernel_size": setting.kernel,
    } | window_options(setting)


def pool_inputs(setting: Setting, seed: int) -> dict:
    images = {"images": drawn_images(setting, seed), "kernel_size": setting.kernel}
    return images | window_options(setting)


def pool_backward_inputs(setting: Setting, seed: int) -> dict:
    gradient = drawn_gradient(setting, seed, setting.channels[0])
    return {"grad_output": gradient} | pool_inputs(setting, seed)


def size_inputs(setting: Setting, seed: int) -> dict:
    """`setting.image` is what the windows leave over; a drawn number of strides comes on top."""
    generator = random.Random(zlib.crc32(f"{seed} {setting.name} size".encode()))
    down, across = generator.sample(range(20, 90), 2)
    if setting.name == "whole":
        down = across = 0
    top, bottom, left, right = setting.padding
    height = setting.image[0] + setting.reach[0] + down * setting.stride[0] - top - bottom
    width = setting.image[1] + setting.reach[1] + across * setting.stride[1] - left - right
    sizes = {"image_size": (height, width), "kernel_size": setting.kernel}
    return sizes | window_options(setting)


def cases(settings: Sequence[Setting], inputs: Callable[[Setting, int], dict]) -> tuple[Case, ...]:
    return tuple(
        Case(setting.name, setting.idea, partial(inputs, setting), visible=setting.visible)
        for setting in settings
    )


NO_CONVOLUTION = ("convolution", "course_lib")
NO_POOLING = ("max_pooling", "course_lib")

FUNCTIONS = (
    GradedFunction(
        "output_size",
        points=2,
        cases=cases(SIZES, size_inputs),
        reference=oracles.output_size,
        gives=("the height", "the width"),
        forbidden=NO_CONVOLUTION,
    ),
    GradedFunction(
        "conv_channels_last",
        points=4,
        cases=cases(CONVOLUTION, forward_inputs),
        reference=oracles.conv_channels_last,
        forbidden=NO_CONVOLUTION,
    ),
    GradedFunction(
        "conv_channels_last_grad_images",
        points=4,
        cases=cases(CONVOLUTION, grad_images_inputs),
        reference=oracles.conv_channels_last_grad_images,
        gives=("the gradient",),
        forbidden=(*NO_CONVOLUTION, "autograd"),
    ),
    GradedFunction(
        "conv_channels_last_grad_weight",
        points=4,
        cases=cases(CONVOLUTION, grad_weight_inputs),
        reference=oracles.conv_channels_last_grad_weight,
        gives=("grad_weight", "grad_bias"),
        forbidden=(*NO_CONVOLUTION, "autograd"),
    ),
    GradedFunction(
        "pool_channels_last",
        points=3,
        cases=cases(POOLING, pool_inputs),
        reference=oracles.pool_channels_last,
        forbidden=NO_POOLING,
    ),
    GradedFunction(
        "pool_channels_last_backward",
        points=4,
        cases=cases(POOLING, pool_backward_inputs),
        reference=oracles.pool_channels_last_backward,
        gives=("the gradient",),
        forbidden=(*NO_POOLING, "autograd"),
    ),
)
