"""Ask a network in evaluation mode, and leave each of its layers in the mode it was in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def in_evaluation(model: Callable) -> Iterator[None]:
    """Evaluation mode inside; outside, each module is in its own again.

    Each is asked: where a network is frozen but for its last blocks, it is in evaluation mode and
    they are not. A function has no mode, and is left alone.
    """
    modules = model.modules() if isinstance(model, nn.Module) else ()
    training = [module for module in modules if module.training]
    for module in training:
        module.training = False
    try:
        yield
    finally:
        for module in training:
            module.training = True
