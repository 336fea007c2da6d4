"""Stochastic gradient descent with momentum: v = momentum v + g, then w = w - lr v."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.optim import Optimizer


class SGD(Optimizer):
    """The arguments, the state and the numbers of `torch.optim.SGD`.

    The letters of the formula: g is the gradient plus `weight_decay` times the weight; v is
    kept as `momentum_buffer`; the first v is g itself, later ones add (1 - `dampening`) g.
    With `nesterov` the step is along g + momentum v, the gradient one step ahead.

    Source: Sutskever, Martens, Dahl & Hinton 2013, as torch writes it: the learning rate
    multiplies v, where the paper folds it into v. The two differ once the rate changes.
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
    ):
        options = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        for name, value in options.items():
            if not value >= 0:
                raise ValueError(f"{name} is {value}; give a number of 0 or more.")
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError(
                f"nesterov=True looks ahead along the momentum: it needs momentum above 0 (it is "
                f"{momentum}) and dampening=0 (it is {dampening})."
            )
        super().__init__(params, options | {"dampening": dampening, "nesterov": nesterov})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Move every parameter that has a gradient; returns what `closure`, if any, returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, group)
        return loss

    def _move(self, parameter: Tensor, group: dict) -> None:
        gradient = parameter.grad
        if group["weight_decay"]:
            gradient = gradient + group["weight_decay"] * parameter
        if group["momentum"]:
            velocity = self._velocity(parameter, gradient, group)
            gradient = gradient + group["momentum"] * velocity if group["nesterov"] else velocity
        parameter -= group["lr"] * gradient

    def _velocity(self, parameter: Tensor, gradient: Tensor, group: dict) -> Tensor:
        state = self.state[parameter]
        if state.get("momentum_buffer") is None:
            state["momentum_buffer"] = gradient.clone()
        else:
            velocity = state["momentum_buffer"]
            velocity *= group["momentum"]
            velocity += (1 - group["dampening"]) * gradient
        return state["momentum_buffer"]
