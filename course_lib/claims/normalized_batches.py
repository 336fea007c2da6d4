"""Batch normalization, formula by formula, in small numbers.

Lecture: michigan_2025, "Batch Normalization". Source: Ioffe & Szegedy 2015, arXiv:1502.03167,
algorithm 1 and the derivatives of section 3.
"""

import torch
from torch import Tensor, nn

from course_lib.layers import batch_norm, batch_norm_backward

EPSILON = 1e-5


def variance() -> float:
    """sigma_B^2 of the batch 0, 4: the mean of (0 - 2)^2 and (4 - 2)^2."""
    return _batch(0, 4).var(correction=0).item()


def standard_deviation() -> float:
    """What the batch 0, 4 is divided by: 4 over the distance of its two normalized numbers."""
    low, high = _normalized(_batch(0, 4), eps=0.0).flatten().tolist()
    return 4 / (high - low)


def mean_and_deviation() -> list[float]:
    """Those of a normalized batch of 1000 numbers whose own deviation is near 3."""
    x = _normalized(3 * _numbers(1000) + 5)
    return [abs(round(x.mean().item(), 6)), x.std(correction=0).item()]


def forward_as_printed() -> bool:
    """Whether the lecture's four lines give what this library's and torch's layers give."""
    x, gamma, beta = _numbers(8), _batch(1.5)[0], _batch(-0.5)[0]
    mean = x.mean(0)
    sigma_squared = ((x - mean) ** 2).mean(0)
    y = gamma * (x - mean) / (sigma_squared + EPSILON).sqrt() + beta
    ours = batch_norm(x, None, None, gamma, beta, training=True, eps=EPSILON)
    theirs = nn.functional.batch_norm(x, None, None, gamma, beta, training=True, eps=EPSILON)
    return torch.allclose(y, ours) and torch.allclose(y, theirs)


def share_within_one_deviation() -> float:
    """Of a batch of zeros and ones, half and half, normalized; of a normal one it is 0.683."""
    x = _normalized(_batch(*[0, 1] * 50))
    return (x.abs() <= 1).double().mean().item()


def evaluation_uses_running_averages() -> bool:
    """Whether in evaluation the output for 5 does not depend on its batch: (5 - 1) / sqrt(4)."""
    mean, var = _batch(1)[0], _batch(4)[0]
    alone, among = (batch_norm(_batch(*x), mean, var, eps=0.0) for x in ((5,), (5, -7)))
    return alone[0].item() == among[0].item() == 2


def scales_of_a_layer() -> int:
    """How many gammas follow a convolution from 64 maps to 128: one for each map."""
    return nn.BatchNorm2d(128, device="meta").weight.numel()


def scale_and_shift_can_undo_it() -> bool:
    """Whether gamma = sqrt(sigma^2 + eps) and beta = mu give the batch back."""
    x = _numbers(8)
    gamma = (x.var(0, correction=0) + EPSILON).sqrt()
    undone = batch_norm(x, None, None, gamma, x.mean(0), training=True, eps=EPSILON)
    return torch.allclose(undone, x)


def gradient_of_the_deviation() -> float:
    """For x = 1, 3 and d x_hat = 1, 0, eps = 0: - sum of d x_hat (x - mu) / sigma^2, by autograd.

    The printed third line, minus the sum of d x_hat / sigma, gives -1: the gradient of mu.
    """
    x, grad_hat = _batch(1, 3), _batch(1, 0)
    deviation = x.std(correction=0).requires_grad_()
    normalized = (x - x.mean()) / deviation
    return torch.autograd.grad(normalized, deviation, grad_hat)[0].item()


def backward_with_the_mean() -> bool:
    """Whether the six lines are the gradients, once sigma_B in the third and fourth is mu_B."""
    x, grad, gamma = _numbers(8), _numbers(8, seed=1), _batch(1.5)[0]
    ours = batch_norm_backward(grad, x, gamma, torch.zeros(1).double(), True, EPSILON)
    printed = _six_lines(x, grad, gamma)
    return all(torch.allclose(a, b) for a, b in zip(ours, printed, strict=True))


def term_left_out() -> float:
    """The factor that makes the paper's second term of the mean's gradient 0: sum of x - mu."""
    x = _numbers(8)
    return abs(round((x - x.mean()).sum().item(), 9))


def _six_lines(x: Tensor, grad: Tensor, gamma: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of x, gamma and beta."""
    centered = x - x.mean(0)
    inverse = (x.var(0, correction=0) + EPSILON).rsqrt()
    grad_hat = grad * gamma
    grad_variance = (grad_hat * centered).sum(0) * -0.5 * inverse**3
    grad_mean = (grad_hat * -inverse).sum(0)
    grad_x = grad_hat * inverse + grad_variance * 2 * centered / len(x) + grad_mean / len(x)
    return grad_x, (grad * centered * inverse).sum(0), grad.sum(0)


def _normalized(x: Tensor, eps: float = EPSILON) -> Tensor:
    return batch_norm(x, None, None, training=True, eps=eps)


def _batch(*numbers: int | float) -> Tensor:
    """One number an image, one channel."""
    return torch.tensor(numbers, dtype=torch.float64)[:, None]


def _numbers(count: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 1, generator=generator, dtype=torch.float64)
