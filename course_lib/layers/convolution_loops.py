"""Convolution written as its formula, for reading: slow, and in no doubt.

`conv2d_loops` is the operation of `convolution.py` one output number at a time.
`discrete_convolution` is what mathematics calls convolution: the kernel is flipped first.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.convolution import checked_windows, conv2d
from course_lib.layers.sizes import Size


def conv2d_loops(
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_out c_group kernel_h kernel_w"],
    bias: Float[Tensor, " c_out"] | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "n c_out out_h out_w"]:
    """Do what `conv2d` does, with the same arguments: four loops, and one sum over a window.

    Slow by design. Raises the errors of `conv2d`.
    """
    windows = checked_windows(input, weight, bias, stride, padding, dilation, groups)
    padded = windows.pad(input)
    (num_kernels, num_channels), (out_h, out_w) = weight.shape[:2], windows.output_size
    output = input.new_zeros(len(input), num_kernels, out_h, out_w)
    for n in range(len(input)):
        for kernel in range(num_kernels):
            group = kernel // (num_kernels // groups)
            channels = slice(group * num_channels, (group + 1) * num_channels)
            for y in range(out_h):
                for x in range(out_w):
                    rows, columns = windows.at(y, x)
                    window = padded[n, channels, rows, columns]
                    output[n, kernel, y, x] = (weight[kernel] * window).sum()
            if bias is not None:
                output[n, kernel] += bias[kernel]
    return output


def discrete_convolution(
    x: Float[Tensor, "h w"], k: Float[Tensor, "kernel_h kernel_w"]
) -> Float[Tensor, "out_h out_w"]:
    """Convolve one image with one kernel where the kernel fits whole ("valid").

    In the letters of the lecture (indices from 1, kernel of H_k by W_k):

        (x * k)[i, j] = sum over m, n of x[m, n] k[i - m + H_k, j - n + W_k]

    As m grows the index into k falls, so k is read backwards, rows and columns both. Sliding
    the flipped kernel, the filter, gives the same numbers.

    Raises ValueError where the kernel is larger than the image.
    """
    filter = torch.flip(k, dims=(0, 1))
    return conv2d(x[None, None], filter[None, None])[0, 0]
