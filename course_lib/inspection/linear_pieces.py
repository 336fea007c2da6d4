"""Count the straight pieces of a network of rectifiers along a line, exactly.

Between two kinks every number in such a network is a straight function of the place on the
line. So the kinks of the first rectifiers are found by interpolating what enters them between
the ends, those of the second between the kinks of the first, and so on: no grid, no search.
Source: Montufar, Pascanu, Cho & Bengio 2014, arXiv:1402.1869 (regions of equal pattern);
Telgarsky 2016, arXiv:1602.04485 (the sawtooth, see `sawtooth.py`).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib.inspection.one_pass import left_as_it_was, run, zeros_for
from course_lib.inspection.rectifiers import rectified

SAME_PLACE = 1e-11  # kinks this near, on a line from 0 to 1, differ by rounding
SAME_SLOPE = 1e-7  # slopes this near, as a part of the steepest, differ by rounding
STRAIGHT = 1e-9  # as a part of the largest output: how far from straight rounding may lead


@dataclass(frozen=True)
class LinearPieces:
    """A network along a line: straight between one of `ends` and the next.

    `ends` run from 0, the start of the line, to 1, its end; `values` are the outputs there.
    `regions` counts the parts of the line in which the same rectifiers are on; there are at
    least as many as pieces, since the outputs need not bend where a rectifier does.
    """

    ends: Float64[Tensor, " ends"]
    values: Float64[Tensor, "ends outputs"]
    regions: int

    def __len__(self) -> int:
        """The number of pieces."""
        return len(self.ends) - 1

    @property
    def slopes(self) -> Float64[Tensor, "pieces outputs"]:
        """How fast the outputs change along each piece, per length of the whole line."""
        return self.values.diff(dim=0) / self.ends.diff()[:, None]

    @property
    def teeth(self) -> int:
        """How often the first output rises and then falls."""
        signs = self.slopes[:, 0].sign()
        signs = signs[signs != 0]
        return int(((signs[:-1] > 0) & (signs[1:] < 0)).sum())


def linear_pieces(
    model: nn.Module, start: Float[Tensor, "*shape"], end: Float[Tensor, "*shape"]
) -> LinearPieces:
    """Cut the line from `start` to `end`, two inputs without a batch, where the outputs bend.

    For networks of linear layers (convolutions, means, sums, normalization) and max(0, x), in
    evaluation mode and float64. Raises ValueError where something else bends the line, such
    as tanh or a max pooling.
    """
    line = _Line(model, start, end)
    with left_as_it_was(model), torch.no_grad():
        ends, number = line.start.new_tensor([0.0, 1.0]), 0
        while (before := line.rectifier(number, ends)) is not None:
            ends = _with_crossings(ends, before)
            number += 1
        values = line.outputs(ends)
        _check_straight(values, line.outputs((ends[1:] + ends[:-1]) / 2))
    regions = len(ends) - 1
    bends = _where_slopes_change(ends, values)
    return LinearPieces(ends[bends], values[bends], regions)


class _Line:
    def __init__(self, model: nn.Module, start: Tensor, end: Tensor):
        tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
        self.tensors = {k: t.double() if t.is_floating_point() else t for k, t in tensors.items()}
        exact = {"device": zeros_for(model, ()).device, "dtype": torch.float64}
        self.model, self.start, self.end = model, start.to(**exact), end.to(**exact)

    def outputs(self, places: Float64[Tensor, " places"]) -> Float64[Tensor, "places outputs"]:
        inputs = self.start + places.view(-1, *[1] * self.start.ndim) * (self.end - self.start)
        output = run(lambda x: torch.func.functional_call(self.model, self.tensors, (x,)), inputs)
        return output.reshape(len(places), -1)

    def rectifier(self, number: int, places: Tensor) -> Float64[Tensor, "places units"] | None:
        """What enters the rectifier that runs after `number` others; None if there is none."""
        with _RectifierInput(number) as catch:
            self.outputs(places)
        return catch.found if catch.found is None else catch.found.reshape(len(places), -1)


class _RectifierInput(TorchDispatchMode):
    def __init__(self, number: int):
        super().__init__()
        self.countdown, self.found = number, None

    def __torch_dispatch__(self, operation, _types, arguments=(), options=None):
        before = rectified(operation, arguments)
        if before is not None:
            if self.countdown == 0:
                self.found = before.clone()
            self.countdown -= 1
        return operation(*arguments, **(options or {}))


def _with_crossings(ends: Tensor, before: Float64[Tensor, "ends units"]) -> Tensor:
    """Add the places where what enters a rectifier goes through zero between two ends."""
    left, right = before[:-1], before[1:]
    crosses = left * right < 0
    share = left[crosses] / (left - right)[crosses]
    place = ends[:-1, None].expand_as(left)[crosses]
    width = ends.diff()[:, None].expand_as(left)[crosses]
    places = torch.cat([ends[:-1], place + share * width]).sort().values
    places = places[places < 1 - SAME_PLACE]
    apart = torch.cat([places.new_tensor([1.0]), places.diff()]) > SAME_PLACE
    return torch.cat([places[apart], ends[-1:]])


def _where_slopes_change(ends: Tensor, values: Tensor) -> Tensor:
    """Which ends to keep: the first, the last, and those at which any output bends."""
    slopes = values.diff(dim=0) / ends.diff()[:, None]
    bends = (slopes.diff(dim=0).abs() > SAME_SLOPE * slopes.abs().max()).any(dim=1)
    always = bends.new_tensor([True])
    return torch.cat([always, bends, always])


def _check_straight(values: Tensor, middles: Tensor) -> None:
    off = (middles - (values[1:] + values[:-1]) / 2).abs().max()
    if off > STRAIGHT * values.abs().max():
        raise ValueError(
            f"model bends between the kinks of its rectifiers, by {off:.2g}: something in it is "
            "neither linear nor max(0, x), such as tanh or a max pooling."
        )
