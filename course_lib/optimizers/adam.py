"""Adam: a running mean of the gradient, divided by the root of that of its square."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from course_lib.optimizers.elementwise import Elementwise, average_in


class Adam(Elementwise):
    """The arguments, the state and the numbers of `torch.optim.Adam`.

        m = beta1 m + (1 - beta1) g          m_hat = m / (1 - beta1^t)
        v = beta2 v + (1 - beta2) g^2        v_hat = v / (1 - beta2^t)
        w = w - lr m_hat / (sqrt(v_hat) + eps)

    g is the gradient, t the number of the step. m is kept as `exp_avg`, v as `exp_avg_sq`, both
    from 0: the division by 1 - beta^t makes up for that start, so that the first step is lr
    long. With `amsgrad` the largest v so far, `max_exp_avg_sq`, takes the place of v: rates
    cannot grow again.

    Source: Kingma & Ba 2015, arXiv:1412.6980, algorithm 1 (lr is alpha); Reddi, Kale & Kumar
    2018 (amsgrad; theirs has no correction by 1 - beta^t). michigan_2025 writes the same with
    s for m, r for v, rho for beta, epsilon for lr and delta for eps.
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ):
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options | {"amsgrad": amsgrad})

    def _check(self, options: Mapping) -> None:
        super()._check(options)
        betas = options["betas"]
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas is {betas}; give two numbers from 0 to less than 1.")

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict) -> None:
        t, (beta1, beta2) = self._count(parameter), group["betas"]
        mean = self._kept(parameter, "exp_avg")
        power = self._kept(parameter, "exp_avg_sq")
        average_in(mean, gradient, beta1)
        average_in(power, gradient**2, beta2)
        if group["amsgrad"]:
            largest = self._kept(parameter, "max_exp_avg_sq")
            power = torch.maximum(largest, power, out=largest)
        root = (power / (1 - beta2**t)).sqrt()
        parameter -= group["lr"] / (1 - beta1**t) * mean / (root + group["eps"])
