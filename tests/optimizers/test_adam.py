"""Adam by hand; beside torch's it runs in test_against_torch.py."""

import math

import pytest

from course_lib.optimizers import Adam


def test_the_first_step_is_as_long_as_the_rate_whatever_the_gradient(walked):
    # m_hat = g and v_hat = g^2: what the division by 1 - beta^t is for.
    for gradient in (1e-6, 1.0, -1e6):
        (place,) = walked(Adam, [gradient], lr=0.25, eps=0.0)
        assert place == pytest.approx(-math.copysign(0.25, gradient), rel=1e-12)


def test_two_steps_by_hand(walked):
    # m = 2, then 0.5 * 2 + 0.5 * 2 = 2; v = 0.25 * 16 = 4, then 0.75 * 4 + 0.25 * 4 = 4.
    options = {"lr": 1.0, "betas": (0.5, 0.75), "eps": 1.0}
    first, second = walked(Adam, [4.0, 2.0], **options)
    assert first == pytest.approx(-4 / (4 + 1), rel=1e-15)  # eps outside the root
    step = (2 / 0.75) / (math.sqrt(4 / (1 - 0.75**2)) + 1)
    assert second - first == pytest.approx(-step, rel=1e-14)


def test_amsgrad_remembers_the_largest_square(walked):
    # v = 0.25 * 16 = 4, then 3 + 0 = 3; amsgrad keeps 4. Both are divided by 1 - 0.75^2.
    options = {"lr": 1.0, "betas": (0.5, 0.75), "eps": 0.0}
    for amsgrad, square in ((False, 3), (True, 4)):
        first, second = walked(Adam, [4.0, 0.0], amsgrad=amsgrad, **options)
        step = (1 / 0.75) / math.sqrt(square / (1 - 0.75**2))
        assert second - first == pytest.approx(-step, rel=1e-14)


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize("betas", [(1.0, 0.9), (0.9, 1.0), (-0.1, 0.9), (0.9,), (0.9, 0.9, 0.9)])
def test_betas_that_make_no_sense_are_named(walked, betas):
    with pytest.raises(ValueError, match=r"betas is .*; give two numbers from 0 to less than 1"):
        walked(Adam, [], betas=betas)


def test_without_memory_it_takes_the_sign(walked):
    assert walked(Adam, [3.0, -5.0], lr=1.0, betas=(0.0, 0.0), eps=0.0) == [-1, 0]
