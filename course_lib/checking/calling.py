"""Call a student's function once, safely for the one who asks: no exception, no stderr."""

import linecache
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from course_lib.checking.forbidden import watch
from course_lib.checking.quiet import nothing_on_stderr

NOT_WRITTEN = "it is not written yet."
LONGEST_ERROR = 600  # characters; a repr of a whole tensor helps nobody


class NoValueError(Exception):
    """An answer gave something that is neither tensor nor number; the text says what."""


@dataclass(frozen=True)
class Called:
    """What one call gave: a value or an error, and what was noticed on the way.

    A value is a tensor (detached, on the CPU), a number, None, or a tuple of these.
    """

    value: Any = None
    error: str | None = None  # a sentence for the student
    forbidden_used: tuple[str, ...] = ()  # families of forbidden.py, such as "autograd"
    changed: tuple[str, ...] = ()  # arguments the function wrote into


def call(function: Callable, inputs: dict[str, Any], forbidden: Sequence[str] = ()) -> Called:
    """Call `function(**inputs)` on copies; every failure comes back as a sentence.

    Only KeyboardInterrupt passes: it belongs to the person at the keyboard.
    """
    copies = {name: _copy(value) for name, value in inputs.items()}
    used: list[str] = []
    value, error = None, None
    with nothing_on_stderr():
        try:
            with watch(forbidden, used):
                value = function(**copies)
            value = _plain(value)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # sys.exit() inside an answer must not end the notebook
            value, error = None, describe(problem, function)
    changed = tuple(name for name in inputs if not _same(inputs[name], copies[name]))
    return Called(value, error, tuple(dict.fromkeys(used)), changed)


def describe(problem: BaseException, function: Callable) -> str:
    """An exception as one sentence, with the line of the student's code it came from."""
    if isinstance(problem, NotImplementedError):
        return NOT_WRITTEN
    if isinstance(problem, NoValueError):
        return str(problem)
    text = " ".join(str(problem).split())
    text = f"it stops with {type(problem).__name__}" + (f": {text}" if text else "")
    text = text[:LONGEST_ERROR]
    line = _line_of(problem, function)
    return f"{text.rstrip('.')}{line}."


def _line_of(problem: BaseException, function: Callable) -> str:
    """` (line 7: total += image[row])`, the last line of the file that holds the function."""
    code = getattr(function, "__code__", None)
    here = [
        frame
        for frame in traceback.extract_tb(problem.__traceback__)
        if code is not None and frame.filename == code.co_filename
    ]
    if not here:
        return ""
    line = linecache.getline(here[-1].filename, here[-1].lineno or 0).strip()
    return f" (line {here[-1].lineno}" + (f": {line[:100]})" if line else ")")


def _copy(value):
    return value.clone() if isinstance(value, torch.Tensor) else value


def _same(before, after) -> bool:
    if not isinstance(before, torch.Tensor):
        return True
    same_form = before.shape == after.shape and before.dtype == after.dtype
    return same_form and torch.equal(before.detach(), after.detach())


def _plain(value):
    """Tensors, numbers and tuples only: numpy arrays and lists become these, the rest is told."""
    if isinstance(value, torch.Tensor):
        return torch.Tensor.detach(value).as_subclass(torch.Tensor).cpu().clone()
    if isinstance(value, np.ndarray):
        return _from_numpy(value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return tuple(_plain(item) for item in value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise NoValueError(f"it returns a {type(value).__name__}; tensors or numbers are expected.")


def _from_numpy(array: np.ndarray) -> torch.Tensor:
    try:
        return torch.from_numpy(np.ascontiguousarray(array)).clone().reshape(array.shape)
    except TypeError:
        raise NoValueError(f"it returns a numpy array of {array.dtype}, not of numbers.") from None
