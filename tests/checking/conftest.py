"""A small made-up assignment: one function that doubles, two cases, two known mistakes."""

import pytest
import torch

from course_lib.checking.cases import Assignment, Case, GradedFunction, WrongAnswer


def even_inputs(seed):
    return {"values": torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64) + seed, "times": (1, 2)}


def odd_inputs(seed):
    return {"values": torch.tensor([[-4.0], [0.5]], dtype=torch.float64) - seed, "times": (3,)}


def doubled(values, times):
    return values * 2


class Wrong(WrongAnswer):
    function = "doubled"


class ForgetsToDouble(Wrong):
    """Returns what it got."""

    sentence = "nothing is doubled"
    idea = "negative"

    @staticmethod
    def answer(values, times):
        return values


class LosesTheSign(Wrong):
    """Doubles the absolute value."""

    sentence = "the sign is lost"
    idea = "negative"

    @staticmethod
    def answer(values, times):
        return 2 * values.abs()


CASES = (
    Case("plain", "positive numbers (three of them)", even_inputs, visible=True),
    Case("sign", "negative numbers", odd_inputs, weight=3),
)


@pytest.fixture
def function():
    return GradedFunction("doubled", 4, CASES, doubled, ("the double",), ("convolution",))


@pytest.fixture
def assignment(function):
    return Assignment("arithmetic", {"doubled": function}, (ForgetsToDouble, LosesTheSign))
