"""Stochastic gradient descent with momentum: v = momentum v + g, then w = w - lr v."""

from collections.abc import Iterable, Mapping

from torch import Tensor

from course_lib.optimizers.elementwise import Elementwise


class SGD(Elementwise):
    """The arguments, the state and the numbers of `torch.optim.SGD`.

    The letters of the formula: g is the gradient plus `weight_decay` times the weight; v is
    kept as `momentum_buffer`; the first v is g itself, later ones add (1 - `dampening`) g.
    With `nesterov` the step is along g + momentum v, the gradient one step ahead.

    Source: Sutskever, Martens, Dahl & Hinton 2013, as torch writes it: the learning rate
    multiplies v, where the paper and michigan_2025 (v = alpha v - epsilon g, theta = theta + v)
    fold it into v. The two differ once the rate changes.
    """

    NOT_NEGATIVE = ("lr", "momentum", "weight_decay")

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ):
        options = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__(params, options | {"dampening": dampening, "nesterov": nesterov})

    def _check(self, options: Mapping) -> None:
        super()._check(options)
        if options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0):
            raise ValueError(
                "nesterov=True looks ahead along the momentum: it needs momentum above 0 (it is "
                f"{options['momentum']}) and dampening=0 (it is {options['dampening']})."
            )

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict) -> None:
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
