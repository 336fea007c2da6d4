"""Adagrad: divide each rate by the root of all squared gradients so far."""

from collections.abc import Iterable

import torch
from torch import Tensor

from course_lib.optimizers.elementwise import Elementwise


class Adagrad(Elementwise):
    """The arguments, the state and the numbers of `torch.optim.Adagrad`.

        r = r + g^2
        w = w - lr / (eps + sqrt(r)) g

    g is the gradient, r is kept as `sum` and starts at `initial_accumulator_value`. A number
    that seldom has a gradient keeps a large rate; no rate ever grows again. With `lr_decay` the
    rate of step t is lr / (1 + (t - 1) lr_decay) besides.

    Source: Duchi, Hazan & Singer 2011, JMLR 12, figure 1, the diagonal form; their eta is lr,
    their delta eps. michigan_2025 (epsilon is lr, delta eps) has eps outside the
    root too; it prints theta + epsilon / (delta + sqrt(r)) g, which climbs: the minus is missing.
    """

    NOT_NEGATIVE = ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ):
        options = {"lr": lr, "lr_decay": lr_decay, "weight_decay": weight_decay, "eps": eps}
        options["initial_accumulator_value"] = initial_accumulator_value
        super().__init__(params, options)

    def add_param_group(self, param_group: dict) -> None:
        """As in torch, the sums are there before the first step, even of what has no gradient."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        for parameter in group["params"]:
            start = torch.full_like(parameter, group["initial_accumulator_value"])
            self.state[parameter] = {"step": torch.tensor(0.0), "sum": start.detach()}

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict) -> None:
        rate = group["lr"] / (1 + (self._count(parameter) - 1) * group["lr_decay"])
        squares = self._kept(parameter, "sum")
        squares += gradient**2
        parameter -= rate * gradient / (group["eps"] + squares.sqrt())
