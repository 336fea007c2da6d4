"""What an answer may not use, and noticing it while the answer runs.

A graded function asks for an operation that torch has ready made. Calling that would pass every
test of values, so each function names the families it forbids. They are noticed in two ways:
here, by the operators that reach torch's dispatcher, and in `source.py`, by names in the code.
"""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode


@dataclass(frozen=True)
class Family:
    """Ready-made things that are one thing to a student. Patterns are those of a shell."""

    says: str  # completes "… is not allowed here"
    operators: tuple[str, ...] = ()  # names at the dispatcher
    names: tuple[str, ...] = ()  # names in Python code


CONVOLUTION = Family(
    "a ready-made convolution",
    ("aten::*convolution*", "aten::*conv[123]d*", "aten::*conv_t*", "aten::*depthwise*"),
    ("*conv[123]d*", "*Conv[123]d*", "*ConvTranspose*", "*conv_t*", "*convol*", "correlate*"),
)
MAX_POOLING = Family(
    "ready-made max pooling",
    ("aten::*max_pool*", "aten::*max_unpool*"),
    ("*max_pool*", "*max_unpool*", "*MaxPool*", "*MaxUnpool*", "maximum_filter*", "block_reduce"),
)
AUTOGRAD = Family(
    "automatic differentiation",
    names=("autograd", "functorch", "backward", "grad", "*make_dual", "vjp", "jvp", "jac*"),
)
COURSE_LIB = Family("a function of course_lib", names=("course_lib",))
FAMILIES = {
    "convolution": CONVOLUTION,
    "max_pooling": MAX_POOLING,
    "autograd": AUTOGRAD,
    "course_lib": COURSE_LIB,
}


def operators(word: str) -> tuple[str, ...]:
    """The operator patterns of a family's name, or of an operator named by itself."""
    return FAMILIES[word].operators if word in FAMILIES else (word,)


def source_names(word: str) -> tuple[str, ...]:
    return FAMILIES[word].names if word in FAMILIES else ()


def says(word: str) -> str:
    """How a message calls what was used."""
    return FAMILIES[word].says if word in FAMILIES else word


def matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


@contextlib.contextmanager
def watch(forbidden: Sequence[str], used: list[str]) -> Iterator[None]:
    """Append to `used` each family or operator of `forbidden` that is called meanwhile."""
    if not forbidden:
        yield
        return
    with _Functions(forbidden, used), _Operators(forbidden, used):
        yield


class _Operators(TorchDispatchMode):
    """Sees every operator, whatever Python name it was called by."""

    def __init__(self, forbidden: Sequence[str], used: list[str]):
        super().__init__()
        self.forbidden, self.used = forbidden, used

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.name()
        for word in self.forbidden:
            if self._is_use_of(word, name) and word not in self.used:
                self.used.append(word)
        return func(*args, **(kwargs or {}))

    def _is_use_of(self, word: str, name: str) -> bool:
        if word == "autograd":
            return _inside_a_backward_pass()
        if word == "course_lib":
            return _course_lib_is_calling()
        return matches(name, operators(word)) or matches(name.split(".")[0], operators(word))


class _Functions(TorchFunctionMode):
    """Sees torch's Python functions: autograd is asked there before any operator runs."""

    def __init__(self, forbidden: Sequence[str], used: list[str]):
        super().__init__()
        self.used = used
        self.autograd = "autograd" in forbidden

    def __torch_function__(self, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        if self.autograd and matches(name, AUTOGRAD.names):
            self.used.append("autograd")
        return func(*args, **(kwargs or {}))


def _inside_a_backward_pass() -> bool:
    # Private, so asked for with care: without it `_Functions` still sees the usual calls.
    current = getattr(torch._C, "_current_graph_task_id", lambda: -1)
    return current() != -1


def _course_lib_is_calling() -> bool:
    """Whether a function of course_lib, other than this watch, is at work up the stack."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") != "course_lib.checking.calling":
        name = frame.f_globals.get("__name__", "")
        if name.startswith("course_lib.") and not name.startswith("course_lib.checking."):
            return True
        frame = frame.f_back
    return False
