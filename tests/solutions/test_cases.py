"""What the cases of every assignment must be: enough, different, and equally hard for each draw."""

import torch


def tensors(inputs):
    return [value for value in inputs.values() if isinstance(value, torch.Tensor)]


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


def test_a_mistake_costs_the_same_whatever_is_drawn(verdicts_on_mistakes, name):
    # Otherwise luck would grade. Only a lost sign may go unseen, in a window of convolution's that
    # it cannot change.
    drawn = [verdicts_on_mistakes(name, seed, False) for seed in (1, 2)]
    for mistake in set(drawn[0]) - {"TakesTheLargestByAbsoluteValue"}:
        assert drawn[0][mistake].failed == drawn[1][mistake].failed, mistake
