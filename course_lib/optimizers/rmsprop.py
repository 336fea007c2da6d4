"""RMSprop: divide each rate by the root of a running mean of the squared gradients."""

from collections.abc import Iterable

from torch import Tensor

from course_lib.optimizers.elementwise import Elementwise, average_in


class RMSprop(Elementwise):
    """The arguments, the state and the numbers of `torch.optim.RMSprop`.

        r = alpha r + (1 - alpha) g^2
        w = w - lr / (sqrt(r) + eps) g

    g is the gradient, r is kept as `square_avg`. Unlike Adagrad's sum, r forgets, so that rates
    can grow again. It starts at 0 and nothing corrects for that: the first steps are long, 1 /
    sqrt(1 - alpha) times lr. `centered` takes the running mean of g, `grad_avg`, squared, off
    r: what is left is the variance. With `momentum` the quotients are summed into
    `momentum_buffer`, and w moves along it.

    Source: Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5, with
    alpha = 0.9 (torch: 0.99); Graves 2013, arXiv:1308.0850, equations 38 to 45 (centered, with
    momentum, and eps inside the root). michigan_2025 (rho is alpha, delta eps) has eps outside,
    as here; it prints theta + epsilon / (delta + sqrt(r)) g, which climbs: the minus is missing.
    """

    NOT_NEGATIVE = ("lr", "eps", "weight_decay", "momentum")
    FRACTIONS = ("alpha",)

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ):
        options = {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options | {"momentum": momentum, "centered": centered})

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict) -> None:
        self._count(parameter)
        power = self._kept(parameter, "square_avg")
        average_in(power, gradient**2, group["alpha"])
        if group["centered"]:
            mean = self._kept(parameter, "grad_avg")
            average_in(mean, gradient, group["alpha"])
            # Rounding can push a variance near 0 below it, whose root would be NaN for ever.
            power = (power - mean**2).clamp(min=0)
        change = gradient / (power.sqrt() + group["eps"])
        if group["momentum"]:
            velocity = self._kept(parameter, "momentum_buffer")
            velocity *= group["momentum"]
            velocity += change
            change = velocity
        parameter -= group["lr"] * change
