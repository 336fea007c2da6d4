"""Which pixels along one axis the units of a layer see, and how windows change that.

The recurrence, for a window of kernel k, stride s, padding p and dilation d over a layer whose
units see `size` pixels and lie `jump` pixels apart:

    size' = size + d (k - 1) jump
    jump' = jump s
    start' = start + (d (k - 1) / 2 - p) jump

Source: Dumoulin & Visin 2016, arXiv:1603.07285 (windows); Araujo, Norris & Sim 2019, "Computing
receptive fields of convolutional neural networks", Distill (recurrence and branches).
"""

from dataclasses import dataclass


class NoRuleError(ValueError):
    """An operation whose receptive field is not known here."""


@dataclass(frozen=True)
class Axis:
    """Unit i sees the pixels `first` + i `jump` to `last` + i `jump`, both included.

    Padding counts as pixels: negative ones lie before the image. `jump` is 0 where all units
    see the same, as after a global pooling.
    """

    first: int = 0
    last: int = 0
    jump: int = 1

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    @property
    def start(self) -> float:
        """The center of what the first unit sees; pixel 0 has its center at 0."""
        return (self.first + self.last) / 2

    def through_window(self, kernel: int, stride: int, padding: int, dilation: int = 1) -> "Axis":
        before = padding * self.jump
        reach = dilation * (kernel - 1) * self.jump
        return Axis(self.first - before, self.last - before + reach, self.jump * stride)

    def whole(self, num_units: int) -> "Axis":
        """What all units see together."""
        return Axis(self.first, self.last + (num_units - 1) * self.jump, 0)


def joined(a: Axis, b: Axis, num_units: int) -> Axis:
    """The smallest range that holds what both paths see: of equally centered ones the larger."""
    if a.jump != b.jump:
        if a.jump and b.jump and num_units > 1:
            raise NoRuleError(f"paths with jumps of {a.jump} and {b.jump} pixels meet")
        a, b = a.whole(num_units), b.whole(num_units)
    return Axis(min(a.first, b.first), max(a.last, b.last), a.jump)
