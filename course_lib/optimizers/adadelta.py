"""Adadelta: step as far as one has lately been stepping, for each unit of the usual gradient."""

from collections.abc import Iterable

from torch import Tensor

from course_lib.optimizers.elementwise import Elementwise, average_in


class Adadelta(Elementwise):
    """The arguments, the state and the numbers of `torch.optim.Adadelta`.

        E[g^2] = rho E[g^2] + (1 - rho) g^2
        d = RMS[d] / RMS[g] g          where RMS[x] = sqrt(E[x^2] + eps)
        E[d^2] = rho E[d^2] + (1 - rho) d^2
        w = w - lr d

    g is the gradient; E[g^2] is kept as `square_avg`, E[d^2] as `acc_delta`, both from 0. RMS[d]
    is that of the step before: its unit is that of w, so the quotient needs no rate. The first
    steps are near sqrt(eps), and eps stands inside both roots.

    Source: Zeiler 2012, arXiv:1212.5701, algorithm 1, with x for w, rho = 0.95 and no lr (torch:
    0.9 and lr = 1). michigan_2025 names it as the trainer of the ConvNetJS demo.
    """

    FRACTIONS = ("rho",)

    def __init__(
        self,
        params: Iterable,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
    ):
        options = {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options)

    def _move(self, parameter: Tensor, gradient: Tensor, group: dict) -> None:
        self._count(parameter)
        rho, eps = group["rho"], group["eps"]
        gradients = self._kept(parameter, "square_avg")
        changes = self._kept(parameter, "acc_delta")
        average_in(gradients, gradient**2, rho)
        change = (changes + eps).sqrt() / (gradients + eps).sqrt() * gradient
        average_in(changes, change**2, rho)
        parameter -= group["lr"] * change
