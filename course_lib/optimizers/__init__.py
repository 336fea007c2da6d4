"""Optimizers from tensor arithmetic, with the arguments of torch.optim."""

from course_lib.optimizers.stochastic_gradient_descent import SGD

__all__ = ["SGD"]
