"""Send one batch through a network, and leave the network as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain

import torch
from torch import Tensor, nn

# What a layer raises when the size that comes in is not one it can take.
MISFITS = (RuntimeError, IndexError, ValueError)


@contextmanager
def left_as_it_was(model: nn.Module, training: bool = False) -> Iterator[None]:
    """Evaluation mode inside, or training mode; outside, each module is in its own again.

    Gradients and buffers (running means) come back too, and the random numbers that dropout
    draws are given back.
    """
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    gradients = [(parameter, parameter.grad) for parameter in model.parameters()]
    cuda = {t.device for t in chain(model.parameters(), model.buffers()) if t.is_cuda}
    for parameter, _ in gradients:
        parameter.grad = None  # a backward would add to it, in place
    model.train(training)
    try:
        with torch.random.fork_rng(list(cuda)):
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        for parameter, gradient in gradients:
            parameter.grad = gradient
        with torch.no_grad():
            for buffer, value in buffers:
                buffer.copy_(value)


def zeros_for(model: nn.Module, input_shape: tuple[int, ...]) -> Tensor:
    """A batch of zeros on the model's device and in its dtype, which may be meta."""
    like = _first_parameter(model)
    return torch.zeros(input_shape, device=like.device, dtype=like.dtype)


def to_the_model(model: nn.Module, images: Tensor) -> Tensor:
    """The images on the model's device and in its dtype."""
    return images.detach().to(_first_parameter(model, images))


def run(model: Callable[[Tensor], object], images: Tensor):
    """Call the model; a size it cannot take is a ValueError that names the size."""
    try:
        return model(images)
    except MISFITS as error:
        raise ValueError(
            f"input_shape {tuple(images.shape)} does not fit this network; it wants "
            f"(n, channels, height, width), and said: {error}"
        ) from error


def _first_parameter(model: nn.Module, otherwise: Tensor | None = None) -> Tensor:
    return next(model.parameters(), torch.empty(0) if otherwise is None else otherwise)
