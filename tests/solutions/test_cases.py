"""What the cases themselves must be: odd, different, in float64, without ties."""

import torch


def tensors(inputs):
    return [value for value in inputs.values() if isinstance(value, torch.Tensor)]


def test_points_add_up_to_twenty_one(assignment):
    # Twenty-five with the written question.
    assert sum(function.points for function in assignment.functions.values()) == 21


def test_there_are_enough_cases_and_some_are_hidden(assignment, name):
    cases = assignment.functions[name].cases
    assert 5 <= len(cases) <= 8
    assert 2 <= sum(case.visible for case in cases) <= 4
    assert len({case.name for case in cases}) == len({case.idea for case in cases}) == len(cases)


def test_the_same_seed_draws_the_same_inputs(assignment, name):
    for case in assignment.functions[name].cases:
        one, again, other = (case.make(seed) for seed in (3, 3, 4))
        assert all(torch.equal(*pair) for pair in zip(tensors(one), tensors(again), strict=True))
        assert not tensors(one) or not torch.equal(tensors(one)[0], tensors(other)[0])


def test_numbers_are_float64_and_all_different(exam_of, name):
    for inputs in exam_of(name, 0).inputs:
        for tensor in tensors(inputs):
            assert tensor.dtype == torch.float64
            assert tensor.unique().numel() == tensor.numel()
            assert (tensor != 0).all()


def test_images_are_not_square(exam_of, name):
    for inputs in exam_of(name, 0).inputs:
        height, width = inputs.get("image_size") or inputs.get("images").shape[1:3]
        assert height != width


def test_padding_never_fills_a_window_when_pooling(exam_of):
    for expected in exam_of("pool_channels_last", 0).expected:
        assert expected.isfinite().all()


def test_a_mistake_costs_the_same_whatever_is_drawn(verdicts_on_mistakes, name):
    # Otherwise luck would grade. Only a lost sign may go unseen, in a window that it cannot change.
    drawn = [verdicts_on_mistakes(name, seed, False) for seed in (1, 2)]
    for mistake in set(drawn[0]) - {"TakesTheLargestByAbsoluteValue"}:
        assert drawn[0][mistake].failed == drawn[1][mistake].failed, mistake
