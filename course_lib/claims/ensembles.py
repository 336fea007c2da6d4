"""How often a vote is wrong, by the right formula and as it is printed.

Lecture: colorado_2025, "Dropout: Idea" and "Dropout: Precursor". The lecture's example: n = 11
classifiers, each wrong with the probability 0.25, and k = 6 of them make a majority.
"""

import math

from torch import Generator

from course_lib.training import bootstrap, majority_error

NUM_CLASSIFIERS, ERROR = 11, 0.25


def majority_of_eleven() -> float:
    """The sum over i from 6 to 11 of (11 choose i) 0.25^i 0.75^(11 - i)."""
    return majority_error(NUM_CLASSIFIERS, ERROR)


def formula_from_one() -> float:
    """The same sum, begun at 1 as printed: 1 - 0.75^11, that at least one classifier is wrong."""
    return sum(map(_exactly, range(1, NUM_CLASSIFIERS + 1)))


def bootstrap_is_a_subset() -> bool:
    """Whether a sample of 100,000 examples lacks (1 - 1/n)^n of them, about 1/e (seed 0)."""
    num = 100_000
    _, left_out = bootstrap(num, Generator().manual_seed(0))
    return abs(len(left_out) / num - 1 / math.e) < 0.01


def _exactly(num_wrong: int) -> float:
    """(n choose k) e^k (1 - e)^(n - k)."""
    right = NUM_CLASSIFIERS - num_wrong
    return math.comb(NUM_CLASSIFIERS, num_wrong) * ERROR**num_wrong * (1 - ERROR) ** right
