"""Four scores, their exponentials, their probabilities, and the loss of one of them.

Lecture: colorado_2024, "Output Softmax Layer" and "Measure Cross Entropy Loss".
"""

import math

import torch
from torch import Tensor

from course_lib.layers import cross_entropy, cross_entropy_backward, softmax

SCORES = {"dog": -3.44, "cat": 1.16, "boat": -0.81, "airplane": 3.91}


def exponentials() -> list[float]:
    """e^z of each score: softmax, times its own denominator."""
    total = sum(math.exp(score) for score in SCORES.values())
    return (softmax(_scores(), dim=0) * total).tolist()


def probabilities() -> list[float]:
    """e^z_i / sum over j of e^z_j."""
    return softmax(_scores(), dim=0).tolist()


def sum_of_probabilities() -> float:
    """What the probabilities add up to."""
    return float(softmax(_scores(), dim=0).sum())


def order_is_kept() -> bool:
    """Whether the probabilities are positive and in the order of the scores."""
    given = softmax(_scores(), dim=0)
    return bool((given > 0).all()) and torch.equal(given.argsort(), _scores().argsort())


def exponential_of_negative_scores() -> list[float]:
    """e^z of the scores -3.44 and -0.81, the negative ones of the slide."""
    negative = [score for score in SCORES.values() if score < 0]
    return [math.exp(score) for score in negative]


def loss_of_cat() -> float:
    """-ln of the probability of the cat."""
    return _loss("cat")


def loss_is_log_of_one_probability() -> bool:
    """Whether -sum over k of y_k ln p_k, y one-hot, is -ln of the right class's p, for all four."""
    wanted = -torch.eye(len(SCORES), dtype=torch.float64) @ softmax(_scores(), dim=0).log()
    losses = torch.tensor([_loss(name) for name in SCORES], dtype=torch.float64)
    return torch.allclose(losses, wanted)


def range_of_the_loss() -> list[float]:
    """What the loss approaches for a class that is far ahead, and for one far behind, of two."""
    ahead = torch.tensor([[1e9, 0.0]], dtype=torch.float64)
    right, wrong = (cross_entropy(ahead, torch.tensor([label])) for label in (0, 1))
    return [float(right), math.inf if wrong >= 1e9 else float(wrong)]


def base_e_is_simple() -> bool:
    """Whether the gradient of the loss by the scores is p - y, with no factor: it is for base e."""
    label = torch.tensor([1])
    gradient = cross_entropy_backward(torch.ones(()).double(), _scores()[None], label)
    return torch.allclose(gradient[0], softmax(_scores(), dim=0) - torch.eye(4).double()[1])


def _scores() -> Tensor:
    return torch.tensor(list(SCORES.values()), dtype=torch.float64)


def _loss(name: str) -> float:
    label = torch.tensor([list(SCORES).index(name)])
    return float(cross_entropy(_scores()[None], label))
