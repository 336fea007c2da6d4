"""Oracle: slopes and means worked by hand."""

import pytest
import torch

from course_lib.claims import rectifiers


def test_slopes():
    assert rectifiers.keeps_its_slope()
    assert rectifiers.gradient_below_zero() == 0


def test_a_saturated_slope_is_noticed(monkeypatch):
    # Close to zero tanh has a slope near 1 and has not saturated.
    monkeypatch.setattr(rectifiers, "FAR", 0.1)
    assert not rectifiers.keeps_its_slope()


def test_means_of_inputs_that_lie_evenly_about_zero():
    # tanh is odd; relu is never negative, and the sigmoid of x and -x add up to 1.
    assert rectifiers.outputs_are_centered() == [False, True, False]
    assert rectifiers.relu_is_not_centered()
    x = torch.linspace(-3, 3, 601)
    assert float(x.sigmoid().mean()) == pytest.approx(0.5)
