"""Pooling, the largest and the mean of each window."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.gradients import with_gradient
from course_lib.layers.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)


class MaxPool2d(torch.nn.MaxPool2d):
    """`max_pool2d` as a module; return_indices is not written."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c out_h out_w"]:
        if self.return_indices:
            raise ValueError("return_indices=True is not written; leave it out.")
        return with_gradient(
            max_pool2d,
            max_pool2d_backward,
            input,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            ceil_mode=self.ceil_mode,
        )


class AvgPool2d(torch.nn.AvgPool2d):
    """`avg_pool2d` as a module."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c out_h out_w"]:
        return with_gradient(
            avg_pool2d,
            avg_pool2d_backward,
            input,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            ceil_mode=self.ceil_mode,
            count_include_pad=self.count_include_pad,
            divisor_override=self.divisor_override,
        )
