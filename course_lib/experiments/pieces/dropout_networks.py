"""The networks of the dropout experiment: those of 2012, and their twins scaled otherwise.

Paper: Hinton et al. 2012, arXiv:1207.0580.
Differs from the paper: see `dropout_gap`, which trains them.
"""

import copy
from collections.abc import Callable

import torch
from jaxtyping import Float, Int64, Num
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.initialization import initialize, kaiming_normal_, normal_
from course_lib.layers.modules import Dropout, DropoutScaledAtTest

UNITS = {"logistic": nn.Sigmoid, "rectified": nn.ReLU}


class DropoutNetwork(nn.Module):
    """784-800-800-10, with the dropout of 2012: nothing is scaled in training."""

    def __init__(
        self,
        width: int,
        units: str,
        pixel_dropout: float,
        hidden_dropout: float,
        step_losses: nn.Module,
    ):
        super().__init__()
        parts = [*_dropout(pixel_dropout), nn.Linear(784, width), UNITS[units]()]
        parts += [*_dropout(hidden_dropout), nn.Linear(width, width), UNITS[units]()]
        parts += [*_dropout(hidden_dropout), nn.Linear(width, 10)]
        self.layers = nn.Sequential(nn.Flatten(), *parts)
        if units == "logistic":
            initialize(self, normal_, std=0.01)
        else:
            initialize(self, kaiming_normal_, nonlinearity="relu")
        # A part of the network, so that a run that was cut short finds the losses again.
        self.step_losses = step_losses

    def forward(self, images: Num[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 10"]:
        return self.layers(images)


def _dropout(p: float) -> list[nn.Module]:
    return [DropoutScaledAtTest(p)] if p else []


class StepLosses(nn.Module):
    """Cross entropy that remembers what it was at each step."""

    def __init__(self, epochs: int, num_batches: int):
        super().__init__()
        self.register_buffer("losses", torch.zeros(epochs, num_batches))
        self.register_buffer("num_steps", torch.zeros((), dtype=torch.int64))

    def forward(self, scores: Float[Tensor, "n c"], labels: Int64[Tensor, "n"]) -> Tensor:
        loss = F.cross_entropy(scores, labels)
        # By index_copy_: an index on a GPU would have to be read first, and the GPU to wait.
        self.losses.view(-1).index_copy_(0, self.num_steps[None], loss.detach()[None])
        self.num_steps += 1
        return loss

    def bounces(self) -> list[float]:
        """Of each epoch, the standard deviation of the change from step to step."""
        changes = self.losses.double().diff(dim=1)
        return [round(each, 6) for each in changes.std(dim=1).tolist()]


@torch.no_grad()
def batch_losses(
    model: nn.Module, images: Num[Tensor, "n *image"], labels: Int64[Tensor, "n"], batch_size: int
) -> dict[str, dict[str, float]]:
    """Mean and deviation over the batches, as it trains ("thinned") and as it is used ("whole")."""
    found = {}
    for name, thinned in (("thinned", True), ("whole", False)):
        model.train(thinned)
        torch.manual_seed(0)
        batches = zip(images.split(batch_size), labels.split(batch_size), strict=True)
        each = [F.cross_entropy(model(batch), wanted) for batch, wanted in batches]
        losses = torch.stack(each).double()
        found[name] = {"mean": round(float(losses.mean()), 6)}
        found[name]["deviation"] = round(float(losses.std()), 6)
    return found


def with_scaled_weights(
    network: DropoutNetwork, scale: Callable, dropout: Callable
) -> DropoutNetwork:
    """A copy with other dropout layers, the weights behind each multiplied by scale(p)."""
    twin, factor = copy.deepcopy(network), 1.0
    for position, layer in enumerate(twin.layers):
        if isinstance(layer, nn.Dropout):
            factor = scale(layer.p)
            twin.layers[position] = dropout(layer.p)
        elif isinstance(layer, nn.Linear):
            layer.weight.data *= factor
            factor = 1.0
    return twin


def inverted(network: DropoutNetwork) -> DropoutNetwork:
    """The twin with today's scaling: kept units are divided by 1 - p while it trains."""
    return with_scaled_weights(network, lambda p: 1 - p, Dropout)


@torch.no_grad()
def difference(network: nn.Module, twin: nn.Module, images: Tensor) -> float:
    """The largest difference of two networks' scores for the same draws, as a share of a score."""
    torch.manual_seed(0)
    scores = network(images)
    torch.manual_seed(0)
    return float((scores - twin(images)).abs().max() / scores.abs().max())


@torch.no_grad()
def shorten(layers: list[nn.Linear], squared_length: float) -> None:
    """Scale the weights into each unit down to this squared length, where they are longer."""
    for layer in layers:
        lengths = layer.weight.norm(dim=1, keepdim=True)
        layer.weight *= (squared_length**0.5 / lengths.clamp(min=1e-12)).clamp(max=1)
