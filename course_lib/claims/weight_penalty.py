"""The penalty on weights that an update with weight decay follows.

Lecture: sharif_2024, "Learning Magic In Alexnet". Source: Krizhevsky et al. 2012, section 5.
"""

import torch

from course_lib.optimizers import SGD

WEIGHT_DECAY = 0.0005  # of the paper's update: v = 0.9 v - 0.0005 lr w - lr gradient


def penalty_of_the_update() -> float:
    """The lambda for which lambda |w|^2 shrinks w as the paper's update does: 0.0005 / 2.

    A step at rate 1 without any other gradient takes 0.0005 w away; the gradient of
    lambda |w|^2 is 2 lambda w.
    """
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)
    before = weight.item()
    weight.square().sum().backward()
    gradient_of_square = weight.grad.item()
    weight.grad = torch.zeros_like(weight)
    SGD([weight], lr=1.0, weight_decay=WEIGHT_DECAY).step()
    return (before - weight.item()) / gradient_of_square
