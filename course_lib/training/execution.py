"""How a network is computed while it trains; what it learns is meant to be the same."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

DTYPES = {"bfloat16": torch.bfloat16}
WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"
REPEATABLE_WORKSPACES = (":4096:8", ":16:8")  # those that cuBLAS names


@dataclass(frozen=True)
class Execution:
    """The ways of `fit` to be faster, smaller or exactly repeatable; all are off.

    `channels_last` lays images out pixel by pixel, which convolutions of today prefer.

    `autocast` is "bfloat16", or None for the precision of the weights: products are then taken
    in half precision, while weights, sums and losses stay in float32. bfloat16 reaches as far as
    float32, so no gradient is lost to zero and none needs to be scaled.

    `compile` lets torch.compile fuse the forward and backward pass: a wait at the first batch,
    faster ones after it. Compiled networks that were made before are compiled anew.

    `accumulate` is the number of parts that a batch is computed in, one after the other, where it
    is too large for the memory. Their gradients add up to those of the whole batch. Batch
    normalization sees the parts, so its means and deviations are those of fewer images.

    `deterministic` uses only algorithms that give the same bits each time, some of them slower.
    """

    channels_last: bool = False
    autocast: str | None = None
    compile: bool = False
    accumulate: int = 1
    deterministic: bool = False

    def __post_init__(self):
        if self.autocast is not None and self.autocast not in DTYPES:
            raise ValueError(f"autocast is {self.autocast!r}; say {' or '.join(DTYPES)}, or None.")
        if self.accumulate < 1:
            raise ValueError(f"accumulate is {self.accumulate}; a batch has 1 part or more.")

    @contextmanager
    def applied_to(self, model: nn.Module) -> Iterator[None]:
        """Inside, the weights lie as the images do, and torch is set as wished; outside as ever."""
        with ExitStack() as settings:
            if self.deterministic:
                settings.enter_context(_deterministic(next(model.parameters()).device))
            if self.channels_last:
                settings.callback(model.to, memory_format=torch.contiguous_format)
                model.to(memory_format=torch.channels_last)
            yield

    def precision(self, device: torch.device) -> AbstractContextManager:
        """What products are taken in."""
        if self.autocast is None:
            return nullcontext()
        return torch.autocast(device.type, DTYPES[self.autocast])

    def forward(self, model: nn.Module) -> Callable[[Tensor], Tensor]:
        """The model as a function of images, computed in this way; its scores are no halves."""
        network = _compiled(model) if self.compile else model

        def scores(images: Tensor) -> Tensor:
            if self.channels_last and images.dim() == 4:
                images = images.contiguous(memory_format=torch.channels_last)
            with self.precision(images.device):
                found = network(images)
            return found if self.autocast is None else found.float()

        return scores


def _compiled(model: nn.Module) -> Callable[[Tensor], Tensor]:
    """The model compiled, and itself left as it is: its state dict keeps its names."""
    # torch keeps 8 compiled forms of a line of code, fewer than the networks of an experiment.
    torch.compiler.reset()
    network = torch.compile(lambda images: model(images))

    def compiled(images: Tensor) -> Tensor:
        try:
            return network(images)
        except torch._dynamo.exc.TorchDynamoException as error:
            reason = " ".join(str(error).split("\n\n")[0].split())
            raise RuntimeError(
                f"torch.compile could not compile this network: {reason} "
                "Train with Execution(compile=False); what is learned is the same."
            ) from error

    return compiled


@contextmanager
def _deterministic(device: torch.device) -> Iterator[None]:
    if device.type == "cuda" and os.environ.get(WORKSPACE) not in REPEATABLE_WORKSPACES:
        raise ValueError(
            f"deterministic=True on {device} needs {WORKSPACE}={REPEATABLE_WORKSPACES[0]} in the "
            f"environment before Python starts (it is {os.environ.get(WORKSPACE)}): else cuBLAS "
            "may add up a product in another order each time."
        )
    strict = torch.are_deterministic_algorithms_enabled()
    only_warns = torch.is_deterministic_algorithms_warn_only_enabled()
    benchmark = torch.backends.cudnn.benchmark
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(strict, warn_only=only_warns)
        torch.backends.cudnn.benchmark = benchmark
