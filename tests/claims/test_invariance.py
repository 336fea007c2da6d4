"""Oracles: a layer that knows where it is breaks each claim; twice the light is twice the sum."""

import pytest
import torch

from course_lib.claims import invariance


def test_a_convolution_moves_with_its_picture():
    assert invariance.maps_move_with_the_picture()
    assert invariance.largest_response_stays()


def test_a_layer_with_weights_of_its_own_at_each_place_does_not(monkeypatch):
    def unshared(images, weight, padding):
        return images * torch.arange(images.shape[-1]) * weight.mean(dim=(1, 2, 3))[:, None, None]

    monkeypatch.setattr(invariance, "conv2d", unshared)
    assert not invariance.maps_move_with_the_picture()
    assert not invariance.largest_response_stays()


@pytest.mark.parametrize(("bias", "class_stays"), [(0.0, True), (-2.0, False)])
def test_twice_the_light_and_the_order_of_the_scores(bias, class_stays):
    # The remark: 2 x against 3 x + bias, at x = 1.5 and at 3. With -2 it is 3 > 2.5, then 6 < 7.
    weight, bias = torch.tensor([[2.0], [3.0]]), torch.tensor([0.0, bias])
    dark, bright = (torch.nn.functional.linear(x, weight, bias) for x in torch.tensor([[1.5], [3]]))
    assert (dark.argmax() == bright.argmax()) == class_stays


def test_filters_that_add_up_to_nothing_do_not_see_added_light():
    assert invariance.change_under_added_light() == pytest.approx(0, abs=1e-12)
    nine_ones = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    assert invariance._change_under_light(nine_ones) == pytest.approx(9)


def test_twice_the_light_is_twice_the_response():
    # The proof: no step of it adds anything.
    dark, bright = (invariance._largest(times * invariance._picture()) for times in (1, 2))
    assert torch.equal(bright, 2 * dark)
