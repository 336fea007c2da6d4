"""What centering and normalizing the pixels does to gradient descent.

Paper: none has this run. It checks what sharif_2024 says: inputs of different ranges make a problem
badly conditioned, and where all inputs of a unit are positive, the gradients of its weights have
one sign, so that its path is a zig-zag. LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp",
section 4.3, is where that comes from.
Differs from the paper: no network is trained. The pictures are real, their pixels averaged in
blocks so that the Hessian can be taken apart exactly; the loss is that of least squares with a
bias, with one output per class. Raw pixels go from 0 to 1; centered ones have their mean
subtracted, each its own; normalized ones are then divided by their deviation. Gradient descent
takes all pictures in each step; its rate is the one of 200 that needs the fewest steps.

Weights start at 0, and the bias at the mean target, which is best for weights of 0. So all three
have the same first loss, and the same least one. Of inputs whose mean is 0 this bias stays the best
whatever the weights are: it is not learned, and the Hessian is that of the pixels alone. Of raw
pixels it depends on the weights, so it is learned with them, as the weight of an input that is 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from jaxtyping import Float64, Int64
from torch import Generator, Tensor
from torch.nn import functional as F

from course_lib.data import load, split_off
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.least_squares import LeastSquares

NUM_CLASSES = 10
POWERS = 21  # the loss is kept after 0, 1, 2, 4, ... steps, about a million at the end
PATH_STEPS = 60
# A path is shown of a unit that looks for this class: ships and sevens are bright above alone.
CLASS_OF_PATH = {"cifar10": 8, "mnist": 7, "mnist_5k": 7}

Inputs = Float64[Tensor, "n d"]
Targets = Float64[Tensor, "n outputs"]


def raw(pixels: Inputs) -> Inputs:
    """As they are."""
    return pixels


def centered(pixels: Inputs) -> Inputs:
    """Each input minus its mean over the pictures."""
    return pixels - pixels.mean(0)


def normalized(pixels: Inputs) -> Inputs:
    """Centered, and divided by the deviation of each input."""
    return centered(pixels) / pixels.std(0, correction=0)


PREPARATIONS: tuple[Callable[[Inputs], Inputs], ...] = (raw, centered, normalized)


@dataclass(frozen=True)
class Centering(Experiment):
    """`share`: how much of the first loss, above the least one, may be left at the goal."""

    name: ClassVar[str] = "centering"
    question: ClassVar[str] = "What do centered pixels change in the path of gradient descent?"
    shares_work: ClassVar[bool] = False

    data: tuple[str, ...] = ("cifar10", "mnist")
    num_images: int = 10_000
    block: int = 4  # pixels; an input is the mean of a square of these
    share: float = 0.01
    batch_sizes: tuple[int, ...] = (1, 8, 64, 512)
    num_batches: int = 200

    def quick(self) -> "Centering":
        return replace(self, data=("mnist_5k",), num_images=1_000, num_batches=20)

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{self.num_images:,} pictures each of {' and '.join(self.data)}, averaged over "
            f"{self.block}x{self.block} pixels; computed exactly, nothing is trained.",
        )

    def run(self, run: Run) -> Findings:
        sets = {
            name: run.step(name, lambda _, name=name: self.measure(name, run)) for name in self.data
        }
        for found in sets.values():
            del found["seconds"]  # another run of the same seed gives the same record
        return Findings({"sets": sets})

    def measure(self, name: str, run: Run) -> dict:
        """All there is to know of one set of pictures, for each preparation."""
        pixels, halves, labels = read_pixels(name, self.num_images, self.block, run)
        targets = F.one_hot(labels, NUM_CLASSES).double()
        wanted = targets[:, CLASS_OF_PATH[name]][:, None]
        found = {
            prepare.__name__: {
                "descent": self.descend(problem_of(prepare, pixels, targets)),
                "one_sign": self.shares_of_one_sign(prepare(pixels), targets, run.seed),
                "path": self.path(problem_of(prepare, halves, wanted)),
            }
            for prepare in PREPARATIONS
        }
        return {"num_inputs": pixels.shape[1], "preparations": found}

    def descend(self, problem: LeastSquares) -> dict:
        """The Hessian, the steps to the goal, and the share of the loss left on the way."""
        rate = problem.best_rate(self.share)
        first = problem.excess(rate, 0)
        return {
            "largest_eigenvalue": _short(problem.eigenvalues[0]),
            "smallest_eigenvalue": _short(problem.eigenvalues[-1]),
            "condition_number": _short(problem.condition_number),
            "first_loss": _short(problem.first_loss),
            "least_loss": _short(problem.first_loss - first),
            "rate": _short(rate),
            "steps": problem.steps_to(self.share, rate),
            "steps_at_textbook_rate": problem.steps_to(self.share, problem.textbook_rate),
            "left_after_powers_of_two": [1.0]
            + [_short(problem.excess(rate, 2**power) / first) for power in range(POWERS)],
        }

    def shares_of_one_sign(self, inputs: Inputs, targets: Targets, seed: int) -> dict:
        """For each batch size, the mean share of a unit's weights whose gradients agree in sign.

        At the first step of a softmax layer whose weights are 0, so each class gets 1/10.
        """
        draw = Generator().manual_seed(seed)
        errors = 1 / NUM_CLASSES - targets
        found = {}
        for size in self.batch_sizes:
            total = 0.0
            for _ in range(self.num_batches):
                batch = torch.randperm(len(inputs), generator=draw)[:size].to(inputs.device)
                total += share_of_one_sign(inputs[batch].T @ errors[batch])
            found[str(size)] = _short(total / self.num_batches)
        return found

    def path(self, problem: LeastSquares) -> dict:
        """The two weights of a unit with two inputs, step by step, at most the first 60.

        `detour` is of the whole path, from 0 until the goal is reached.
        """
        rate = problem.best_rate(self.share)
        steps = problem.steps_to(self.share, rate)
        points = [problem.weights(rate, step)[:2, 0] for step in range(steps + 1)]
        shown = points[: PATH_STEPS + 1]
        return {
            "rate": _short(rate),
            "steps": steps,
            "best": [_short(weight) for weight in (problem.directions @ problem.best)[:2, 0]],
            "above": [_short(above) for above, _ in shown],
            "below": [_short(below) for _, below in shown],
            "detour": _short(detour(torch.stack(points))),
        }


def read_pixels(
    name: str, num_images: int, block: int, run: Run
) -> tuple[Inputs, Float64[Tensor, "n 2"], Int64[Tensor, "n"]]:
    """Means over blocks of pixels, from 0 to 1; means of the upper and lower half; labels.

    Blocks that are the same in all pictures (a digit's corners) are left out: they say nothing,
    and have no deviation to be divided by.
    """
    images, labels = load(name, "train")
    if num_images < len(labels):
        _, (images, labels) = split_off(images, labels, num_images, run.seed)
    images = images.to(run.device).double() / 255
    blocks = F.avg_pool2d(images, block).flatten(1)
    middle = images.shape[2] // 2
    halves = torch.stack(
        [half.mean((1, 2, 3)) for half in (images[:, :, :middle], images[:, :, middle:])], 1
    )
    return blocks[:, blocks.std(0) > 0], halves, labels.to(run.device)


def problem_of(
    prepare: Callable[[Inputs], Inputs], pixels: Inputs, targets: Targets
) -> LeastSquares:
    """What gradient descent has to find: how far the weights, and the bias, are to go.

    Subtracting the mean target from the targets is starting the bias there.
    """
    inputs = prepare(pixels)
    if prepare is raw:  # the others have means of 0, and so no gradient for the bias, ever
        inputs = with_bias(inputs)
    return LeastSquares.of(inputs, centered(targets))


def with_bias(inputs: Inputs) -> Float64[Tensor, "n more"]:
    """One more input, which is 1."""
    return torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)


def share_of_one_sign(gradients: Float64[Tensor, "d units"]) -> float:
    """How much of a unit's gradient has its more frequent sign: 1 is all of it, 1/2 is a draw.

    Weights without a gradient (their input is 0) do not count; units without any do not either.
    """
    positive, negative = (gradients > 0).sum(0), (gradients < 0).sum(0)
    counted = positive + negative
    shares = torch.maximum(positive, negative) / counted
    return shares[counted > 0].mean().item()


def detour(points: Float64[Tensor, "steps 2"]) -> float:
    """The length of a path over the distance between its ends: 1 is straight."""
    walked = points.diff(dim=0).norm(dim=1).sum()
    return (walked / (points[-1] - points[0]).norm()).item()


def _short(value: float | Tensor) -> float:
    return float(f"{float(value):.4g}")
