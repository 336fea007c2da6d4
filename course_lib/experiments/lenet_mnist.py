"""LeNet-5 of 1998, on the digits of 1998.

Paper: LeCun, Bottou, Bengio & Haffner 1998, sections II-B (network), II-C (loss) and III-B
(training): 20 passes through 60,000 digits, 0.95 % of the test digits wrong.
Differs from the paper: it trains with stochastic diagonal Levenberg-Marquardt, one digit at a
time, which divides the learning rate by an estimate of each weight's curvature; we use SGD with
momentum on small batches, and one factor for all weights. The paper does not tell the j of its
loss. And it watches the test set while it trains, where we keep 5,000 of the 60,000 digits for
validation. Batch size, factor and j were chosen on digits kept so, by one run of each setting.
"""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from course_lib.architectures import lenet5, lenet5_input, map_loss
from course_lib.experiments.pieces.digits import DigitExperiment
from course_lib.optimizers import SGD


@dataclass(frozen=True)
class LenetMnist(DigitExperiment):
    """The epochs and the digits are the paper's; a comment marks what is not."""

    name: ClassVar[str] = "lenet_mnist"
    question: ClassVar[str] = "Does the network of 1998 still reach its paper's error?"
    measures: ClassVar[dict] = {"paper_test_error": 0.0095}

    batch_size: int = 16  # the paper: 1
    # (passes, learning rate), one stretch after the other
    learning_rates: tuple[tuple[int, float], ...] = (
        (2, 5e-4),
        (3, 2e-4),
        (3, 1e-4),
        (4, 5e-5),
        (8, 1e-5),
    )
    rate_factor: float = 3.0  # the paper: 1 / (curvature + 0.02), another for each weight
    momentum: float = 0.9  # the paper: none
    j: float = 1.0  # the paper does not say

    def model(self) -> nn.Module:
        return lenet5()

    def prepare(self, images: UInt8[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 1 32 32"]:
        return lenet5_input(images)

    def loss(self, scores: Float[Tensor, "n 10"], labels: Int64[Tensor, "n"]) -> Float[Tensor, ""]:
        return map_loss(scores, labels, self.j)

    def optimizer(self, model: nn.Module) -> tuple[Optimizer, LambdaLR]:
        """The last rate stays where a run has more passes than the paper's twenty."""
        rates = [rate for passes, rate in self.learning_rates for _ in range(passes)]
        optimizer = SGD(model.parameters(), self.rate_factor * rates[0], self.momentum)
        return optimizer, LambdaLR(
            optimizer, lambda epoch: rates[min(epoch, len(rates) - 1)] / rates[0]
        )
