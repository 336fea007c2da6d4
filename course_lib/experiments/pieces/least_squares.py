"""Gradient descent on least squares, exactly: where it stands after any number of steps.

With inputs A and targets Y the loss is mean |A W - Y|^2 / 2, its Hessian H = A^T A / n. Along each
eigenvector of H the distance to the best W shrinks by the same factor 1 - rate * eigenvalue in each
step, so a million steps cost no more than one. Source: Goh 2017, "Why momentum really works".
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

ROUNDING = 1e-12  # a smaller share of the largest eigenvalue is a zero


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The eigenvalues of H, the largest first, and the best W, in the eigenvectors' coordinates.

    Directions with an eigenvalue of zero are left out: the loss does not depend on them.
    `first_loss` is that of W = 0.
    """

    eigenvalues: Float64[Tensor, "k"]
    directions: Float64[Tensor, "d k"]
    best: Float64[Tensor, "k outputs"]
    first_loss: float

    @classmethod
    def of(
        cls, inputs: Float64[Tensor, "n d"], targets: Float64[Tensor, "n outputs"]
    ) -> "LeastSquares":
        """Least squares of these inputs; a bias is an input that is 1."""
        hessian = inputs.T @ inputs / len(inputs)
        eigenvalues, directions = torch.linalg.eigh(hessian)
        kept = eigenvalues > ROUNDING * eigenvalues[-1]
        eigenvalues, directions = eigenvalues[kept].flip(0), directions[:, kept].flip(1)
        slope = inputs.T @ targets / len(inputs)
        best = directions.T @ slope / eigenvalues[:, None]
        return cls(eigenvalues, directions, best, (targets.square().sum(1).mean() / 2).item())

    @property
    def condition_number(self) -> float:
        """The largest curvature over the smallest one that is not zero."""
        return (self.eigenvalues[0] / self.eigenvalues[-1]).item()

    @property
    def textbook_rate(self) -> float:
        """2 / (largest + smallest eigenvalue): the best where nothing is known of the start."""
        return (2 / (self.eigenvalues[0] + self.eigenvalues[-1])).item()

    def excess(self, rate: float, steps: int) -> float:
        """How far the loss is above its least value, after so many steps from W = 0."""
        left = (1 - rate * self.eigenvalues) ** (2 * steps)
        return (left * self._excess_by_direction()).sum().item()

    def steps_to(self, share: float, rate: float) -> int:
        """The first step after which at most this share of the first excess is left.

        `rate` must be less than 2 / the largest eigenvalue, so that the loss falls in each step.
        """
        if not 0 < rate * self.eigenvalues[0] < 2:
            raise ValueError(
                f"rate is {rate:g}; gradient descent converges below {2 / self.eigenvalues[0]:g}."
            )
        wanted = share * self.excess(rate, 0)
        enough = 1
        while self.excess(rate, enough) > wanted:
            enough *= 2
        too_few = enough // 2
        while enough - too_few > 1:
            middle = (too_few + enough) // 2
            if self.excess(rate, middle) > wanted:
                too_few = middle
            else:
                enough = middle
        return enough

    def best_rate(self, share: float, num_rates: int = 200) -> float:
        """The rate that gets there in the fewest steps, of evenly spaced ones below the limit."""
        limit = (2 / self.eigenvalues[0]).item()
        rates = [limit * tried / (num_rates + 1) for tried in range(1, num_rates + 1)]
        return min(rates, key=lambda rate: self.steps_to(share, rate))

    def weights(self, rate: float, steps: int) -> Float64[Tensor, "d outputs"]:
        """W after so many steps from 0."""
        moved = 1 - (1 - rate * self.eigenvalues) ** steps
        return self.directions @ (moved[:, None] * self.best)

    def _excess_by_direction(self) -> Float64[Tensor, "k"]:
        return self.eigenvalues * self.best.square().sum(1) / 2
