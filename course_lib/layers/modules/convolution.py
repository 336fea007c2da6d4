"""Convolution with a weight and a bias to learn."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.convolution import conv2d, conv2d_backward
from course_lib.layers.gradients import with_gradient


class Conv2d(torch.nn.Conv2d):
    """`conv2d` with a weight and a bias to learn; pads with zeros only."""

    def forward(self, input: Float[Tensor, "n c_in h w"]) -> Float[Tensor, "n c_out out_h out_w"]:
        if self.padding_mode != "zeros":
            raise ValueError(f"padding_mode {self.padding_mode!r} is not written; use 'zeros'.")
        return with_gradient(
            conv2d,
            conv2d_backward,
            input,
            self.weight,
            self.bias,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
        )
