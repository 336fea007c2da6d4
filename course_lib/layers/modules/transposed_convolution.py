"""Transposed convolution with a weight and a bias to learn."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.gradients import with_gradient
from course_lib.layers.sizes import Pair, span
from course_lib.layers.transposed_convolution import conv_transpose2d, conv_transpose2d_backward


class ConvTranspose2d(torch.nn.ConvTranspose2d):
    """`conv_transpose2d` with a weight and a bias to learn.

    `output_size` may name the sides wanted, for example those of the map a convolution with
    this stride once shrank; it then stands in for output_padding.
    """

    def forward(
        self, input: Float[Tensor, "n c_in h w"], output_size: Sequence[int] | None = None
    ) -> Float[Tensor, "n c_out out_h out_w"]:
        added = self.output_padding if output_size is None else self._added(input, output_size)
        return with_gradient(
            conv_transpose2d,
            conv_transpose2d_backward,
            input,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            output_padding=added,
            groups=self.groups,
            dilation=self.dilation,
        )

    def _added(self, input: Tensor, output_size: Sequence[int]) -> Pair:
        """Find the output_padding that makes the sides `output_size`, within one stride."""
        smallest = [
            (side - 1) * stride - 2 * padding + span(kernel, dilation)
            for side, stride, padding, kernel, dilation in zip(
                input.shape[2:],
                self.stride,
                self.padding,
                self.kernel_size,
                self.dilation,
                strict=True,
            )
        ]
        wanted = tuple(output_size)[-2:]  # (n, c, h, w) may be given too, as in torch
        added = tuple(side - least for side, least in zip(wanted, smallest, strict=False))
        if len(added) != 2 or not all(0 <= a < s for a, s in zip(added, self.stride, strict=True)):
            raise ValueError(
                f"output_size {tuple(output_size)} cannot be reached from {tuple(input.shape)}: "
                f"its sides must be {tuple(smallest)} and less than a stride of {self.stride} more."
            )
        return added
