"""AdamW: Adam whose weight decay does not pass through the division."""

from collections.abc import Iterable

from torch import Tensor

from course_lib.optimizers.adam import Adam


class AdamW(Adam):
    """The arguments, the state and the numbers of `torch.optim.AdamW`.

    First w = w - lr weight_decay w, then the step of Adam along the bare gradient. In Adam the
    decay is part of g and is divided by sqrt(v) with it, so that weights with large gradients
    decay least; here all decay alike.

    Source: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2. There the decay is lambda
    times the schedule's factor alone; torch, and this, multiply it by lr as well, so
    weight_decay = lambda / alpha, with alpha the paper's rate.
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
    ):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)

    def _decayed(self, parameter: Tensor, group: dict) -> Tensor:
        """Decay the weight itself, and leave its gradient alone."""
        parameter *= 1 - group["lr"] * group["weight_decay"]
        return parameter.grad
