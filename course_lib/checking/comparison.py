"""Compare a student's value with the expected one, and say what differs in words.

Values are what `calling.call` gives: a tensor, a number, None, or a tuple of these.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Comparison:
    equal: bool
    message: str = ""  # what differs, where, by how much; "" when nothing does


SAME = Comparison(True)


def compare(
    value: Any, expected: Any, tolerance: float = 1e-9, names: Sequence[str] = ("the output",)
) -> Comparison:
    """Equal in form, dtype and value? `tolerance` is per unit of the largest expected number.

    `names` are what the message calls the values, one for each of an expected tuple.
    """
    if value is None:
        return Comparison(False, "it returns None. Does it end with a `return`?")
    if isinstance(expected, tuple):
        return _compare_several(value, expected, tolerance, names)
    if isinstance(value, tuple):
        return Comparison(False, f"it returns {len(value)} values, expected one: {names[0]}.")
    return _compare_one(value, expected, tolerance, names[0])


def _compare_several(value, expected: tuple, tolerance: float, names: Sequence[str]) -> Comparison:
    # Sizes in a tensor are sizes; they are counted before the tensor is taken apart.
    are_sizes = (
        isinstance(value, Tensor) and value.ndim == 1 and not isinstance(expected[0], Tensor)
    )
    if not isinstance(value, tuple) and not are_sizes:
        found = f"one {_kind(value)}"
        return Comparison(
            False, f"it returns {found}, expected {len(expected)} values: {', '.join(names)}."
        )
    if len(value) != len(expected):
        return Comparison(
            False,
            f"it returns {len(value)} values, expected {len(expected)}: {', '.join(names)}.",
        )
    # A mistake's value may have more parts than there are names.
    names = [*names, *(["a value"] * (len(expected) - len(names)))]
    results = (
        _compare_one(mine, other, tolerance, name)
        for mine, other, name in zip(value, expected, names, strict=False)
    )
    return next((result for result in results if not result.equal), SAME)


def _compare_one(value, expected, tolerance: float, name: str) -> Comparison:
    if isinstance(expected, Tensor):
        return _compare_tensors(value, expected, tolerance, name)
    return _compare_numbers(value, expected, tolerance, name)


def _compare_tensors(value, expected: Tensor, tolerance: float, name: str) -> Comparison:
    if not isinstance(value, Tensor):
        return Comparison(False, f"{name} is {_a(_kind(value))}, expected a tensor.")
    if value.shape != expected.shape:
        return Comparison(False, _shape_message(value, expected, name))
    if value.dtype != expected.dtype:
        return Comparison(False, _dtype_message(value, expected, name))
    mine, right = value.double(), expected.double()
    allowed = tolerance * max(1.0, _largest(right))
    gap = (mine - right).abs()
    wrong = ~((gap <= allowed) | (mine == right))  # `not <=` catches NaN as well
    if not wrong.any():
        return SAME
    return Comparison(False, _value_message(mine, right, gap, wrong, name))


def _compare_numbers(value, expected, tolerance: float, name: str) -> Comparison:
    if isinstance(value, Tensor) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, int | float) or isinstance(value, bool):
        return Comparison(False, f"{name} is {_a(_kind(value))}, expected a number.")
    if isinstance(expected, int) and not isinstance(value, int):
        hint = "A size is a whole number: divide with //, not with /."
        return Comparison(False, f"{name} is {value}, a float; expected {expected}. {hint}")
    if abs(value) > sys.float_info.max and isinstance(value, int):
        says = "it has more digits than any float"
        return Comparison(False, f"{name} is far off: {says}, expected {expected:.6g}.")
    if abs(value - expected) <= tolerance * max(1.0, abs(expected)):
        return SAME
    gap = abs(value - expected)
    return Comparison(
        False, f"{name} is off by {gap:.3g}: yours {value:.6g}, expected {expected:.6g}."
    )


def _shape_message(value: Tensor, expected: Tensor, name: str) -> str:
    mine, right = tuple(value.shape), tuple(expected.shape)
    text = f"{name} has shape {mine}, expected {right}."
    if sorted(mine) == sorted(right):
        text += " The sizes are right, but in another order."
    return text


def _dtype_message(value: Tensor, expected: Tensor, name: str) -> str:
    mine, right = (str(tensor.dtype).removeprefix("torch.") for tensor in (value, expected))
    text = f"{name} has dtype {mine}, expected {right}, that of the input."
    if mine == "float32":
        text += " torch.zeros makes float32 unless it is told dtype=….dtype."
    return text


def _value_message(mine: Tensor, right: Tensor, gap: Tensor, wrong: Tensor, name: str) -> str:
    broken = ~torch.isfinite(mine) & wrong
    if broken.any():
        place = tuple(broken.nonzero()[0].tolist())
        count = f"{int(broken.sum())} of {mine.numel()} values are NaN or infinite"
        return (
            f"{name} is {mine[place].item()} at index {place}: "
            f"expected {right[place].item():.3g} ({count})."
        )
    place = tuple(int(i) for i in torch.unravel_index(gap.argmax(), gap.shape))
    yours, expected = _as_text(mine[place].item(), right[place].item())
    return (
        f"{name} is off by {gap[place].item():.3g} at index {place}: "
        f"yours {yours}, expected {expected}."
    )


def _as_text(yours: float, expected: float) -> tuple[str, str]:
    """Both with as many digits as it takes to see that they differ, but two after the point."""
    for digits in range(2, 15):
        texts = f"{yours:.{digits}f}", f"{expected:.{digits}f}"
        if texts[0] != texts[1]:
            return texts
    return repr(yours), repr(expected)


def _largest(values: Tensor) -> float:
    finite = values[torch.isfinite(values)]
    return float(finite.abs().max()) if finite.numel() else 0.0


def _kind(value) -> str:
    if isinstance(value, Tensor):
        return "tensor"
    if isinstance(value, tuple):
        return f"tuple of {len(value)}"
    return {"NoneType": "None"}.get(type(value).__name__, type(value).__name__)


def _a(kind: str) -> str:
    if kind == "None":
        return kind
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
