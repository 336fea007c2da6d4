"""What `kernel_speed` times: each kernel, what it should give, the bytes it has to move."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Case:
    """One kernel, what it should give, and the bytes it has to move (None: it computes)."""

    name: str
    sizes: str
    kernel: Callable[[], Tensor]
    oracle: Callable[[], Tensor]
    num_bytes: int | None = None


def make_cases(batch: int, image: int, device: str) -> list[Case]:
    """Draw the tensors on `device`: `batch` maps of 64 channels, `image` pixels high and wide."""
    maps = torch.randn(batch, 64, image, image, device=device)
    return [
        *_convolutions(maps),
        *_poolings(maps),
        _response_normalization(maps),
        _residual_block(maps),
        *_losses(torch.randn(256 * batch, 1000, device=device)),
        _adam(torch.randn(batch * 100_000, device=device)),
    ]


def _convolutions(maps: Tensor) -> list[Case]:
    from course_lib import kernels

    dtypes = (torch.float16, torch.bfloat16, torch.float32) if maps.is_cuda else (torch.float32,)
    cases = []
    for dtype in dtypes:
        images = maps.to(dtype)
        weight = torch.randn(64, 64, 3, 3, device=maps.device, dtype=dtype) / 24
        cases.append(
            Case(
                f"conv2d {str(dtype).removeprefix('torch.')}",
                f"{_size(images)}, 64 kernels 3x3, padding 1",
                partial(kernels.conv2d, images, weight, padding=1),
                partial(F.conv2d, images, weight, padding=1),
            )
        )
    return cases


def _poolings(maps: Tensor) -> list[Case]:
    from course_lib import kernels

    output, winners = kernels.max_pool2d(maps, 3, 2)
    leaf = maps.clone().requires_grad_()
    graph = F.max_pool2d(leaf, 3, 2)
    moved = _bytes(maps, output, winners)
    return [
        Case(
            "max_pool2d",
            f"{_size(maps)}, 3x3, stride 2",
            lambda: kernels.max_pool2d(maps, 3, 2)[0],
            partial(F.max_pool2d, maps, 3, 2),
            moved,
        ),
        Case(
            "max_pool2d_backward",
            f"{_size(maps)}, 3x3, stride 2",
            partial(kernels.max_pool2d_backward, output, winners, maps, 3, 2),
            lambda: torch.autograd.grad(graph, leaf, output, retain_graph=True)[0],
            moved,
        ),
    ]


def _response_normalization(maps: Tensor) -> Case:
    from course_lib import kernels

    alpha = 0.1  # with the paper's 0.0001 the maps would hardly change, and a copy would pass
    return Case(
        "local_response_norm",
        f"{_size(maps)}, 5 channels",
        partial(kernels.local_response_norm, maps, 5, alpha),
        partial(F.local_response_norm, maps, 5, alpha),
        2 * _bytes(maps),
    )


def _residual_block(maps: Tensor) -> Case:
    from course_lib import kernels

    mean, variance, weight, bias = torch.rand(4, maps.shape[1], device=maps.device)
    residual = maps.flip(0)
    arguments = (mean, variance, weight, bias, True, 0.0)
    return Case(
        "batch_norm_add_relu",
        f"{_size(maps)}, training",
        partial(kernels.batch_norm_add_relu, maps, residual, *arguments),
        lambda: torch.relu(F.batch_norm(maps, *arguments) + residual),
        4 * _bytes(maps),  # twice the input, the residual, the output
    )


def _losses(scores: Tensor) -> list[Case]:
    from course_lib import kernels

    target = torch.arange(len(scores), device=scores.device) % scores.shape[1]
    _, log_sums = kernels.cross_entropy(scores, target)
    leaf = scores.clone().requires_grad_()
    loss, one = F.cross_entropy(leaf, target), torch.ones((), device=scores.device)
    return [
        Case(
            "cross_entropy",
            _size(scores),
            lambda: kernels.cross_entropy(scores, target)[0],
            partial(F.cross_entropy, scores, target),
            _bytes(scores),
        ),
        Case(
            "cross_entropy_backward",
            _size(scores),
            partial(kernels.cross_entropy_backward, one, scores, target, log_sums),
            lambda: torch.autograd.grad(loss, leaf, retain_graph=True)[0],
            2 * _bytes(scores),
        ),
    ]


def _adam(weight: Tensor) -> Case:
    from course_lib.kernels import FusedAdam

    weights = [torch.nn.Parameter(weight.clone()) for _ in range(2)]
    for parameter in weights:
        parameter.grad = torch.ones_like(parameter)
    steps = FusedAdam(weights[:1]).step, torch.optim.Adam(weights[1:]).step

    def moved(which: int) -> Tensor:
        steps[which]()
        return weights[which]

    # Read: weight, gradient and both averages; written: all but the gradient.
    return Case("adam", _size(weight), partial(moved, 0), partial(moved, 1), 7 * _bytes(weight))


def _bytes(*tensors: Tensor) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _size(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape))
