"""Several processes that train one network, started by `torchrun`.

    with joined("cuda") as device:  # in a script that torchrun starts
        model = build().to(device)
        fit(model, …)               # as ever: it shares its batches out

    torchrun --nproc-per-node 8 script.py

Every process goes through the same batches, each computes its share of every batch, the gradients
are added up, and all take the same step. So the weights stay the same in all of them, and are
those of one process but for rounding. Without torchrun nothing here does anything.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

T = TypeVar("T")
# CPU tensors travel by gloo also where the network is on a GPU: reading them keeps none waiting.
BACKENDS = {"cpu": "gloo", "cuda": "cpu:gloo,cuda:nccl"}


@contextmanager
def joined(device: str = "cpu") -> Iterator[str]:
    """Work with the other processes that torchrun started; the device to compute on.

    For "cuda" that is each process's own GPU, which "cuda" means inside. Where a process fails,
    torchrun ends the others.
    """
    if not _launched() or dist.is_initialized():
        yield device
        return
    kind = torch.device(device).type
    if kind not in BACKENDS:
        raise ValueError(f"Several processes compute on {' or '.join(BACKENDS)}, not on {device}.")
    if kind == "cuda":
        number, there = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if number >= there:
            raise ValueError(
                f"torchrun started process {number + 1} on this host, which has {there} GPU(s). "
                f"Each process needs one: give --nproc-per-node {there}."
            )
        torch.cuda.set_device(number)
    dist.init_process_group(BACKENDS[kind])
    yield kind
    # Not after an error: the others may be in the middle of an exchange.
    dist.destroy_process_group()


def count() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """The number of this process, from 0."""
    return dist.get_rank() if count() > 1 else 0


def is_first() -> bool:
    """Whether this process is the one that writes and speaks."""
    return rank() == 0


def require_joined() -> None:
    """Raise RuntimeError where torchrun started several processes that do not know each other."""
    if _launched() and os.environ.get("WORLD_SIZE") != "1" and count() == 1:
        raise RuntimeError(
            "torchrun started several processes, and each would train a network of its own. "
            "Train inside `with course_lib.training.processes.joined(device) as device:`."
        )


def share(values: Tensor) -> Tensor:
    """This process's part of the rows; the parts differ by one row at most."""
    return values.tensor_split(count())[rank()] if count() > 1 else values


def gathered(value: T) -> list[T]:
    """The values of all processes, in the order of their numbers, in each of them."""
    values = [value] * count()
    if count() > 1:
        dist.all_gather_object(values, value)
    return values


def summed(value: Tensor) -> Tensor:
    """The sum of a tensor over all processes; it is written to."""
    if count() > 1:
        dist.all_reduce(value)
    return value


def together(call: Callable[[], T]) -> T:
    """Call it in all processes: the answer is the first one's, and an error of one stops all."""
    if count() == 1:
        return call()
    answer = error = None
    try:
        answer = call()
    except BaseException as raised:
        error = raised
    outcomes = gathered((answer, error))
    for _, raised in outcomes:
        if raised is not None:
            raise error or raised
    return outcomes[0][0]


def by_first(call: Callable[[], T]) -> T:
    """Call it in the first process alone: its answer, or its error, is that of all."""
    return together(call if is_first() else lambda: None)


@torch.no_grad()
def sum_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Add up the gradients of all processes, in one exchange for each dtype.

    A parameter that no process used keeps its gradient of None.
    """
    if count() == 1:
        return
    learning = [parameter for parameter in parameters if parameter.requires_grad]
    uses = summed(torch.tensor([parameter.grad is not None for parameter in learning]).long())
    used = [parameter for parameter, num in zip(learning, uses.tolist(), strict=True) if num]
    for parameter in used:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    for _, group in groupby(sorted(used, key=_dtype), key=_dtype):
        gradients = [parameter.grad for parameter in group]
        flat = summed(torch.cat([gradient.reshape(-1) for gradient in gradients]))
        parts = flat.split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))


@torch.no_grad()
def take_from_first(tensors: Iterable[Tensor]) -> None:
    """Write the first process's values into those of the others."""
    if count() == 1:
        return
    for tensor in tensors:
        values = tensor.contiguous()
        dist.broadcast(values, src=0)
        tensor.copy_(values)


def _launched() -> bool:
    return dist.is_available() and dist.is_torchelastic_launched()


def _dtype(parameter: nn.Parameter) -> str:
    return str(parameter.dtype)
