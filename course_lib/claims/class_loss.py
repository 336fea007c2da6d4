"""The loss of a classifier, as the slide on object classification writes it.

Lecture: michigan_2025, "Object classification": L(y, y_hat) = -y log(y_hat) = - sum of p_c
log(p_hat_c).
"""

import torch

from course_lib.layers import cross_entropy, softmax

SCORES = torch.tensor([2.0, 1.0, -1.0], dtype=torch.float64)


def sum_over_the_classes() -> bool:
    """Whether the sum, with p 1 for the right class and 0 for the others, is the cross-entropy."""
    wanted, predicted = torch.eye(3, dtype=torch.float64)[1], softmax(SCORES, dim=0)
    by_sum = -(wanted * predicted.log()).sum()
    return torch.allclose(by_sum, cross_entropy(SCORES[None], torch.tensor([1])))
