"""One cycle: up to a large learning rate and down to nearly none, the momentum the other way."""

import math
from collections.abc import Sequence
from itertools import pairwise

from torch.optim import Optimizer

from course_lib.optimizers.schedules import Schedule


class OneCycleLR(Schedule):
    """Torch's schedule of that name: `total_steps` steps, its own warm-up among them.

    The rate begins at max_lr / div_factor, is `max_lr` (one number, or one a group) after the
    share `pct_start` of the steps, and ends at max_lr / div_factor / final_div_factor; along
    half a cosine ("cos") or straight ("linear"). With `three_phase` it comes down to where it
    began as fast as it climbed, and to the end in the steps that are left, as in the paper.
    With `cycle_momentum` the momentum (or the first of betas) moves from `max_momentum` to
    `base_momentum` and back at the same time.

    Source: Smith & Topin 2017, arXiv:1708.07120; Smith 2018, arXiv:1803.09820,
    section 4.3 (momentum).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | Sequence[float],
        total_steps: int,
        *,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ):
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy is {anneal_strategy!r}; say 'cos' or 'linear'.")
        for name, value in (("div_factor", div_factor), ("final_div_factor", final_div_factor)):
            if not value > 0:
                raise ValueError(f"{name} is {value}; a rate is divided by a number above 0.")
        self.anneal_strategy, self.total_steps = anneal_strategy, total_steps
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        self.ends = _ends_of_phases(pct_start, total_steps, three_phase)
        resting = [max_momentum] * (len(self.ends) - 1)
        self.momenta = [max_momentum, base_momentum, *resting] if cycle_momentum else None
        if cycle_momentum:
            _require_momentum(optimizer)
        _start_below(optimizer, max_lr, div_factor)
        super().__init__(optimizer)

    def step(self) -> None:
        """Set the rates, and the momenta, of the next step.

        Raises ValueError after more than `total_steps` steps.
        """
        if self.last_epoch >= self.total_steps:
            raise ValueError(
                f"total_steps is {self.total_steps}, and all are taken; give a larger number."
            )
        super().step()
        if self.momenta:
            for group in self.optimizer.param_groups:
                _set_momentum(group, self._along(self.momenta, self.last_epoch))

    def rate(self, first_rate: float, step: int) -> float:
        middle = [first_rate] * (len(self.ends) - 2)
        peak, last = first_rate * self.div_factor, first_rate / self.final_div_factor
        return self._along([first_rate, peak, *middle, last], step)

    def _along(self, corners: list[float], step: int) -> float:
        """Between the two corners, of rate or momentum, of the phase that holds this step."""
        start = 0.0
        for end, (before, after) in zip(self.ends, pairwise(corners), strict=True):
            if step <= end:
                share = (step - start) / (end - start)
                if self.anneal_strategy == "cos":
                    share = (1 - math.cos(math.pi * share)) / 2
                return before + (after - before) * share
            start = end
        return corners[-1]


def _ends_of_phases(pct_start: float, total_steps: int, three_phase: bool) -> list[float]:
    """The steps, from 0, at which the climb, the way down and the rest are over."""
    climb = pct_start * total_steps - 1
    ends = [climb, 2 * climb, total_steps - 1.0] if three_phase else [climb, total_steps - 1.0]
    if not all(start < end for start, end in pairwise([0, *ends])):
        raise ValueError(
            f"pct_start {pct_start} of total_steps {total_steps} leaves a phase without a step; "
            "give more steps, or another share."
        )
    return ends


def _start_below(optimizer: Optimizer, max_lr: float | Sequence[float], div_factor: float) -> None:
    groups = optimizer.param_groups
    peaks = list(max_lr) if isinstance(max_lr, Sequence) else [max_lr] * len(groups)
    if len(peaks) != len(groups):
        raise ValueError(f"max_lr has {len(peaks)} rates for {len(groups)} parameter groups.")
    for group, peak in zip(groups, peaks, strict=True):
        group["initial_lr"] = peak / div_factor


def _require_momentum(optimizer: Optimizer) -> None:
    if not all("betas" in group or "momentum" in group for group in optimizer.param_groups):
        raise ValueError(
            "cycle_momentum=True needs an optimizer with momentum or betas; this "
            f"{type(optimizer).__name__} has neither. Give cycle_momentum=False."
        )


def _set_momentum(group: dict, momentum: float) -> None:
    if "betas" in group:
        group["betas"] = (momentum, group["betas"][1])
    else:
        group["momentum"] = momentum
