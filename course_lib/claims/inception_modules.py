"""The inception module: what its branches give, and what the 1x1 convolutions save.

Lectures: kaist ("Inception module"), michigan_2025 ("Very Deep Models"). Source: Szegedy et al.
2015, figure 2. The lecture's figures are not in its transcript. Its sums are those of a module on
28x28x256 with 128, 192 and 96 maps and reductions to 64, which courses often draw.
"""

import torch
from torch import Tensor, nn

from course_lib.architectures import Inception, NaiveInception
from course_lib.inspection import count_flops, count_parameters, output_shapes
from course_lib.layers import linear, pointwise_conv2d

IMAGE = (1, 256, 28, 28)


def naive_weights() -> int:
    """256 (1 * 128 + 9 * 192 + 25 * 96) without biases."""
    return _weights(_naive())


def bottleneck_weights() -> int:
    """The same branches behind reductions to 64, and 64 maps of the pooling."""
    return _weights(_with_reductions())


def naive_channels() -> int:
    """The maps that leave the naive module: 128 + 192 + 96, and the 256 that were pooled."""
    return _output(_naive())[1]


def sides_of_the_branches() -> list[int]:
    """The height of what each branch gives: 1x1, 3x3 with padding 1, 5x5 with 2, pooling."""
    return [layer.output_shape[2] for layer in output_shapes(_naive(), IMAGE)]


def kernels_of_the_branches() -> list[int]:
    """The sides of the convolutions' kernels, and of the pooling's window with its stride."""
    module = _naive()
    layers = (module.one, module.three, module.five)
    return [
        *(layer.kernel_size[0] for layer in layers),
        module.pool.kernel_size,
        module.pool.stride,
    ]


def reductions_of_the_branches() -> list[bool]:
    """Whether 3x3, 5x5 and pooling have a 1x1 convolution besides themselves; 1x1 is one."""
    names = dict(_with_reductions().named_children())
    return [name in names for name in ("three_reduce", "five_reduce", "pool_projection")]


def reductions_save_operations() -> bool:
    """Whether the module with reductions computes less than the naive one."""
    return count_flops(_with_reductions(), IMAGE) < count_flops(_naive(), IMAGE)


def naive_modules_always_grow() -> bool:
    """Whether more maps leave than come in, however few its convolutions give: one each."""
    with torch.device("meta"):
        return _output(NaiveInception(256, 1, 1, 1))[1] > 256


def pointwise_convolution_embeds_pixels() -> bool:
    """Whether K kernels of 1x1xC are one K x C matrix, applied to each pixel's C numbers."""
    image, kernels = _numbers(2, 6, 5, 4), _numbers(3, 6, 1, 1)
    pixels = image.permute(0, 2, 3, 1)  # n h w c
    embedded = linear(pixels, kernels[:, :, 0, 0]).permute(0, 3, 1, 2)
    return torch.allclose(pointwise_conv2d(image, kernels), embedded)


def _naive() -> NaiveInception:
    with torch.device("meta"):
        return NaiveInception(256, 128, 192, 96)


def _with_reductions() -> Inception:
    with torch.device("meta"):
        return Inception(256, 128, 64, 192, 64, 96, 64)


def _weights(module: nn.Module) -> int:
    """Without the biases, of which each kernel has one."""
    kernels = (layer for layer in module.children() if isinstance(layer, nn.Conv2d))
    return count_parameters(module) - sum(layer.out_channels for layer in kernels)


def _output(module: nn.Module) -> tuple[int, ...]:
    return tuple(module(torch.empty(IMAGE, device="meta")).shape)


def _numbers(*shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)
