"""A saw needs few nodes in a deep network and many in a shallow one. Does training find them?

Paper: Telgarsky 2016, "Benefits of depth in neural networks", arXiv:1602.04485, section 1 (the
saw; a shallow network has a node at least for each of its bends). Told in sharif_2024.
Differs from the paper: it trains nothing. The networks that are fitted here, and how, are ours.
Weights are drawn as torch draws them; Adam, all points at each step, a cosine schedule. Of several
learning rates, the same for all shapes, the one counts with which most networks found the saw; of
equals, the one whose luckiest network came nearest to the points. There is no noise in the points
and no test set: what is asked is whether the function is found.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.many_networks import ManyNetworks, fit_all
from course_lib.inspection import linear_pieces, sawtooth
from course_lib.inspection.linear_pieces import LinearPieces
from course_lib.inspection.shallow_sawtooth import shallow_sawtooth

FOUND = 1e-4  # mean squared error; the mean of the saw, as a constant, has 1/12
Draw = Callable[[Generator], ManyNetworks]
Points = Float[Tensor, " points"]


@dataclass(frozen=True)
class DepthOrWidth(Experiment):
    name: ClassVar[str] = "depth_or_width"
    question: ClassVar[str] = (
        "How many nodes does a saw need in a deep and in a shallow network, and does training "
        "find them?"
    )
    shares_work: ClassVar[bool] = False

    # No paper fits these networks: the settings are ours.
    most_tents: int = 6
    num_points: int = 513  # 2^9 + 1: each bend of up to 9 tents is one of them
    num_restarts: int = 256
    steps: int = 10_000
    learning_rates: tuple[float, ...] = (0.003, 0.01, 0.03)
    noise: float = 0.03  # of the weights that begin beside the solution

    def laptop(self) -> "DepthOrWidth":
        return replace(
            self, num_points=257, num_restarts=64, steps=2_000, learning_rates=(0.01, 0.03)
        )

    def quick(self) -> "DepthOrWidth":
        return replace(
            self,
            most_tents=2,
            num_points=65,
            num_restarts=8,
            steps=150,
            learning_rates=(0.03,),
        )

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{self.num_restarts} networks of each shape and rate, {self.steps:,} steps on "
            f"{self.num_points} points; the full run: 256, 10,000 and 513.",
        )

    def run(self, run: Run) -> Findings:
        exact = exact_nodes(self.most_tents)
        runs = {
            f"{shape}_{num_tents}": self._fitted(run, shape, num_tents)
            for num_tents in exact["tents"]
            for shape in SHAPES
        }
        found = {shape: _most_tents_found(runs, shape, exact["tents"]) for shape in SHAPES}
        return Findings({"exact": exact, "runs": runs, "most_tents_found": found})

    def _fitted(self, run: Run, shape: str, num_tents: int) -> dict:
        """Train networks of one shape at each rate; what the best rate found."""
        found = [
            run.step(
                f"{shape}_{num_tents}_at_{rate:g}",
                lambda _, rate=rate: self._at_rate(run, shape, num_tents, rate),
            )
            for rate in self.learning_rates
        ]
        shares = {f"{each['learning_rate']:g}": each["share_found"] for each in found}
        return best_rate(found) | {"share_found_by_rate": shares}

    def _at_rate(self, run: Run, shape: str, num_tents: int, rate: float) -> dict:
        generator = Generator().manual_seed(run.seed)
        model = SHAPES[shape](self, num_tents, generator).to(run.device)
        x, y = (part.to(run.device) for part in saw_points(num_tents, self.num_points))
        fit_all(model, x, y, rate, self.steps)
        return {"learning_rate": rate} | _measured(model, x, y)


def best_rate(found: list[dict]) -> dict:
    """What the rate measured with which the largest share of the networks found the saw.

    Of equal shares, the smaller best error. It does not come first: among networks that found the
    saw it is a rounding error, 1e-11 or 1e-16, and says nothing of the rate.
    """
    return max(found, key=lambda each: (each["share_found"], -each["best_error"]))


def widths(shape: str, num_tents: int) -> list[int]:
    """The hidden layers of each shape: 3 rectified nodes a tent, with the output 3n + 1 nodes.

    "saw" has the layers of `sawtooth`, "layers_of_3" can hold the same (2 of 3 nodes are enough
    for a tent), and "one_layer" has them all side by side.
    """
    shapes = {
        "saw": [2, 1] * num_tents,
        "layers_of_3": [3] * num_tents,
        "one_layer": [3 * num_tents],
    }
    return shapes[shape]


def saw_points(num_tents: int, num_points: int) -> tuple[Points, Points]:
    """Places from -1 to 1, about zero as networks like it, and the height of the saw there."""
    x = torch.linspace(-1, 1, num_points)
    with torch.no_grad():
        return x, solution(num_tents)(x[:, None])[:, 0]


def solution(num_tents: int) -> nn.Sequential:
    """`sawtooth`, for places from -1 to 1."""
    model = sawtooth(num_tents)
    first = model[0]
    first.bias.data += first.weight.data[:, 0] / 2
    first.weight.data /= 2
    return model


def exact_nodes(most_tents: int) -> dict:
    """Pieces and nodes of saws that are built, not trained: 2^n, 3n + 1 and 2^n + 1."""
    tents = list(range(1, most_tents + 1))
    deep, shallow = ([build(n) for n in tents] for build in (sawtooth, shallow_sawtooth))
    return {
        "tents": tents,
        "pieces": [len(_cut(model, 0)) for model in deep],
        "shallow_pieces": [len(_cut(model, 0)) for model in shallow],
        "deep_nodes": [_nodes(model) for model in deep],
        "shallow_nodes": [_nodes(model) for model in shallow],
    }


def _drawn(shape: str) -> Callable[[DepthOrWidth, int, Generator], ManyNetworks]:
    return lambda settings, num_tents, generator: ManyNetworks.drawn(
        settings.num_restarts, widths(shape, num_tents), generator
    )


def _beside(settings: DepthOrWidth, num_tents: int, generator: Generator) -> ManyNetworks:
    """The control: networks that begin near the weights that make the saw."""
    return ManyNetworks.beside(
        solution(num_tents), settings.num_restarts, settings.noise, generator
    )


SHAPES = {shape: _drawn(shape) for shape in ("saw", "layers_of_3", "one_layer")}
SHAPES["beside_the_saw"] = _beside


def _measured(model: ManyNetworks, x: Points, y: Points) -> dict:
    with torch.no_grad():
        errors = model.errors(x, y).tolist()
    pieces = [_cut(model.network(number), -1) for number in range(len(errors))]
    best = pieces[errors.index(min(errors))]
    first = model.network(0)
    return {
        "nodes": _nodes(first),
        "num_parameters": sum(parameter.numel() for parameter in first.parameters()),
        "constant_error": y.var(correction=0).item(),
        "best_error": min(errors),
        "median_error": median(errors),
        "share_found": sum(error < FOUND for error in errors) / len(errors),
        "best_pieces": len(best),
        "best_teeth": best.teeth,
        "median_pieces": median(map(len, pieces)),
        "most_pieces": max(map(len, pieces)),
    }


def _most_tents_found(runs: dict, shape: str, tents: list[int]) -> int:
    """Up to how many tents at least one network found the saw, without a gap."""
    found = [runs[f"{shape}_{num_tents}"]["share_found"] > 0 for num_tents in tents]
    return next((n for n, one in zip(tents, found, strict=True) if not one), len(tents) + 1) - 1


def _cut(model: nn.Module, start: int) -> LinearPieces:
    device = next(model.parameters()).device
    return linear_pieces(
        model, torch.full((1,), float(start), device=device), torch.ones(1, device=device)
    )


def _nodes(model: nn.Sequential) -> int:
    return sum(layer.out_features for layer in model if isinstance(layer, nn.Linear))
