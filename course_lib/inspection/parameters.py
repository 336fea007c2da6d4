"""How many numbers a network learns, exactly, layer by layer."""

from dataclasses import dataclass

from torch import nn

from course_lib.inspection.tables import as_html, as_text, sizes


@dataclass(frozen=True)
class LayerParameters:
    """The parameters that one module owns itself."""

    name: str
    kind: str
    shapes: dict[str, tuple[int, ...]]
    trainable: int
    fixed: int


class ParameterCount(int):
    """An int, the sum over `layers`, that shows itself in a notebook as a table."""

    layers: tuple[LayerParameters, ...]

    def __new__(cls, layers: tuple[LayerParameters, ...]):
        count = super().__new__(cls, sum(layer.trainable + layer.fixed for layer in layers))
        count.layers = layers
        return count

    @property
    def total(self) -> int:
        return int(self)

    @property
    def trainable(self) -> int:
        return sum(layer.trainable for layer in self.layers)

    @property
    def fixed(self) -> int:
        return sum(layer.fixed for layer in self.layers)

    __str__ = int.__repr__

    def __repr__(self) -> str:
        return as_text(*self._table())

    def _repr_html_(self) -> str:
        return as_html(*self._table())

    def _table(self):
        """Headings and rows; the column of fixed parameters only where there are some."""
        rows = [
            (layer.name, layer.kind, _shapes(layer), layer.trainable, layer.fixed)
            for layer in self.layers
        ]
        rows.append(("together", "", "", self.trainable, self.fixed))
        headings = ("layer", "kind", "parameters", "trainable", "fixed")
        if self.fixed:
            return headings, rows
        return (*headings[:3], "number"), [row[:4] for row in rows]


def count_parameters(model: nn.Module) -> ParameterCount:
    """Count the parameters, each once, even where two layers share it.

    Trainable ones and fixed ones (`requires_grad=False`) are told apart. Buffers, such as
    the running mean of a batch normalization, are no parameters and are not counted.
    """
    seen: set[int] = set()
    layers = []
    for name, module in model.named_modules():
        own = {
            key: parameter
            for key, parameter in module.named_parameters(recurse=False)
            if id(parameter) not in seen
        }
        seen.update(map(id, own.values()))
        if own:
            layers.append(_layer(name or type(module).__name__, module, own))
    return ParameterCount(tuple(layers))


def _layer(name: str, module: nn.Module, own: dict[str, nn.Parameter]) -> LayerParameters:
    for key, parameter in own.items():
        if isinstance(parameter, nn.parameter.UninitializedParameter):
            raise ValueError(
                f"model has the lazy parameter '{name}.{key}', which has no size yet; "
                "send one batch through the model first."
            )
    return LayerParameters(
        name=name,
        kind=type(module).__name__,
        shapes={key: tuple(parameter.shape) for key, parameter in own.items()},
        trainable=sum(p.numel() for p in own.values() if p.requires_grad),
        fixed=sum(p.numel() for p in own.values() if not p.requires_grad),
    )


def _shapes(layer: LayerParameters) -> str:
    return ", ".join(f"{key} {sizes(shape)}" for key, shape in layer.shapes.items())
