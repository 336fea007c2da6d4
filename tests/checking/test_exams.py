"""Drawing an exam from the made-up assignment of conftest."""

from dataclasses import replace

import pytest
import torch

from course_lib.checking.exams import draw_exam


def test_expected_values_are_the_references(assignment):
    exam = draw_exam(assignment, "doubled", 5)
    for inputs, expected in zip(exam.inputs, exam.expected, strict=True):
        assert torch.equal(expected, inputs["values"] * 2)


def test_a_mistake_has_a_value_for_every_case(assignment):
    exam = draw_exam(assignment, "doubled", 0)
    assert [mistake.name for mistake in exam.mistakes] == ["ForgetsToDouble", "LosesTheSign"]
    assert all(len(mistake.values) == len(exam.cases) == 2 for mistake in exam.mistakes)


def test_another_seed_draws_other_inputs(assignment):
    one, other = (draw_exam(assignment, "doubled", seed) for seed in (0, 1))
    assert not torch.equal(one.inputs[0]["values"], other.inputs[0]["values"])


def test_hidden_cases_can_be_left_out(assignment):
    exam = draw_exam(assignment, "doubled", 0, only_visible=True)
    assert [case.name for case in exam.cases] == ["plain"]


def test_a_reference_that_fails_is_our_fault_and_said_so(assignment):
    def falls(values, times):
        raise IndexError("7")

    function = replace(assignment.functions["doubled"], reference=falls)
    broken = replace(assignment, functions={"doubled": function})
    with pytest.raises(RuntimeError, match="doubled of the teacher's side gives no value"):
        draw_exam(broken, "doubled", 0)
