"""When a training error passes a threshold, told from its mean over each epoch."""

import math
from collections.abc import Sequence
from itertools import pairwise

CHANCE = 0.9  # the error of a guess among ten classes


def epochs_until(threshold: float, errors: Sequence[float]) -> float | None:
    """When the error passes the threshold, in epochs from the start; None where it never does.

    The k-th error is the mean over epoch k as it came, so it belongs to the time k - 1/2. Between
    two such times the crossing is interpolated; before the first there is chance, at 0.
    """
    points = [(0.0, CHANCE), *((k + 0.5, error) for k, error in enumerate(errors))]
    for (before, higher), (after, lower) in pairwise(points):
        if lower <= threshold:
            return before + (after - before) * (higher - threshold) / (higher - lower)
    return None


def epochs_to_beat(reached: float) -> int:
    """How many epochs another run may take, at most, if it is to pass the threshold sooner.

    A run whose epoch k is the first below it passed it after k - 3/2, the middle of the one before.
    """
    return max(1, math.ceil(reached + 1.5) - 1)
