"""Rectified units that are never on: no gradient reaches them, so they stay as they are."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from course_lib.inspection.one_pass import left_as_it_was, run, to_the_model
from course_lib.inspection.rectifiers import rectified
from course_lib.inspection.running_layer import RunningLayers, named_layers, running_layers
from course_lib.inspection.tables import as_html, as_text

HEADINGS = ("rectifier", "units", "dead", "share that is off")


@dataclass(frozen=True)
class DeadUnits:
    """The units of one rectifier. In a map all places belong to one unit, its channel.

    `off` is the share of zeros among all that the rectifier gave.
    """

    name: str
    units: int
    dead: int
    off: float


class DeadUnitTable(tuple[DeadUnits, ...]):
    """The rectifiers in the order in which they ran; shows itself as a table."""

    @property
    def share(self) -> float:
        """The share of dead units in the whole network."""
        return sum(row.dead for row in self) / sum(row.units for row in self)

    def __repr__(self) -> str:
        return as_text(HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._rows())

    def _rows(self) -> list[tuple]:
        return [(row.name, row.units, row.dead, float(f"{row.off:.3g}")) for row in self]


def dead_units(model: nn.Module, images: Float[Tensor, "n ..."]) -> DeadUnitTable:
    """Count, behind each ReLU, the units that none of the images turns on: give it many.

    A rectifier that is no module is named after the layer whose output it takes. The model
    runs in evaluation mode and is left as it was. Raises ValueError where nothing is rectified.
    """
    with left_as_it_was(model), torch.no_grad(), running_layers(model) as running:
        watch = _RectifierWatch(model, running)
        with watch:
            run(model, to_the_model(model, images))
    if not watch.found:
        raise ValueError("model has no rectifier: nothing in it computes max(0, x).")
    return DeadUnitTable(watch.found)


class _RectifierWatch(TorchDispatchMode):
    def __init__(self, model: nn.Module, running: RunningLayers):
        super().__init__()
        self.layers, self.running = named_layers(model), running
        self.found: list[DeadUnits] = []

    def __torch_dispatch__(self, operation, _types, arguments=(), options=None):
        before = rectified(operation, arguments)
        if before is not None and before.ndim > 1:
            on = before > 0
            unit_is_on = on.transpose(0, 1).flatten(1).any(dim=1)
            self.found.append(
                DeadUnits(
                    name=self._name(),
                    units=len(unit_is_on),
                    dead=int((~unit_is_on).sum()),
                    off=1 - on.double().mean().item(),
                )
            )
        return operation(*arguments, **(options or {}))

    def _name(self) -> str:
        innermost = self.running.innermost
        is_module = isinstance(self.layers[innermost], nn.ReLU)
        return innermost if is_module else f"after {self.running.finished}"
