"""LeNet-5 as one would write it today.

Paper: LeCun, Bottou, Bengio & Haffner 1998, section II-B; rectified units after Nair & Hinton
2010, max pooling after Ranzato et al. 2007.
Differs from the paper: ReLU for the scaled tanh; max pooling without weights for trainable
subsampling; C3 sees all maps of S2; a linear output for softmax cross-entropy in place of fixed
bitmaps; 28x28 input with a padding of two in the first layer; first weights as torch draws them.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def lenet5_modern() -> "LeNet5Modern":
    """61,706 trainable parameters, 28x28 input, ten scores for softmax cross-entropy."""
    return LeNet5Modern()


class LeNet5Modern(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.s2 = nn.MaxPool2d(2)
        self.c3 = nn.Conv2d(6, 16, kernel_size=5)
        self.s4 = nn.MaxPool2d(2)
        self.c5 = nn.Conv2d(16, 120, kernel_size=5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def forward(self, images: Float[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 10"]:
        x = F.relu(self.c1(images))  # n   6  28  28
        x = self.s2(x)  # n   6  14  14
        x = F.relu(self.c3(x))  # n  16  10  10
        x = self.s4(x)  # n  16   5   5
        x = F.relu(self.c5(x)).flatten(1)  # n 120
        x = F.relu(self.f6(x))  # n  84
        return self.output(x)  # n  10
