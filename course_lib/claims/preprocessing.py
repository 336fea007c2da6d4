"""Why images are centered, and by how many numbers.

Lecture: sharif_2024, "Data Preprocessing".
"""

import torch
from torch import Tensor

from course_lib.data.preprocessing import Centering
from course_lib.layers import linear_backward
from course_lib.optimizers import SGD

CIFAR_IMAGES = (8, 3, 32, 32)
WIDE = 10.0  # how much wider one feature is spread than the other


def mean_image_shape() -> list[int]:
    """Height, width and channels of the mean image of 32x32 pictures in color."""
    channels, height, width = Centering.mean_image(_images()).mean.shape
    return [height, width, channels]


def channel_mean_numbers() -> list[int]:
    """The means, and the deviations, that are kept per channel."""
    centering = Centering.channel_mean_and_deviation(_images())
    return [Centering.channel_mean(_images()).mean.numel(), centering.deviation.numel()]


def gradients_of_one_example_agree_in_sign() -> bool:
    """Whether all weights of a neuron get gradients of one sign from any one positive example.

    dL/dw = error x: the error is one number, and all of x is positive.
    """
    return _one_sign_each(*_examples())


def gradients_of_centered_inputs_agree_in_sign() -> bool:
    """Whether all single examples still have one sign once the inputs are centered."""
    x, errors = _examples()
    return _one_sign_each(x - x.mean(dim=0), errors)


def condition_numbers() -> list[float]:
    """The condition of X^T X for two independent features, one 10 times as wide, and normalized.

    It is 10^2, then 1.
    """
    return [_condition(x) for x in (_features(), _normalized(_features()))]


def normalizing_improves_the_condition() -> bool:
    """Whether the second is the smaller."""
    before, after = condition_numbers()
    return after < before


def descent_steps() -> list[int]:
    """Steps of gradient descent to 1/1000 of the first loss, at the best constant rate each.

    That is 2 / (largest + smallest eigenvalue), for the features as they are and normalized.
    No step has any noise: all examples are in it.
    """
    return [_steps(x) for x in (_features(), _normalized(_features()))]


def normalizing_speeds_up() -> bool:
    """Whether the second is the smaller."""
    before, after = descent_steps()
    return after < before


def _images() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, CIFAR_IMAGES, dtype=torch.uint8, generator=generator)


def _examples() -> tuple[Tensor, Tensor]:
    """Sixteen positive inputs of four numbers, and an error of either sign for each."""
    generator = torch.Generator().manual_seed(0)
    return torch.rand(16, 4, generator=generator) + 0.1, torch.randn(16, generator=generator)


def _one_sign_each(x: Tensor, errors: Tensor) -> bool:
    gradients = (_weight_gradient(*one) for one in zip(x.split(1), errors.split(1), strict=True))
    return all(len(each.sign().unique()) == 1 for each in gradients)


def _weight_gradient(x: Tensor, errors: Tensor) -> Tensor:
    """Of a neuron without bias: what arrives at its weights, added up over the examples."""
    return linear_backward(errors[:, None], x, torch.zeros(1, x.shape[1]))[1]


def _features() -> Tensor:
    """Four examples of two features that do not go together."""
    signs = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    return (signs * torch.tensor([WIDE, 1.0])).double()


def _normalized(x: Tensor) -> Tensor:
    deviation = x.square().mean(dim=0).sqrt()
    return (x - x.mean(dim=0)) / deviation


def _condition(x: Tensor) -> float:
    return torch.linalg.cond(x.T @ x).item()


def _steps(x: Tensor) -> int:
    """The loss is the mean of (x w - x 1)^2 / 2, from w = 0."""
    eigenvalues = torch.linalg.eigvalsh(x.T @ x / len(x))
    w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = SGD([w], lr=(2 / (eigenvalues[0] + eigenvalues[-1])).item())
    losses = []
    while not losses or losses[-1] > losses[0] / 1000:
        loss = ((x @ w - x.sum(dim=1)) ** 2).mean() / 2
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return len(losses) - 1
