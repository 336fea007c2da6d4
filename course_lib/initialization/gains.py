"""What an activation takes away from a signal, and the weights before it must make up for."""

import math

DEFAULT_SLOPE = 0.01


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Find the factor by which the deviation of the weights grows; equals torch's.

    ReLU cuts half of a zero-mean signal's power off, so the weights need twice the variance:
    sqrt(2). A leaky one keeps the share a^2 of that half: sqrt(2 / (1 + a^2)), with a = `param`,
    0.01 unless given. For "tanh" 5/3 is a rule of thumb; "sigmoid" and "linear" have 1.
    Source: He et al. 2015, arXiv:1502.01852, equations 10 and 15.

    Raises ValueError for a nonlinearity that is not one of these five.
    """
    if nonlinearity == "leaky_relu":
        slope = DEFAULT_SLOPE if param is None else param
        return math.sqrt(2 / (1 + slope**2))
    gains = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2)}
    if nonlinearity not in gains:
        known = ", ".join([*gains, "leaky_relu"])
        raise ValueError(f"nonlinearity is {nonlinearity!r}; known are {known}.")
    return gains[nonlinearity]
