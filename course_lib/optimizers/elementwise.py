"""What the optimizers share: every number moves by its own gradient and its own memory."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.optim import Optimizer


class Elementwise(Optimizer):
    """Walks through the parameters that have a gradient; a subclass says how one of them moves.

    `weight_decay` adds weight_decay * w to the gradient of w, which is the gradient of
    weight_decay / 2 * |w|^2. A loss written with lambda * |w|^2 (sharif_2024) therefore needs
    weight_decay = 2 lambda; the 0.0005 of Krizhevsky et al. 2012, section 5, is weight_decay.
    """

    NOT_NEGATIVE: tuple[str, ...] = ("lr", "eps", "weight_decay")
    FRACTIONS: tuple[str, ...] = ()  # at least 0 and less than 1

    def add_param_group(self, param_group: dict) -> None:
        """Take parameters in, with options of their own where they differ from the others'.

        Raises ValueError for an option that makes no sense; the constructor comes here too.
        """
        self._check(self.defaults | param_group)
        super().add_param_group(param_group)

    def load_state_dict(self, state_dict: dict) -> None:
        """Go on from a state, of torch's optimizer too.

        Raises ValueError where that one climbed, which these do not.
        """
        if any(group.get("maximize") for group in state_dict["param_groups"]):
            name = type(self).__name__
            raise ValueError(f"maximize is on in state_dict; {name} has no such option.")
        super().load_state_dict(state_dict)

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
                    _require_dense(parameter.grad)
                    self._move(parameter, self._decayed(parameter, group), group)
        return loss

    def _check(self, options: Mapping) -> None:
        for name in self.NOT_NEGATIVE:
            if not options[name] >= 0:  # true for NaN, too
                raise ValueError(f"{name} is {options[name]}; give a number of 0 or more.")
        for name in self.FRACTIONS:
            if not 0 <= options[name] < 1:
                raise ValueError(f"{name} is {options[name]}; give a number from 0 to less than 1.")

    def _decayed(self, parameter: Tensor, group: dict) -> Tensor:
        """The gradient, weight decay included."""
        if not group["weight_decay"]:
            return parameter.grad
        return parameter.grad + group["weight_decay"] * parameter

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict) -> None:
        raise NotImplementedError

    def _count(self, parameter: Tensor) -> float:
        """The number of this step for this parameter, from 1."""
        state = self.state[parameter]
        state["step"] = state.get("step", torch.tensor(0.0)) + 1
        return float(state["step"])

    def _kept(self, parameter: Tensor, name: str) -> Tensor:
        """What is remembered of one parameter under this name; zeros at first."""
        state = self.state[parameter]
        if name not in state:
            state[name] = torch.zeros_like(parameter)
        return state[name]


def average_in(average: Tensor, value: Tensor, rho: float) -> None:
    """Let a running average forget a little: average = rho average + (1 - rho) value."""
    average *= rho
    average += (1 - rho) * value


def _require_dense(gradient: Tensor) -> None:
    if gradient.layout != torch.strided or gradient.is_complex():
        raise ValueError(
            f"A gradient is {gradient.layout} of {gradient.dtype}; these optimizers take dense "
            "real ones. Build embeddings with sparse=False."
        )
