"""How large an output is, and which sizes are allowed: the arithmetic all layers share.

Sizes are an int for both directions, or a pair (vertical, horizontal), in pixels.
Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic", arXiv:1603.07285. Their
letters: i input size, k kernel size, s stride, p padding, d dilation, o output size.
"""

from torch import Tensor

Size = int | tuple[int, int]
Pair = tuple[int, int]


def pair(size: Size, name: str = "size", minimum: int = 1) -> Pair:
    """Read one size as (vertical, horizontal): 3 means (3, 3).

    Raises ValueError, naming the argument, for anything but one or two ints >= minimum.
    """
    given = tuple(size) if isinstance(size, tuple | list) else (size, size)
    if len(given) != 2 or not all(isinstance(number, int) for number in given):
        raise ValueError(f"{name} must be an int or a pair of ints, not {size!r}.")
    if min(given) < minimum:
        raise ValueError(f"{name} must be at least {minimum}, but it is {size!r}.")
    return given


def require_shape(name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    """Raise ValueError where a tensor has another shape, before broadcasting hides it."""
    if tensor.shape != shape:
        raise ValueError(f"{name} must be {tuple(shape)}, not {tuple(tensor.shape)}.")


def span(kernel_size: int, dilation: int) -> int:
    """How many pixels a kernel reaches across: 3 taps with dilation 2 reach across 5."""
    return dilation * (kernel_size - 1) + 1


def output_size(
    input_size: Size,
    kernel_size: Size,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Pair:
    """Count the places where a kernel fits: floor((i + 2 p - d (k - 1) - 1) / s) + 1.

    A stride that does not fit leaves the last pixels unseen (floor). With ceil_mode the last
    window may hang over the edge instead, as long as it starts inside the image or on the
    padding before it.

    Raises ValueError where the kernel is larger than its padded input.
    """
    kernel_size, stride = pair(kernel_size, "kernel_size"), pair(stride, "stride")
    padding, dilation = pair(padding, "padding", minimum=0), pair(dilation, "dilation")
    input_size = pair(input_size, "input_size", minimum=0)
    settings = zip(input_size, kernel_size, stride, padding, dilation, strict=True)
    height, width = (
        _places(direction, *setting, ceil_mode)
        for direction, setting in zip(("height", "width"), settings, strict=True)
    )
    return height, width


def _places(direction, size, kernel_size, stride, padding, dilation, ceil_mode) -> int:
    room = size + 2 * padding - span(kernel_size, dilation)
    places = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (places - 1) * stride >= size + padding:
        places -= 1
    if places < 1:
        raise ValueError(
            f"kernel_size {kernel_size} with dilation {dilation} reaches across "
            f"{span(kernel_size, dilation)} pixels, but the padded {direction} of the input has "
            f"{size} + 2 * {padding} = {size + 2 * padding}. Use a smaller kernel or more padding."
        )
    return places
