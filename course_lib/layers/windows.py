"""The windows a kernel sees: what convolution and pooling have in common."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.sizes import Pair, Size, output_size, pair, span


@dataclass(frozen=True)
class Windows:
    """Where a kernel lands on images of one size. All pairs are (vertical, horizontal)."""

    image_size: Pair
    kernel_size: Pair
    stride: Pair
    dilation: Pair
    before: Pair  # rows of padding on top, columns of padding on the left
    after: Pair  # rows of padding at the bottom, columns of padding on the right
    output_size: Pair

    @property
    def reach(self) -> Pair:
        """How many pixels the dilated kernel reaches across."""
        height, width = map(span, self.kernel_size, self.dilation)
        return height, width

    def pad(self, images: Tensor, value: float = 0.0) -> Tensor:
        """Put a frame of `value` around the images."""
        (top, left), (bottom, right) = self.before, self.after
        if not (top or left or bottom or right):
            return images
        return torch.nn.functional.pad(images, (left, right, top, bottom), value=value)

    def crop(self, padded: Tensor) -> Tensor:
        """Take the frame off again."""
        (top, left), (height, width) = self.before, self.image_size
        return padded[..., top : top + height, left : left + width]

    def view(
        self, padded: Float[Tensor, "n c padded_h padded_w"]
    ) -> Float[Tensor, "n c kernel_h kernel_w out_h out_w"]:
        """Show every window of padded images without copying a pixel.

        `view[:, :, i, j]` is what position (i, j) of the kernel meets in all places it lands on.
        Windows overlap, so one pixel may stand in several of them; within one position (i, j)
        it stands at most once, which is why adding to `view[:, :, i, j]` in place is safe.
        """
        rows = padded.unfold(2, self.reach[0], self.stride[0])
        view = rows.unfold(3, self.reach[1], self.stride[1])  # n c out_h out_w reach_h reach_w
        return view[..., :: self.dilation[0], :: self.dilation[1]].permute(0, 1, 4, 5, 2, 3)

    def at(self, y: int, x: int) -> tuple[slice, slice]:
        """The rows and columns of the padded image that output (y, x) looks at."""
        (top, left), (reach_h, reach_w) = (y * self.stride[0], x * self.stride[1]), self.reach
        rows = slice(top, top + reach_h, self.dilation[0])
        return rows, slice(left, left + reach_w, self.dilation[1])

    def with_overhang(self) -> "Windows":
        """Add the rows and columns that a last window needs beyond the padding (ceil_mode)."""
        bottom, right = (
            max(after, (places - 1) * stride + reach - size - before)
            for after, places, stride, reach, size, before in zip(
                self.after,
                self.output_size,
                self.stride,
                self.reach,
                self.image_size,
                self.before,
                strict=True,
            )
        )
        return replace(self, after=(bottom, right))

    def positions(self) -> list[Pair]:
        """Every position (i, j) of the kernel, row by row."""
        height, width = self.kernel_size
        return [(i, j) for i in range(height) for j in range(width)]


def windows_of(
    images: Tensor,
    kernel_size: Size,
    stride: Size,
    padding: Size | str,
    dilation: Size,
    ceil_mode: bool = False,
) -> Windows:
    """Place a kernel on images (n, c, h, w); `padding` may be 'same' or 'valid' too.

    Raises ValueError for sizes that make no sense, naming the argument and the values.
    """
    if images.ndim != 4:
        raise ValueError(
            f"input must be (n, channels, height, width), not {tuple(images.shape)}. "
            "One image is a batch of one: input[None]."
        )
    if not images.is_floating_point():
        raise ValueError(f"input holds {images.dtype}, not fractions; give input.float().")
    kernel_size, stride = pair(kernel_size, "kernel_size"), pair(stride, "stride")
    dilation, (height, width) = pair(dilation, "dilation"), images.shape[2:]
    if isinstance(padding, str):
        before, after = _named_padding(padding, kernel_size, stride, dilation)
        framed = (height + before[0] + after[0], width + before[1] + after[1])
        places = output_size(framed, kernel_size, stride, 0, dilation)
    else:
        before = after = pair(padding, "padding", minimum=0)
        places = output_size((height, width), kernel_size, stride, before, dilation, ceil_mode)
    windows = Windows((height, width), kernel_size, stride, dilation, before, after, places)
    return windows.with_overhang() if ceil_mode else windows


def _named_padding(name: str, kernel_size: Pair, stride: Pair, dilation: Pair) -> tuple[Pair, Pair]:
    if name == "valid":
        return (0, 0), (0, 0)
    if name != "same":
        raise ValueError(f"padding must be a size, 'same' or 'valid', not {name!r}.")
    if stride != (1, 1):
        raise ValueError(f"padding='same' needs stride 1, but stride is {stride}.")
    total = [span(k, d) - 1 for k, d in zip(kernel_size, dilation, strict=True)]
    before = (total[0] // 2, total[1] // 2)
    return before, (total[0] - before[0], total[1] - before[1])
