"""The loss that classification minimizes."""

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from course_lib.layers.gradients import with_gradient
from course_lib.layers.losses import cross_entropy, cross_entropy_backward


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
