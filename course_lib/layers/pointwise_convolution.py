"""The 1x1 convolution: the same linear layer at every pixel.

A kernel of one pixel sees no neighbors. What is left of the convolution is, at each pixel, a
matrix times the pixel's channels: an embedding of c_in numbers in c_out. With c_out < c_in it
makes the layers after it cheaper (GoogLeNet's reductions, ResNet's bottlenecks); and what works
on one pixel works on images of any size, which is how a classifier becomes fully convolutional.
Sources: Lin, Chen & Yan 2013, "Network in network", arXiv:1312.4400, section 3.1; Szegedy et al.
2014, arXiv:1409.4842, section 3.
"""

from jaxtyping import Float
from torch import Tensor

from course_lib.layers.precision import sum_dtype
from course_lib.layers.sizes import require_shape


def pointwise_conv2d(
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_out c_in 1 1"],
    bias: Float[Tensor, " c_out"] | None = None,
) -> Float[Tensor, "n c_out h w"]:
    """Apply `linear` to the channels of each pixel; equals conv2d with a kernel of 1x1.

    `linear` has its vectors in rows and computes x W^T; a map has its pixels in columns, so the
    same product reads W x here, and nothing has to be moved.

    Raises ValueError where weight is not a matrix for the channels of input.
    """
    matrix = _matrix(input, weight, bias)
    output = matrix @ input.flatten(2)  # n c_out pixels
    if bias is not None:
        output += bias[:, None]
    return output.view(len(input), len(weight), *input.shape[2:])


def pointwise_conv2d_backward(
    grad_output: Float[Tensor, "n c_out h w"],
    input: Float[Tensor, "n c_in h w"],
    weight: Float[Tensor, "c_out c_in 1 1"],
    bias: Float[Tensor, " c_out"] | None = None,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Find the gradients of input, weight and bias (None without a bias): those of `linear`.

    One matrix serves all pixels of all images, so its gradient is a sum over them.
    """
    matrix = _matrix(input, weight, bias)
    require_shape("grad_output", grad_output, (len(input), len(weight), *input.shape[2:]))
    grad_pixels = grad_output.flatten(2)  # n c_out pixels
    grad_input = (matrix.mT @ grad_pixels).view(input.shape)
    grad_matrix = (grad_pixels @ input.flatten(2).mT).sum(dim=0, dtype=sum_dtype(weight))
    grad_bias = None if bias is None else grad_output.sum(dim=(0, 2, 3))
    return grad_input, grad_matrix.view(weight.shape).to(weight.dtype), grad_bias


def _matrix(input: Tensor, weight: Tensor, bias: Tensor | None) -> Float[Tensor, "c_out c_in"]:
    if input.ndim != 4:
        raise ValueError(f"input must be (n, channels, height, width), not {tuple(input.shape)}.")
    if weight.shape[1:] != (input.shape[1], 1, 1):
        raise ValueError(
            f"weight must be (out_channels, {input.shape[1]}, 1, 1) for input "
            f"{tuple(input.shape)}, not {tuple(weight.shape)}. conv2d has larger kernels."
        )
    if bias is not None:
        require_shape("bias", bias, (len(weight),))
    return weight[:, :, 0, 0]
