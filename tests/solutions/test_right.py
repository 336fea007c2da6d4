"""Unusual right answers get everything, on five seeds, on the CPU and where there is one a GPU."""

import pytest
import torch

from course_lib.checking.comparison import compare


def test_there_are_at_least_six(right_answers):
    assert len(right_answers) >= 6


@pytest.mark.parametrize("seed", range(5))
def test_each_gets_all_points(exam_of, verdict_on, right_answers, name, seed):
    exam = exam_of(name, seed)
    for answer in right_answers:
        verdict = verdict_on(exam, answer)
        assert verdict.points == exam.function.points, "\n".join(verdict.lines)
        assert verdict.mistake is None


@pytest.mark.parametrize("seed", range(5))
def test_each_gets_all_points_of_the_visible_cases(exam_of, verdict_on, right_answers, name, seed):
    exam = exam_of(name, seed, True)
    for answer in right_answers:
        assert verdict_on(exam, answer).points == exam.function.points, answer


@pytest.mark.gpu
def test_each_is_right_on_a_gpu(exam_of, right_answers, name):
    exam = exam_of(name, 0)
    for answer in right_answers:
        if "numpy" in answer.__name__:
            continue  # numpy has no GPU
        for inputs, expected, case in zip(exam.inputs, exam.expected, exam.cases, strict=True):
            value = answer(**{word: _on_gpu(each) for word, each in inputs.items()})
            found = compare(_back(value), expected, case.tolerance, exam.function.gives)
            assert found.equal, f"{answer.__name__}, {case.name}: {found.message}"


def _on_gpu(value):
    return value.cuda() if isinstance(value, torch.Tensor) else value


def _back(value):
    if isinstance(value, tuple | list):
        return tuple(_back(item) for item in value)
    return value.detach().cpu() if isinstance(value, torch.Tensor) else value
