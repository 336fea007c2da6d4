"""Oracle: the derivative of lambda w^2, by hand."""

import pytest

from course_lib.claims import weight_penalty


def test_the_penalty_is_half_of_the_weight_decay(monkeypatch):
    # 2 lambda w = 0.0005 w
    assert weight_penalty.penalty_of_the_update() == pytest.approx(0.00025)
    monkeypatch.setattr(weight_penalty, "WEIGHT_DECAY", 0.1)
    assert weight_penalty.penalty_of_the_update() == pytest.approx(0.05)
