"""What comes out of each layer of a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.inspection.one_pass import MISFITS, left_as_it_was, zeros_for
from course_lib.inspection.tables import as_html, as_text, sizes

HEADINGS = ("layer", "kind", "output shape")


@dataclass(frozen=True)
class LayerShape:
    """One call of one layer."""

    name: str
    kind: str
    output_shape: tuple[int, ...]


class ShapeTable(tuple[LayerShape, ...]):
    """The layers in the order they were called; shows itself as a table."""

    def __repr__(self) -> str:
        return as_text(HEADINGS, self._rows())

    def _repr_html_(self) -> str:
        return as_html(HEADINGS, self._rows())

    def _rows(self) -> list[tuple[str, str, str]]:
        return [(layer.name, layer.kind, sizes(layer.output_shape)) for layer in self]


def output_shapes(model: nn.Module, input_shape: tuple[int, ...]) -> ShapeTable:
    """Send zeros of `input_shape` (n, channels, height, width) through; note what each layer gives.

    A layer is a module that contains no other; one called twice is listed twice. What a
    `forward` computes without a module is not seen. The model is left as it was: evaluation
    mode for the one pass, no gradients, its own device and dtype.
    """
    found: list[LayerShape] = []
    with left_as_it_was(model), _noting(model, found), torch.no_grad():
        try:
            model(zeros_for(model, input_shape))
        except MISFITS as error:
            raise ValueError(_stopped(input_shape, found, error)) from error
    return ShapeTable(found)


@contextmanager
def _noting(model: nn.Module, found: list[LayerShape]) -> Iterator[None]:
    hooks = [
        module.register_forward_hook(_note(name, found))
        for name, module in model.named_modules()
        if not any(module.children())
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _note(name: str, found: list[LayerShape]):
    def hook(module: nn.Module, _inputs, output) -> None:
        first = output if isinstance(output, Tensor) else next(iter(output))
        kind = type(module).__name__
        found.append(LayerShape(name or kind, kind, tuple(first.shape)))

    return hook


def _stopped(shape: tuple[int, ...], found: list[LayerShape], error: Exception) -> str:
    last = f"after '{found[-1].name}' gave {found[-1].output_shape}" if found else "at the start"
    return f"input_shape {tuple(shape)} does not fit this network; it stopped {last}: {error}"
