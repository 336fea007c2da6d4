"""Optimizers and learning-rate schedules from tensor arithmetic, with the arguments of torch.optim.

An optimizer's `state_dict` is torch's, so that a run can go on with either.
"""

from course_lib.optimizers.adadelta import Adadelta
from course_lib.optimizers.adagrad import Adagrad
from course_lib.optimizers.adam import Adam
from course_lib.optimizers.adamw import AdamW
from course_lib.optimizers.one_cycle import OneCycleLR
from course_lib.optimizers.plateau import ReduceLROnPlateau
from course_lib.optimizers.rmsprop import RMSprop
from course_lib.optimizers.schedules import CosineAnnealingLR, MultiStepLR, StepLR
from course_lib.optimizers.stochastic_gradient_descent import SGD

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "CosineAnnealingLR",
    "MultiStepLR",
    "OneCycleLR",
    "RMSprop",
    "ReduceLROnPlateau",
    "StepLR",
]
