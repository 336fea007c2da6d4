"""The statistics that a batch normalization is asked with, averaged over batches, not running ones.

Source: Ioffe & Szegedy 2015, "Batch normalization", arXiv:1502.03167, algorithm 2, lines 8 to 10.
Running averages lag behind the weights where an epoch has few steps.
"""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from course_lib.experiments.pieces.pictures import Centered, Pictures


class WithPopulationStatistics(nn.Module):
    """A network that takes the statistics of its normalizations anew when it is first asked.

    That is, at the first images in evaluation mode after training. Training does not see it: a
    normalization in training mode takes the statistics of its own batch. The pictures of the
    training set, in batches of the size it learns with, are those it is estimated from; the ones
    left over, too few for a batch, are left out, as each batch is to count alike.
    """

    def __init__(self, network: nn.Module, pictures: Pictures, batch_size: int):
        super().__init__()
        self.network = network
        self.pictures = pictures
        self.batch_size = batch_size
        self.stale = True

    def forward(self, images: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n classes"]:
        if self.training:
            self.stale = True
        elif self.stale:
            self._estimate()
            self.stale = False
        return self.network(images)

    def _estimate(self) -> None:
        images, _ = self.pictures.train
        num_used = len(images) // self.batch_size * self.batch_size
        network = Centered(self.network, self.pictures.centering).to(images.device)
        estimate_statistics(network, images[:num_used].split(self.batch_size))


@torch.no_grad()
def estimate_statistics(network: nn.Module, batches: Iterable[Tensor]) -> None:
    """Give each normalization the plain mean, over the batches, of their means and variances.

    Each batch is normalized with its own
    statistics on its way through the network, as in training. Weights, momenta and modes stay.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    before = [(norm.momentum, norm.training) for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch's word for an average in which all batches count alike
        norm.training = True
    for batch in batches:
        network(batch)
    for norm, (momentum, training) in zip(norms, before, strict=True):
        norm.momentum, norm.training = momentum, training
