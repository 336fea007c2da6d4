"""Networks of many equal layers, and what one batch leaves in each of them before any training."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from itertools import product

import torch
from jaxtyping import Float64, Int64
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from course_lib.initialization import initialize, kaiming_normal_, xavier_normal_
from course_lib.inspection import activation_statistics, gradient_norms

NUM_CLASSES = 10
ROUNDING = 1e-13  # float64 has 16 digits, and a sum over a layer loses some
ACTIVATIONS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
# The slope of each activation, from what it gave.
SLOPES = {
    "sigmoid": lambda output: output * (1 - output),
    "tanh": lambda output: 1 - output**2,
    "relu": lambda output: (output > 0).to(output.dtype),
}
SCHEMES = {"xavier": xavier_normal_, "he": partial(kaiming_normal_, nonlinearity="relu")}


@dataclass(frozen=True)
class Arm:
    """One way to build a network, whatever its depth."""

    activation: str
    scheme: str
    batch_norm: bool
    residual: bool

    @property
    def name(self) -> str:
        extras = (("norm", self.batch_norm), ("residual", self.residual))
        return "-".join([self.activation, self.scheme, *(word for word, has in extras if has)])


ARMS = tuple(
    Arm(*choices) for choices in product(ACTIVATIONS, SCHEMES, (False, True), (False, True))
)


class EqualLayer(nn.Module):
    """As many numbers out as in; `output` changes nothing, and lets hooks see the sum."""

    def __init__(self, width: int, arm: Arm):
        super().__init__()
        self.linear = nn.Linear(width, width, bias=False)
        self.norm = nn.BatchNorm1d(width) if arm.batch_norm else nn.Identity()
        self.activation = ACTIVATIONS[arm.activation]()
        self.output = nn.Identity()
        self.residual = arm.residual

    def forward(self, x: Float64[Tensor, "n width"]) -> Float64[Tensor, "n width"]:
        y = self.activation(self.norm(self.linear(x)))
        return self.output(x + y if self.residual else y)


def build(arm: Arm, depth: int, width: int, num_pixels: int, seed: int) -> nn.Module:
    """A linear layer from the pixels, `depth` equal layers, and one to the classes; no biases."""
    parts = OrderedDict(
        entry=nn.Linear(num_pixels, width, bias=False),
        layers=nn.Sequential(*(EqualLayer(width, arm) for _ in range(depth))),
        classifier=nn.Linear(width, NUM_CLASSES, bias=False),
    )
    network = nn.Sequential(parts).double()
    return initialize(network, SCHEMES[arm.scheme], generator=Generator().manual_seed(seed))


@dataclass(frozen=True)
class Pass:
    """What one batch leaves in the equal layers of one network, the first layer first.

    `gradients` are norms of the gradients of the weights, `error_signals` of those of the layers'
    outputs. `signals` are root mean squares of the outputs, `contrasts` of what in them differs
    from picture to picture, None where that is lost in rounding. `slope` is the root mean square
    slope of all activations. `carried` is the factor with which the last error signal is found in
    the first one.
    """

    gradients: list[float]
    error_signals: list[float]
    signals: list[float]
    contrasts: list[float | None]
    slope: float
    largest_slope: float
    carried: float


def one_pass(
    network: nn.Module, arm: Arm, images: Float64[Tensor, "n pixels"], labels: Int64[Tensor, "n"]
) -> Pass:
    """Send a batch forward and its cross-entropy back, in training mode."""
    outputs = _outputs_with_gradients(network, images, labels)
    slopes = _slopes(network, arm, images)
    errors = [output.grad for output in outputs]
    return Pass(
        gradients=[
            layer.norm for layer in gradient_norms(network) if layer.name.endswith(".linear")
        ],
        error_signals=[error.norm().item() for error in errors],
        signals=[
            (layer.mean**2 + layer.deviation**2) ** 0.5
            for layer in activation_statistics(network, images, training=True)
            if layer.name.endswith(".output")
        ],
        contrasts=[_contrast(output.detach()) for output in outputs],
        slope=_root_mean_square(slopes),
        largest_slope=slopes.max().item(),
        carried=((errors[0] * errors[-1]).sum() / (errors[-1] ** 2).sum()).item(),
    )


def _outputs_with_gradients(network: nn.Module, images: Tensor, labels: Tensor) -> list[Tensor]:
    """What each equal layer gave, with the gradient of the loss by it as `grad`."""
    x, outputs = network.entry(images), []
    for layer in network.layers:
        x = layer(x)
        x.retain_grad()
        outputs.append(x)
    F.cross_entropy(network.classifier(x), labels).backward()
    return outputs


@torch.no_grad()
def _slopes(network: nn.Module, arm: Arm, images: Tensor) -> Float64[Tensor, "depth n width"]:
    slopes = []
    hooks = [
        layer.activation.register_forward_hook(
            lambda _module, _input, output: slopes.append(SLOPES[arm.activation](output))
        )
        for layer in network.layers
    ]
    network(images)
    for hook in hooks:
        hook.remove()
    return torch.stack(slopes)


def _contrast(outputs: Float64[Tensor, "n width"]) -> float | None:
    contrast = _root_mean_square(outputs - outputs.mean(0))
    return contrast if contrast > ROUNDING * _root_mean_square(outputs) else None


def _root_mean_square(values: Tensor) -> float:
    return values.square().mean().sqrt().item()
