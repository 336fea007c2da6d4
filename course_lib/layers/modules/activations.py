"""The activations; only PReLU has something to learn."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers import activations
from course_lib.layers.gradients import with_gradient


class ReLU(torch.nn.ReLU):
    """`relu` as a module; it never writes into its input, so inplace=True is refused."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        if self.inplace:
            raise ValueError("inplace=True is not written; leave it out.")
        return with_gradient(activations.relu, activations.relu_backward, input)


class LeakyReLU(torch.nn.LeakyReLU):
    """`leaky_relu` as a module; it never writes into its input, so inplace=True is refused."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        if self.inplace:
            raise ValueError("inplace=True is not written; leave it out.")
        return with_gradient(
            activations.leaky_relu,
            activations.leaky_relu_backward,
            input,
            negative_slope=self.negative_slope,
        )


class PReLU(torch.nn.PReLU):
    """`prelu` with the slopes to learn."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return with_gradient(activations.prelu, activations.prelu_backward, input, self.weight)


class Sigmoid(torch.nn.Sigmoid):
    """`sigmoid` as a module."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return with_gradient(activations.sigmoid, activations.sigmoid_backward, input)


class Tanh(torch.nn.Tanh):
    """`tanh` as a module."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return with_gradient(activations.tanh, activations.tanh_backward, input)


class ScaledTanh(torch.nn.Module):
    """`scaled_tanh` as a module; torch has none."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return with_gradient(activations.scaled_tanh, activations.scaled_tanh_backward, input)


class Softmax(torch.nn.Softmax):
    """`softmax` as a module; the dimension has to be named."""

    def forward(self, input: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        if self.dim is None:
            raise ValueError("dim is None; name the dimension of the classes, Softmax(dim=1).")
        return with_gradient(activations.softmax, activations.softmax_backward, input, dim=self.dim)
