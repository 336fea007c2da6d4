"""Oracles: shapes of the lecture, signs and steps worked by hand."""

import math

import pytest

from course_lib.claims import preprocessing


def test_how_many_numbers_a_mean_is():
    assert preprocessing.mean_image_shape() == [32, 32, 3]
    assert math.prod(preprocessing.mean_image_shape()) == 3072
    assert preprocessing.channel_mean_numbers() == [3, 3]


def test_signs_of_gradients():
    assert preprocessing.gradients_of_one_example_agree_in_sign()
    assert not preprocessing.gradients_of_centered_inputs_agree_in_sign()


def test_the_condition_is_the_square_of_the_spread():
    assert preprocessing.condition_numbers() == pytest.approx([10**2, 1])
    assert preprocessing.normalizing_improves_the_condition()


def test_steps_follow_from_the_condition():
    # At the rate 2 / (1 + 100) both errors shrink by 99 / 101 a step, the loss by its square.
    steps = math.ceil(math.log(1000) / (2 * math.log(101 / 99)))
    assert preprocessing.descent_steps() == [steps, 1] == [173, 1]
    assert preprocessing.normalizing_speeds_up()
