"""Adam as one kernel: each number is read once, changed, and written once.

Written as tensor arithmetic, a step is a dozen operations, and each reads and writes whole
tensors. Here a thread holds one weight, its gradient and its two averages, and does all of it.
Source: Kingma & Ba 2015, "Adam", arXiv:1412.6980, algorithm 1.
"""

from collections.abc import Callable, Iterable
from typing import no_type_check

import torch
import triton
import triton.language as tl
from torch import Tensor
from torch.optim import Optimizer

from course_lib.kernels.devices import require_ready

BLOCK = 1024


class FusedAdam(Optimizer):
    """The arguments, the state and, but for rounding, the numbers of `torch.optim.Adam`."""

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
    ):
        for name, value in {"lr": lr, "eps": eps, "weight_decay": weight_decay}.items():
            if not value >= 0:
                raise ValueError(f"{name} is {value}; give a number of 0 or more.")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas are {betas}; give two numbers from 0 to below 1.")
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Move every parameter that has a gradient; returns what `closure`, if any, returns.

        Raises ValueError for parameters that lie on the CPU, are not contiguous or not float32.
        """
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
        require_ready((torch.float32,), parameter=parameter, gradient=parameter.grad)
        if not parameter.is_contiguous():
            raise ValueError("parameter is not contiguous; give parameter.contiguous() to Adam.")
        state = self.state[parameter]
        if not state:
            state["step"] = torch.zeros(())
            state["exp_avg"] = torch.zeros_like(parameter)
            state["exp_avg_sq"] = torch.zeros_like(parameter)
        # A loaded state lies as the weights lay that it comes from, in channels last perhaps.
        for average in ("exp_avg", "exp_avg_sq"):
            state[average] = state[average].contiguous()
        state["step"] += 1
        step, (beta1, beta2) = state["step"].item(), group["betas"]
        with torch.cuda.device_of(parameter):
            _step[(triton.cdiv(parameter.numel(), BLOCK),)](
                parameter,
                parameter.grad.contiguous(),
                state["exp_avg"],
                state["exp_avg_sq"],
                parameter.numel(),
                group["lr"] / (1 - beta1**step),
                (1 - beta2**step) ** -0.5,
                beta1,
                beta2,
                group["eps"],
                group["weight_decay"],
                BLOCK=BLOCK,
            )


@triton.jit
@no_type_check
def _step(
    parameter,
    gradient,
    average,
    average_of_squares,
    num,
    rate,
    correction,
    beta1,
    beta2,
    eps,
    weight_decay,
    BLOCK: tl.constexpr,
):
    number = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    known = number < num
    w = tl.load(parameter + number, mask=known, other=0.0)
    g = tl.load(gradient + number, mask=known, other=0.0) + weight_decay * w
    m = tl.load(average + number, mask=known, other=0.0)
    v = tl.load(average_of_squares + number, mask=known, other=0.0)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    tl.store(average + number, m, mask=known)
    tl.store(average_of_squares + number, v, mask=known)
    tl.store(parameter + number, w - rate * m / (tl.sqrt(v) * correction + eps), mask=known)
