"""How the numbers in each layer are spread: whether they shrink, grow or saturate with depth."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.inspection.one_pass import left_as_it_was, run, to_the_model
from course_lib.inspection.tables import as_html, as_text

HEADINGS = ("layer", "kind", "mean", "deviation", "zeros")


@dataclass(frozen=True)
class LayerStatistics:
    """Mean, standard deviation and share of zeros of all that one call of one layer gave."""

    name: str
    kind: str
    mean: float
    deviation: float
    zeros: float


class ActivationStatistics(tuple[LayerStatistics, ...]):
    """The layers in the order they were called; shows itself as a table."""

    def __repr__(self) -> str:
        return as_text(HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._rows())

    def _rows(self) -> list[tuple]:
        return [(s.name, s.kind, *map(_short, (s.mean, s.deviation, s.zeros))) for s in self]


def activation_statistics(
    model: nn.Module, images: Float[Tensor, "n ..."], training: bool = False
) -> ActivationStatistics:
    """Send images through, and describe what comes out of each layer.

    A layer is a module that contains no other. `training=True` normalizes and drops out as in
    training; the model is left as it was all the same.
    """
    found: list[LayerStatistics] = []
    hooks = [
        module.register_forward_hook(_describing(name, found))
        for name, module in model.named_modules()
        if not any(module.children())
    ]
    try:
        with left_as_it_was(model, training), torch.no_grad():
            run(model, to_the_model(model, images))
    finally:
        for hook in hooks:
            hook.remove()
    return ActivationStatistics(found)


def _describing(name: str, found: list[LayerStatistics]):
    def hook(module: nn.Module, _inputs, output) -> None:
        values = output if isinstance(output, Tensor) else next(iter(output))
        kind = type(module).__name__
        spread = values.double()
        found.append(
            LayerStatistics(
                name=name or kind,
                kind=kind,
                mean=spread.mean().item(),
                deviation=spread.std(correction=0).item(),
                zeros=(values == 0).double().mean().item(),
            )
        )

    return hook


def _short(value: float) -> float:
    return float(f"{value:.3g}")
