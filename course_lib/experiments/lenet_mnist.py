"""LeNet-5 of 1998, on the digits of 1998.

Paper: LeCun, Bottou, Bengio & Haffner 1998, sections II-B (network), II-C (loss) and III-B
(training): 20 passes through 60,000 digits, 0.95 % of the test digits wrong.
Differs from the paper: it trains with stochastic diagonal Levenberg-Marquardt, a learning rate
per weight out of an estimate of its curvature, one digit at a time; we use SGD with momentum on
small batches, one learning rate for all weights. The paper does not tell the j of its loss; and
it watches the test set while it trains, where we keep 5,000 of the 60,000 digits for validation.
Learning rate, schedule and j were chosen on those, with seed 0.
"""

from dataclasses import dataclass
from typing import ClassVar

from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.architectures import lenet5, lenet5_input, map_loss
from course_lib.experiments.digits import DigitExperiment
from course_lib.optimizers import SGD


@dataclass(frozen=True)
class LenetMnist(DigitExperiment):
    """The epochs and the digits are the paper's; a comment marks what is not."""

    name: ClassVar[str] = "lenet_mnist"
    question: ClassVar[str] = "Does the network of 1998 still reach its paper's error?"
    measures: ClassVar[dict] = {"paper_test_error": 0.0095}

    batch_size: int = 16  # the paper: 1
    # The paper's rates, for one weight each, lie between 0.00007 and 0.016 in the first pass.
    learning_rate: float = 0.001
    momentum: float = 0.9  # the paper: none
    weight_decay: float = 2e-4  # the paper: none
    j: float = 10.0  # the paper does not say

    def model(self) -> nn.Module:
        return lenet5()

    def prepare(self, images: UInt8[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 1 32 32"]:
        return lenet5_input(images)

    def loss(self, scores: Float[Tensor, "n 10"], labels: Int64[Tensor, "n"]) -> Float[Tensor, ""]:
        return map_loss(scores, labels, self.j)

    def optimizer(self, model: nn.Module) -> tuple[Optimizer, CosineAnnealingLR]:
        """A cosine in place of the paper's five steps from 0.0005 down to 0.00001."""
        optimizer = SGD(
            model.parameters(), self.learning_rate, self.momentum, weight_decay=self.weight_decay
        )
        return optimizer, CosineAnnealingLR(optimizer, self.epochs)
