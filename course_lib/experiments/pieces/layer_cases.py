"""What `layer_speed` times: each layer of the library and torch's, on the same tensors.

The sizes are those of one batch in a small network; the loops get few pixels, they need it. The
layers of regions stand beside torchvision's. A layer that nobody else has stands in no row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib import layers

SEED_OF_DRAWS = 1


@dataclass(frozen=True)
class Case:
    """One layer, ours and torch's, on these tensors with these options.

    What torch's forward remembers, our backward is given: winners, masks, outputs. A layer that
    draws random numbers gives the same as torch's on a CPU, from the same seed.
    """

    name: str
    layer: Callable[..., Tensor | tuple]
    layer_backward: Callable | None
    oracle: Callable[..., Tensor]
    tensors: tuple[Tensor, ...]
    options: dict = field(default_factory=dict)
    draws: bool = False

    def describe(self) -> dict:
        shapes = [_size(tensor) for tensor in self.tensors]
        settings = [f"{name}={_size(value)}" for name, value in self.options.items()]
        return {"layer": self.name, "sizes": ", ".join(shapes + settings)}


def make_cases(device: str) -> list[Case]:
    """Draw all tensors on one device; the convolution that the course speaks of comes first."""
    draw = partial(torch.randn, device=device)
    maps = draw(64, 32, 32, 32)
    return [
        *_convolutions(draw),
        *_poolings(maps),
        *_regions(draw),
        *_normalizations(maps, draw),
        *_dropouts(maps),
        *_joinings(maps, draw),
        *_activations(maps, draw),
        *_classifiers(draw),
    ]


def _plain(
    name: str, oracle: Callable[..., Tensor], *tensors: Tensor, given: dict | None = None, **options
) -> Case:
    """A layer whose backward takes the upstream gradient, what the forward took, and `given`."""
    layer, layer_backward = getattr(layers, name), getattr(layers, f"{name}_backward")
    return Case(name, layer, partial(layer_backward, **(given or {})), oracle, tensors, options)


def _convolutions(draw: Callable[..., Tensor]) -> list[Case]:
    many = (draw(64, 16, 32, 32), draw(32, 16, 3, 3), draw(32))
    few = (draw(2, 3, 12, 12), draw(4, 3, 3, 3), draw(4))
    small = (draw(64, 32, 16, 16), draw(32, 16, 4, 4), draw(16))
    pointwise = (draw(64, 64, 32, 32), draw(16, 64, 1, 1), draw(16))
    return [
        _plain("conv2d", F.conv2d, *many, padding=1),
        _plain("conv2d", F.conv2d, *few, padding=1),
        Case("conv2d_loops", layers.conv2d_loops, None, F.conv2d, few, {"padding": 1}),
        _plain("pointwise_conv2d", F.conv2d, *pointwise),
        _plain("conv_transpose2d", F.conv_transpose2d, *small, stride=2, padding=1),
    ]


def _poolings(maps: Tensor) -> list[Case]:
    window, bins = {"kernel_size": 3, "stride": 2}, {"output_size": 7}
    _, winners = layers.max_pool2d(maps, **window, return_indices=True)
    _, bin_winners = layers.adaptive_max_pool2d(maps, **bins, return_indices=True)
    return [
        _plain("max_pool2d", F.max_pool2d, maps, given={"indices": winners}, **window),
        _plain("avg_pool2d", F.avg_pool2d, maps, **window),
        _plain(
            "adaptive_max_pool2d",
            F.adaptive_max_pool2d,
            maps,
            given={"indices": bin_winners},
            **bins,
        ),
        _plain("adaptive_avg_pool2d", F.adaptive_avg_pool2d, maps, **bins),
        _plain("global_avg_pool2d", lambda maps: F.adaptive_avg_pool2d(maps, 1).flatten(1), maps),
    ]


def _regions(draw: Callable[..., Tensor]) -> list[Case]:
    from torchvision import ops

    maps, corners = draw(2, 64, 32, 32), 32 * torch.rand_like(draw(64, 2, 2))
    upright = torch.cat([corners.amin(dim=1), corners.amax(dim=1)], dim=1)
    images = torch.arange(64, device=upright.device)[:, None] % 2
    boxes = {"boxes": torch.cat([images, upright], dim=1), "output_size": 7}
    _, winners = layers.roi_pool(maps, **boxes, return_indices=True)
    return [
        _plain("roi_pool", ops.roi_pool, maps, given={"indices": winners}, **boxes),
        _plain("roi_align", ops.roi_align, maps, **boxes, sampling_ratio=2, aligned=True),
    ]


def _normalizations(maps: Tensor, draw: Callable[..., Tensor]) -> list[Case]:
    gamma_and_beta, running = (draw(32), draw(32)), (draw(32), draw(32).square() + 1)

    def batch_norm(training: bool) -> Case:
        # In training they would be updated at every call, and only that.
        mean, var = (None, None) if training else running

        def ours(input, weight, bias, training):
            return layers.batch_norm(input, mean, var, weight, bias, training)

        def theirs(input, weight, bias, training):
            return F.batch_norm(input, mean, var, weight, bias, training)

        backward = partial(layers.batch_norm_backward, running_mean=mean, running_var=var)
        tensors, options = (maps, *gamma_and_beta), {"training": training}
        return Case("batch_norm", ours, backward, theirs, tensors, options)

    response = {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0}
    return [
        _plain("local_response_norm", F.local_response_norm, maps, **response),
        batch_norm(training=True),
        batch_norm(training=False),
    ]


def _dropouts(maps: Tensor) -> list[Case]:
    def thinned(name: str, oracle: Callable[..., Tensor]) -> Case:
        layer, layer_backward = getattr(layers, name), getattr(layers, f"{name}_backward")

        def backward(upstream, input, p):
            return layer_backward(upstream, kept, p)

        torch.manual_seed(SEED_OF_DRAWS)
        kept = layer(maps, p=0.5)[1]
        return Case(name, layer, backward, oracle, (maps,), {"p": 0.5}, draws=True)

    return [thinned("dropout", F.dropout), thinned("dropout2d", F.dropout2d)]


def _joinings(maps: Tensor, draw: Callable[..., Tensor]) -> list[Case]:
    def concatenate(left, right, dim):
        return layers.concatenate((left, right), dim)

    def concatenate_backward(upstream, left, right, dim):
        return layers.concatenate_backward(upstream, (left, right), dim)

    def theirs(left, right, dim):
        return torch.cat((left, right), dim)

    branches, depth = (maps, draw(64, 16, 32, 32)), {"dim": 1}
    return [
        Case("concatenate", concatenate, concatenate_backward, theirs, branches, depth),
        _plain("add", torch.add, maps, draw(64, 32, 32, 32)),
    ]


def _activations(maps: Tensor, draw: Callable[..., Tensor]) -> list[Case]:
    return [
        _plain("relu", torch.relu, maps),
        _plain("leaky_relu", F.leaky_relu, maps, negative_slope=0.1),
        _plain("prelu", F.prelu, maps, draw(32)),
        _plain("sigmoid", torch.sigmoid, maps, given={"output": torch.sigmoid(maps)}),
        _plain("tanh", torch.tanh, maps, given={"output": torch.tanh(maps)}),
    ]


def _classifiers(draw: Callable[..., Tensor]) -> list[Case]:
    dense, scores = (draw(64, 400), draw(120, 400), draw(120)), draw(256, 1000)
    labels = torch.randint(1000, (256,), device=scores.device)
    return [
        _plain("linear", F.linear, *dense),
        _plain("softmax", F.softmax, scores, given={"output": F.softmax(scores, 1)}, dim=1),
        _plain("cross_entropy", F.cross_entropy, scores, labels),
    ]


def _size(value: object) -> str:
    return "x".join(map(str, value.shape)) if isinstance(value, Tensor) else str(value)
