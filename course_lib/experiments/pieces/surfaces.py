"""Named surfaces of two weights on which optimizers race; the least value of each is 0."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor
from torch.optim import Optimizer

FAR = 1e6  # a weight beyond it does not come back
STAY = 50  # steps


@dataclass(frozen=True)
class Surface:
    """A loss of the weights (x, y), and where the race begins."""

    loss: Callable[[Tensor, Tensor], Tensor]
    start: tuple[float, float]


def bowl(x: Tensor, y: Tensor) -> Tensor:
    """A valley along x: the curvature is 1 along it and 100 across. The least is at (0, 0)."""
    return (x**2 + 100 * y**2) / 2


def tilted_bowl(x: Tensor, y: Tensor) -> Tensor:
    """The same bowl turned by 45 degrees, so that its valley lies along neither weight.

    What gives each weight a step size of its own has an easy time in `bowl`, and not here.
    """
    return bowl((x + y) / math.sqrt(2), (x - y) / math.sqrt(2))


def rosenbrock(x: Tensor, y: Tensor) -> Tensor:
    """A curved, flat valley. The least is at (1, 1). Rosenbrock 1960, with his start."""
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def saddle(x: Tensor, y: Tensor) -> Tensor:
    """A pass at (0, 0), where the gradient is 0; it falls to the least at (0, 1) and (0, -1)."""
    return x**2 / 2 + (y**2 - 1) ** 2 / 4


def beale(x: Tensor, y: Tensor) -> Tensor:
    """A plain with steep walls. The least is at (3, 1/2). Beale 1958, with his start."""
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


SURFACES = {
    "bowl": Surface(bowl, (10.0, 1.0)),
    "tilted_bowl": Surface(tilted_bowl, (11 / math.sqrt(2), 9 / math.sqrt(2))),  # turned, too
    "rosenbrock": Surface(rosenbrock, (-1.2, 1.0)),
    "saddle": Surface(saddle, (1.7, 1e-3)),
    "beale": Surface(beale, (1.0, 1.0)),
}


@dataclass(frozen=True)
class Walk:
    """Where an optimizer was after 0, 1, 2, ... steps, and when it was at the goal to stay.

    Where the weights ran away the points stop before that, and `last_loss` is infinite.
    """

    points: tuple[tuple[float, float], ...]
    steps_to_goal: int | None
    last_loss: float

    @property
    def rank(self) -> tuple[float, float]:
        """Smaller is better: first those that arrive, the sooner the better; then the lower."""
        steps = math.inf if self.steps_to_goal is None else float(self.steps_to_goal)
        return steps, self.last_loss


def walk(
    surface: Surface, optimizer: Callable[[list[Tensor]], Optimizer], goal: float, num_steps: int
) -> Walk:
    """Go down until the loss stays at the goal, the steps are used up, or the weights run away.

    To stay is to be at most `goal` for `STAY` further steps: a large step may land there by luck.
    """
    weights = torch.tensor(surface.start, dtype=torch.float64, requires_grad=True)
    moves = optimizer([weights])
    points, arrived = [surface.start], None
    for step in range(num_steps + STAY + 1):
        if not _is_near(weights):
            return Walk(tuple(points[:-1]), None, math.inf)
        loss = surface.loss(*weights)
        if loss > goal:
            if step >= num_steps:
                break
            arrived = None
        elif arrived is None:
            arrived = step
        if arrived is not None and step == arrived + STAY:
            return Walk(tuple(points[: arrived + 1]), arrived, loss.item())
        moves.zero_grad()
        loss.backward()
        moves.step()
        points.append(tuple(weights.tolist()))
    return Walk(tuple(points[: num_steps + 1]), None, loss.item())


def _is_near(weights: Float64[Tensor, "2"]) -> bool:
    return bool((weights.detach().abs() < FAR).all())  # false for NaN, too
