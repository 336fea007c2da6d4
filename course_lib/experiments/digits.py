"""What an experiment on handwritten digits must tell, and its quick form."""

from dataclasses import dataclass, replace
from typing import ClassVar

from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler


@dataclass(frozen=True)
class DigitExperiment:
    """A network, a loss and a way to train it; one subclass per question."""

    name: ClassVar[str]
    question: ClassVar[str]
    measures: ClassVar[dict] = {}  # what the question compares with
    paper_epochs: ClassVar[int] = 20
    paper_num_images: ClassVar[int] = 60_000

    data: str = "mnist"
    # The paper watched the test set while it trained; we keep part of the training set for that.
    num_validation: int = 5_000
    epochs: int = 20
    batch_size: int = 1

    def quick(self) -> "DigitExperiment":
        """The same on 4,000 digits in seconds: it shows that everything runs, and no more."""
        return replace(self, data="mnist_5k", num_validation=500, epochs=2)

    def model(self) -> nn.Module:
        raise NotImplementedError

    def prepare(self, images: UInt8[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 1 _ _"]:
        """From gray levels 0 to 255 to what the network takes."""
        raise NotImplementedError

    def loss(self, scores: Float[Tensor, "n 10"], labels: Int64[Tensor, "n"]) -> Float[Tensor, ""]:
        raise NotImplementedError

    def optimizer(self, model: nn.Module) -> tuple[Optimizer, LRScheduler]:
        """The optimizer, and the schedule that takes a step after each epoch."""
        raise NotImplementedError
