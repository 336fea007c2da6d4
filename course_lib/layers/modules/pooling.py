"""Pooling, the largest and the mean of each window or bin."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.adaptive_pooling import (
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
)
from course_lib.layers.gradients import with_gradient
from course_lib.layers.modules.winners import with_winners
from course_lib.layers.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from course_lib.layers.winners import Winners

Pooled = Float[Tensor, "n c out_h out_w"]


class MaxPool2d(torch.nn.MaxPool2d):
    """`max_pool2d` as a module."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Pooled | tuple[Pooled, Winners]:
        output, indices = with_winners(
            max_pool2d,
            max_pool2d_backward,
            input,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            ceil_mode=self.ceil_mode,
        )
        return (output, indices) if self.return_indices else output


class AvgPool2d(torch.nn.AvgPool2d):
    """`avg_pool2d` as a module."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Pooled:
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


class AdaptiveMaxPool2d(torch.nn.AdaptiveMaxPool2d):
    """`adaptive_max_pool2d` as a module."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Pooled | tuple[Pooled, Winners]:
        output, indices = with_winners(
            adaptive_max_pool2d,
            adaptive_max_pool2d_backward,
            input,
            output_size=self.output_size,
        )
        return (output, indices) if self.return_indices else output


class AdaptiveAvgPool2d(torch.nn.AdaptiveAvgPool2d):
    """`adaptive_avg_pool2d` as a module."""

    def forward(self, input: Float[Tensor, "n c h w"]) -> Pooled:
        return with_gradient(
            adaptive_avg_pool2d,
            adaptive_avg_pool2d_backward,
            input,
            output_size=self.output_size,
        )
