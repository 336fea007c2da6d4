"""Two ways to join branches: side by side as more channels, or on top of each other as a sum.

An inception module and a dense block lay their branches beside each other; a residual block
adds its branch to what came in. Neither has weights. In the backward the first cuts the gradient
into the branches' parts, the second hands it to all of them as it is: an addition has slope 1,
which is why a shortcut carries gradients past any number of layers undiminished.
Sources: Szegedy et al. 2014, arXiv:1409.4842, section 4; Huang et al. 2017, arXiv:1608.06993,
equation 2; He et al. 2015, arXiv:1512.03385, equation 1.
"""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from course_lib.layers.sizes import require_shape


def concatenate(tensors: Sequence[Float[Tensor, "..."]], dim: int = 0) -> Float[Tensor, "..."]:
    """Lay tensors one behind the other along `dim`; equals torch.concatenate.

    Maps are joined depth-wise with dim=1, the channels; the default is the batch, as in torch.

    Raises ValueError where the tensors differ in anything but their size along `dim`.
    """
    shape, start = _joined_shape(tensors, dim), 0
    joined = tensors[0].new_empty(shape)
    for tensor in tensors:
        joined.narrow(dim, start, tensor.shape[dim]).copy_(tensor)
        start += tensor.shape[dim]
    return joined


def concatenate_backward(
    grad_output: Float[Tensor, "..."], tensors: Sequence[Float[Tensor, "..."]], dim: int = 0
) -> tuple[Tensor, ...]:
    """Cut the gradient where the tensors were joined: a view each, nothing is computed."""
    require_shape("grad_output", grad_output, _joined_shape(tensors, dim))
    return grad_output.split([tensor.shape[dim] for tensor in tensors], dim)


def add(input: Float[Tensor, "*shape"], other: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Add a shortcut to what the block computed: H(x) = F(x) + x.

    Raises ValueError where the shapes differ, for a sum that broadcasts is a mistake here.
    """
    _require_equal_shapes(input, other)
    return input + other


def add_backward(
    grad_output: Float[Tensor, "*shape"],
    input: Float[Tensor, "*shape"],
    other: Float[Tensor, "*shape"],
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Hand the same gradient to both: dL/dx = dL/dH (dF/dx + 1)."""
    _require_equal_shapes(input, other)
    return grad_output, grad_output


def _joined_shape(tensors: Sequence[Tensor], dim: int) -> tuple[int, ...]:
    if not tensors:
        raise ValueError("tensors is empty; give at least one tensor to concatenate.")
    first = tensors[0]
    if not -first.ndim <= dim < first.ndim:
        raise ValueError(f"dim {dim} is none of the {first.ndim} dimensions of the tensors.")
    for index, tensor in enumerate(tensors):
        shape = list(tensor.shape)
        if tensor.ndim == first.ndim:
            shape[dim] = first.shape[dim]
        if shape != list(first.shape) or tensor.dtype != first.dtype:
            raise ValueError(
                f"tensors[{index}] is {tuple(tensor.shape)} of {tensor.dtype}, but tensors[0] is "
                f"{tuple(first.shape)} of {first.dtype}: only dim {dim} may differ. Branches that "
                "are joined by channels need maps of one size."
            )
    shape = list(first.shape)
    shape[dim] = sum(tensor.shape[dim] for tensor in tensors)
    return tuple(shape)


def _require_equal_shapes(input: Tensor, other: Tensor) -> None:
    if input.shape != other.shape:
        raise ValueError(
            f"input {tuple(input.shape)} and other {tuple(other.shape)} must have one shape. Bring "
            "the shortcut to the shape of the block, by a 1x1 convolution or padded channels."
        )
