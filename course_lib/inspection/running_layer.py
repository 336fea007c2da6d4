"""Know, at any moment of a pass, which layer is at work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn


class RunningLayers:
    """The names of the modules that are being called, outermost first, and of the last done."""

    def __init__(self):
        self.stack: list[str] = []
        self.finished = "the images"

    @property
    def innermost(self) -> str:
        return self.stack[-1]


@contextmanager
def running_layers(
    model: nn.Module, before_change: Callable[[str], None] | None = None
) -> Iterator[RunningLayers]:
    """Keep the stack up to date inside.

    `before_change` is called with the innermost name each time another is about to be.
    """
    running = RunningLayers()
    hooks = []
    for name, module in named_layers(model).items():
        enter, leave = _hooks(name, running, before_change)
        hooks += [module.register_forward_pre_hook(enter), module.register_forward_hook(leave)]
    try:
        yield running
    finally:
        for hook in hooks:
            hook.remove()


def named_layers(model: nn.Module) -> dict[str, nn.Module]:
    """All modules by their names; the model itself goes under the name of its class."""
    return {name or type(model).__name__: module for name, module in model.named_modules()}


def _hooks(name: str, running: RunningLayers, before_change: Callable[[str], None] | None):
    def change() -> None:
        if running.stack and before_change is not None:
            before_change(running.innermost)

    def enter(_module: nn.Module, _inputs) -> None:
        change()
        running.stack.append(name)

    def leave(_module: nn.Module, _inputs, _output) -> None:
        change()
        running.finished = running.stack.pop()

    return enter, leave
