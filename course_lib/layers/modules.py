"""The layers as modules: torch's parameters, names and initialization, our forward and backward.

Each class is torch's own, so its arguments, its `state_dict` and its place in a network are
the same. What it computes comes from this package, the gradient too.
"""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from course_lib.layers import activations
from course_lib.layers.convolution import conv2d, conv2d_backward
from course_lib.layers.gradients import with_gradient
from course_lib.layers.linear import linear, linear_backward
from course_lib.layers.losses import cross_entropy, cross_entropy_backward
from course_lib.layers.pooling import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)


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


class Linear(torch.nn.Linear):
    """`linear` with a weight and a bias to learn."""

    def forward(self, input: Float[Tensor, "*batch c_in"]) -> Float[Tensor, "*batch c_out"]:
        return with_gradient(linear, linear_backward, input, self.weight, self.bias)


class ReLU(torch.nn.ReLU):
    """`relu` as a module; it never writes into its input, so inplace=True is refused."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        if self.inplace:
            raise ValueError("inplace=True is not written; leave it out.")
        return with_gradient(activations.relu, activations.relu_backward, input)


class Sigmoid(torch.nn.Sigmoid):
    """`sigmoid` as a module."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return with_gradient(activations.sigmoid, activations.sigmoid_backward, input)


class Tanh(torch.nn.Tanh):
    """`tanh` as a module."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return with_gradient(activations.tanh, activations.tanh_backward, input)


class Softmax(torch.nn.Softmax):
    """`softmax` as a module; the dimension has to be named."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        if self.dim is None:
            raise ValueError("dim is None; name the dimension of the classes, Softmax(dim=1).")
        return with_gradient(activations.softmax, activations.softmax_backward, input, dim=self.dim)


class CrossEntropyLoss(torch.nn.CrossEntropyLoss):
    """`cross_entropy` as a module; class weights are a buffer, as in torch."""

    def forward(
        self,
        input: Float[Tensor, "*scores"],
        target: Integer[Tensor, "*target"] | Float[Tensor, "*target"],
    ) -> Float[Tensor, "*losses"]:
        return with_gradient(
            cross_entropy,
            cross_entropy_backward,
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )
