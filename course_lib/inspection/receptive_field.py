"""How much of the image each layer of a network sees, worked out from its windows."""

from dataclasses import dataclass

import torch
from torch import nn

from course_lib.inspection.field_follower import FieldFollower, noting_layers
from course_lib.inspection.field_rules import Field
from course_lib.inspection.fields import NoRuleError
from course_lib.inspection.layer_names import unknown_layer
from course_lib.inspection.one_pass import left_as_it_was, run, zeros_for
from course_lib.inspection.tables import as_html, as_text

HEADINGS = ("layer", "kind", "size", "jump", "start")


@dataclass(frozen=True)
class LayerField:
    """What the units of one layer see, in pixels, along rows and columns.

    `size` is the side of the window that one unit sees, `jump` the distance between the windows
    of neighbors (0 where all see the same), `start` the center of the first unit's window,
    counted from the center of the first pixel. Padding counts as pixels.
    """

    name: str
    kind: str
    size: tuple[int, int]
    jump: tuple[int, int]
    start: tuple[float, float]


class ReceptiveFields(tuple[LayerField, ...]):
    """A row for each layer, in the order in which they finish; shows itself as a table."""

    def of(self, name: str) -> LayerField:
        """The field of a layer by its name; of one called more than once, in its last call."""
        found = [layer for layer in self if layer.name == name]
        if not found:
            raise unknown_layer(name, [layer.name for layer in self])
        return found[-1]

    def __repr__(self) -> str:
        return as_text(HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._rows())

    def _rows(self) -> list[tuple]:
        return [(f.name, f.kind, _side(f.size), _side(f.jump), _side(f.start)) for f in self]


def receptive_field(model: nn.Module, input_shape: tuple[int, ...]) -> ReceptiveFields:
    """Work out what each layer sees of images of `input_shape`, (n, channels, height, width).

    Layers are all modules, blocks too. The recurrence of `fields.py` follows every operation
    of one pass, in evaluation mode. Where paths meet, the result is the smallest window that
    holds what each sees; of equally centered paths that is the largest. A window may be larger
    than the image, since padding is part of it. A flattened layer counts as seeing all, as
    what comes after it does.

    Raises ValueError for operations that have no rule, such as a transposed convolution;
    `measured_receptive_field` needs none. The model may be on the meta device.
    """
    images = zeros_for(model, input_shape)
    if images.ndim != 4:
        raise ValueError(
            f"input_shape {tuple(input_shape)} must be four numbers, (n, channels, height, width)."
        )
    follower = FieldFollower(images)
    with left_as_it_was(model), torch.no_grad(), noting_layers(model, follower), follower:
        run(model, images)
    return ReceptiveFields(_row(*found) for found in follower.found)


def _row(name: str, kind: str, field: Field | NoRuleError) -> LayerField:
    if isinstance(field, NoRuleError):
        raise ValueError(
            f"the receptive field of layer '{name}' is not known: {field}. "
            f"Try measured_receptive_field(model, input_shape, '{name}')."
        )
    rows, columns = field
    return LayerField(
        name=name or kind,
        kind=kind,
        size=(rows.size, columns.size),
        jump=(rows.jump, columns.jump),
        start=(rows.start, columns.start),
    )


def _side(pair: tuple[int, int] | tuple[float, float]) -> int | float | str:
    """One number where rows and columns agree."""
    return pair[0] if pair[0] == pair[1] else f"{pair[0]:g} × {pair[1]:g}"
