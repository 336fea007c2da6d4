"""First weights: how large they should be, with the names and arguments of torch.nn.init.

Functions whose name ends in `_` change the tensor they are given and return it.
"""

from course_lib.initialization.alexnet import alexnet_
from course_lib.initialization.fans import fan_in_and_fan_out
from course_lib.initialization.fixed_scale import constant_, normal_, uniform_
from course_lib.initialization.gains import calculate_gain
from course_lib.initialization.identity import dirac_, eye_
from course_lib.initialization.kaiming import kaiming_normal_, kaiming_uniform_
from course_lib.initialization.networks import initialize
from course_lib.initialization.xavier import xavier_normal_, xavier_uniform_

__all__ = [
    "alexnet_",
    "calculate_gain",
    "constant_",
    "dirac_",
    "eye_",
    "fan_in_and_fan_out",
    "initialize",
    "kaiming_normal_",
    "kaiming_uniform_",
    "normal_",
    "uniform_",
    "xavier_normal_",
    "xavier_uniform_",
]
