"""How much of the image a layer sees, found out by trying."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from course_lib.inspection.layer_names import find_layer
from course_lib.inspection.one_pass import left_as_it_was, run, zeros_for


@dataclass(frozen=True)
class MeasuredField:
    """The rows and the columns of pixels, first and last, that one unit sees."""

    unit: tuple[int, int]
    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        return self.rows[1] - self.rows[0] + 1, self.columns[1] - self.columns[0] + 1


def measured_receptive_field(
    model: nn.Module,
    input_shape: tuple[int, ...],
    layer: str,
    unit: tuple[int, int] | None = None,
) -> MeasuredField:
    """Find the pixels that reach one unit of `layer`, (row, column), the middle one unless given.

    Pixels are set to not-a-number, and the unit is looked at: what is computed from one is one.
    Halving finds the first and the last that reach it. A gradient would not do: it is zero
    behind a rectifier that is off, and for all pixels that lose a max pooling. Windows end at
    the edge of the image, so give an `input_shape` that is larger than the field.

    For any network that holds numbers, in evaluation mode. Raises ValueError for an unknown
    layer, a unit that is not there or does not see the image, and a network that makes
    not-a-numbers out of zeros.
    """
    images = zeros_for(model, (1, *input_shape[1:]))
    if images.ndim != 4 or images.is_meta:
        raise ValueError(
            f"input_shape {tuple(input_shape)} must be (n, channels, height, width), and the "
            f"model must hold numbers; it is on the device '{images.device}'."
        )

    def reached(axis: int, pixels: slice) -> Tensor:
        """Which places of the layer see any of these rows (axis 0) or columns (axis 1)."""
        poisoned = images.clone()
        poisoned.movedim(2 + axis, 0)[pixels] = torch.nan
        run(model, poisoned)
        return _places_of_nan(last_output[0])

    with (
        left_as_it_was(model),
        torch.no_grad(),
        _plain_kernels(),
        _noting_output(find_layer(model, layer)) as last_output,
    ):
        unit = _checked(unit, reached(0, slice(0)))
        height, width = images.shape[2:]
        rows = _ends(height, lambda pixels: bool(reached(0, pixels)[unit]))
        columns = _ends(width, lambda pixels: bool(reached(1, pixels)[unit]))
    return MeasuredField(unit, rows, columns)


def _ends(num_pixels: int, reach: Callable[[slice], bool]) -> tuple[int, int]:
    """The first and the last pixel that reach. Of more pixels from one side, more do."""
    first = bisect_left(range(num_pixels), True, key=lambda k: reach(slice(0, k + 1)))
    if first == num_pixels:
        raise ValueError("layer does not see the image: no pixel reaches the unit.")
    behind = bisect_left(range(num_pixels), True, key=lambda k: reach(slice(~k, None)))
    return first, num_pixels - 1 - behind


def _checked(unit: tuple[int, int] | None, without_poison: Tensor) -> tuple[int, int]:
    if without_poison.any():
        raise ValueError("model gives not-a-numbers for an image of zeros; look at its weights.")
    height, width = without_poison.shape
    if unit is None:
        return height // 2, width // 2
    if not (0 <= unit[0] < height and 0 <= unit[1] < width):
        raise ValueError(f"unit {unit} is not there: the layer has {height} x {width} units.")
    return unit


def _places_of_nan(output: Tensor) -> Tensor:
    """One truth for each place of the map, or one for all features together."""
    found = output[0].isnan()
    return found.any(dim=0) if output.ndim == 4 else found.any().view(1, 1)


@contextmanager
def _noting_output(module: nn.Module) -> Iterator[list[Tensor]]:
    """A list of one: what the module gave in its last call."""
    noted: list[Tensor] = [torch.empty(0)]

    def note(_module, _inputs, output) -> None:
        noted[0] = output if isinstance(output, Tensor) else next(iter(output))

    hook = module.register_forward_hook(note)
    try:
        yield noted
    finally:
        hook.remove()


@contextmanager
def _plain_kernels() -> Iterator[None]:
    """Fast convolutions (Winograd, Fourier) mix neighboring windows; one would poison others."""
    with torch.backends.cudnn.flags(enabled=False), torch.backends.nnpack.flags(enabled=False):
        yield
