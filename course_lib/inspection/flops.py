"""How much a network computes for one batch, layer by layer."""

from collections import Counter
from dataclasses import dataclass

import torch
from torch import nn

from course_lib.inspection.one_pass import left_as_it_was, run, zeros_for
from course_lib.inspection.running_layer import named_layers, running_layers
from course_lib.inspection.tables import as_html, as_text


@dataclass(frozen=True)
class LayerFlops:
    """What one module computes itself, in all its calls, its children apart."""

    name: str
    kind: str
    flops: int

    @property
    def multiply_adds(self) -> int:
        return self.flops // 2


class FlopCount(int):
    """An int, the sum over `layers`, that shows itself in a notebook as a table."""

    layers: tuple[LayerFlops, ...]

    def __new__(cls, layers: tuple[LayerFlops, ...]):
        count = super().__new__(cls, sum(layer.flops for layer in layers))
        count.layers = layers
        return count

    @property
    def multiply_adds(self) -> int:
        """Half of the operations: what papers often call FLOPs."""
        return int(self) // 2

    __str__ = int.__repr__

    def __repr__(self) -> str:
        return as_text(*self._table())

    def _repr_html_(self) -> str:
        return as_html(*self._table())

    def _table(self):
        rows = [(layer.name, layer.kind, layer.multiply_adds, layer.flops) for layer in self.layers]
        rows.append(("together", "", self.multiply_adds, int(self)))
        return ("layer", "kind", "multiply-adds", "FLOPs"), rows


def count_flops(model: nn.Module, input_shape: tuple[int, ...]) -> FlopCount:
    """Count the operations of one forward pass; `input_shape` is (n, channels, height, width).

    For one image n is 1. Counted are the multiplications and additions of convolutions and
    matrix products, two for each multiply-add: papers that say FLOPs often mean multiply-adds,
    which are half. Not counted are biases, activations, normalization, pooling and other sums.

    The model runs where it is, in evaluation mode; on the meta device that takes no time and
    no memory: `with torch.device("meta"): model = build()`. Raises ValueError for a size that
    does not fit.
    """
    # Imported here: it brings Triton, which takes longer than all of this part.
    from torch.utils.flop_counter import FlopCounterMode

    counter, own = FlopCounterMode(display=False), Counter()

    def note(name: str) -> None:
        own[name] += counter.get_total_flops() - own.total()

    with left_as_it_was(model), torch.no_grad(), counter, running_layers(model, note):
        run(model, zeros_for(model, input_shape))
    kinds = {name: type(module).__name__ for name, module in named_layers(model).items()}
    return FlopCount(tuple(LayerFlops(n, kinds[n], flops) for n, flops in own.items() if flops))
