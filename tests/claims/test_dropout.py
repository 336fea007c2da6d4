"""Oracle: torch's autograd, told which units are dropped."""

import torch

from course_lib.claims import dropout


def test_gradients_of_dropped_units():
    assert dropout.gradients_of_dropped_units_are_zero()
    first = torch.rand(4, 3, requires_grad=True)
    second = torch.rand(2, 4, requires_grad=True)
    mask = torch.tensor([1.0, 0.0, 1.0, 0.0])
    (second @ (mask * (first @ torch.rand(3)))).sum().backward()
    assert (first.grad == 0).all(1).tolist() == [False, True, False, True]
    assert (second.grad == 0).all(0).tolist() == [False, True, False, True]


def test_a_backward_that_forgets_the_mask_is_noticed(monkeypatch):
    monkeypatch.setattr(dropout, "dropout_backward", lambda error, mask, p: error)
    assert not dropout.gradients_of_dropped_units_are_zero()


def test_units_are_dropped_in_training_alone(monkeypatch):
    assert dropout.drops_in_training()

    def always(x, p, training, generator):
        return x, torch.rand(x.shape) > p

    monkeypatch.setattr(dropout, "dropout", always)
    assert not dropout.drops_in_training()
