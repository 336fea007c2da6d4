"""When two values agree. Oracle: pairs judged by hand."""

import math

import pytest

from course_lib.claims.verdicts import agrees, same

AGREE = [
    (2048, 2048, 0),
    (2.82, 2.8209, 0.005),
    (2.82, 2.83, 0.01),  # the end of the tolerance is within, whatever its binary digits
    (1, 1.0, 0),
    (math.inf, math.inf, 0),
    (True, True, 0),
    ("Wiesel", "Wiesel", 0),
    ([0.0006, "a"], [0.00059, "a"], 1e-5),
]
DIFFER = [
    (2048, 2178, 129),
    (2.82, 2.83, 0.0099),
    (0, math.inf, 5),
    (1, True, 0),  # a number is no answer to yes or no
    (True, 1.0, 10),
    ("1", 1, 10),
    ("Weisel", "Wiesel", 10),
    ([1, 2], [1, 2, 3], 10),
    ([1, 2], [1, 20], 10),
    ([1], 1, 10),
]


@pytest.mark.parametrize(("value", "ours", "tolerance"), AGREE)
def test_agree(value, ours, tolerance):
    assert agrees(value, ours, tolerance)
    assert agrees(ours, value, tolerance)


@pytest.mark.parametrize(("value", "ours", "tolerance"), DIFFER)
def test_differ(value, ours, tolerance):
    assert not agrees(value, ours, tolerance)
    assert not agrees(ours, value, tolerance)


def test_a_kept_value_may_differ_in_its_last_digits_alone():
    assert same(0.03432751, 0.034327509999)
    assert same([1, 0.5], [1, 0.5000000001])
    assert same(0.0, 1e-13)
    assert not same(2178, 2179)
    assert not same(0.0343275, 0.0343276)
    assert not same([1, 2], [1, 2, 3])
    assert not same(1, True)
    assert not same(None, 0)
