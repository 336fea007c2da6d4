"""AdamW by hand; beside torch's it runs in test_against_torch.py."""

import pytest

from course_lib.optimizers import Adam, AdamW


def test_the_decay_does_not_pass_through_the_division(walked):
    # Without a gradient: 8 (1 - 0.5 * 0.25) = 7. Adam's decay becomes a whole step of 0.5.
    options = {"start": 8.0, "lr": 0.5, "weight_decay": 0.25}
    assert walked(AdamW, [0.0], **options) == [7]
    assert walked(Adam, [0.0], **options) == pytest.approx([7.5])


def test_decays_before_the_step(walked):
    options = {"start": 8.0, "lr": 0.5, "eps": 0.0}
    assert walked(AdamW, [3.0], weight_decay=0.25, **options) == pytest.approx([7 - 0.5])


def test_without_decay_it_is_adam(walked):
    gradients = [1.0, -2.0, 0.5, 4.0]
    assert walked(AdamW, gradients, weight_decay=0.0) == walked(Adam, gradients)
