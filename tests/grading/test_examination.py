"""The examiner as a real second process, on the tiny course. Oracle: its cases, by hand."""

import os
import re
import signal
from pathlib import Path

import pytest
import torch

from course_lib.checking.calling import Called
from course_lib.checking.wire import decode_inputs, encode_answer
from course_lib.grading.examination import Examination, ExaminerError


@pytest.fixture(scope="module")
def examination(tiny_course):
    with Examination(tiny_course.solutions("tiny")) as examination:
        yield examination


def answers(examination, value_of):
    given = [decode_inputs(data) for data in examination.inputs("double", 7)]
    return [encode_answer(Called(value_of(inputs["x"]))) for inputs in given]


def test_the_plan(examination):
    questions, withheld = examination.plan()
    assert withheld == ("course_lib.layers",)
    slide = questions["slide"]
    assert (slide.points, slide.seconds, slide.forbidden) == (3.0, 2.0, ("convolution",))
    assert questions["double"].num_cases == 2


def test_inputs_come_from_the_seed_alone(examination):
    first, again, other = (examination.inputs("double", seed) for seed in (7, 7, 8))
    assert first == again != other


def test_a_right_answer(examination):
    verdict = examination.judge("double", 7, answers(examination, lambda x: 2 * x), [])
    assert (verdict.points, verdict.failed, verdict.mistake) == (2.0, (), None)


def test_a_known_mistake_is_named_and_loses_its_case_only(examination):
    verdict = examination.judge("double", 7, answers(examination, lambda x: 2 * x.abs()), [])
    assert (verdict.points, verdict.failed) == (1.0, ("signs",))
    assert verdict.mistake == "ForgetsTheSign"
    assert "Your answer is what you get when the sign is lost." in verdict.lines


def test_no_answer_is_told_as_it_came(examination):
    verdict = examination.judge("double", 7, ["it ended the whole Python process."] * 2, [])
    assert verdict.points == 0.0
    assert "double: it ended the whole Python process." in verdict.lines


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x" * 100,
        (2**62).to_bytes(8, "little"),
        (50).to_bytes(8, "little") + b"[" * 50,
        b"\x80\x04cos\nsystem\n(S'touch MARK'\ntR.",
    ],
)
def test_hostile_bytes_are_a_wrong_answer_and_no_more(examination, data, tmp_path):
    # Where a pickle that is obeyed leaves its mark.
    data = data.replace(b"MARK", str(tmp_path / "was-unpickled").encode())
    verdict = examination.judge("double", 7, [data, data], [])
    assert verdict.points == 0.0
    assert "its answer cannot be read" in " ".join(verdict.lines)
    assert list(tmp_path.iterdir()) == []


def test_a_forbidden_call_in_the_text_counts_whatever_the_values(examination):
    source = "%matplotlib inline\nfrom torch.nn import functional as F\n"
    source += "def slide(x, w):\n    return F.conv2d(x, w)"
    verdict = examination.judge("slide", 7, [encode_answer(Called(torch.zeros(1)))], [source])
    assert (verdict.points, verdict.forbidden) == (0.0, ("convolution",))


@pytest.mark.parametrize(
    ("others", "found"),
    [
        (["def slow(x, w):\n    out = F.conv2d(x, w)\n    return out"], False),
        (["def out(x, w):\n    return F.conv2d(x, w)"], True),
        (["from torch.nn.functional import conv2d as out"], True),
        (["out = F.conv2d", "def broken(:"], True),
        (["torch.Tensor?\ndef out(x, w):\n    return F.conv2d(x, w)"], True),
        (["%%time\ndef out(x, w):\n    return F.conv2d(x, w)"], True),
        (["here = !ls\n%time 1\ndef out(x, w):\n    return F.conv2d(x, w)"], True),
        (["a = (7\n     % 3)\ndef out(x, w):\n    return F.conv2d(x, w)"], True),
        (["x = w = F.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2))"], False),
    ],
)
def test_only_what_the_function_can_reach_counts(examination, others, found):
    sources = ["def slide(x, w):\n    return out(x, w)", *others]
    verdict = examination.judge("slide", 7, [encode_answer(Called(torch.zeros(1)))], sources)
    assert bool(verdict.forbidden) == found


def test_a_text_that_cannot_be_searched_is_told_and_costs_nothing(examination):
    right = answers(examination, lambda x: 2 * x)
    deep = "%time\nx = " + "-" * 100_000 + "1"
    verdict = examination.judge("double", 7, right, ["def double(x):\n    return 2 * x", deep])
    assert verdict.points == 2.0
    assert "nested too deeply to be searched" in verdict.lines[-1]


def test_beside_a_text_that_cannot_be_searched_the_others_are(examination):
    sources = ["%time\nx = " + "-" * 100_000 + "1", "def slide(x, w):\n    return F.conv2d(x, w)"]
    verdict = examination.judge("slide", 7, [encode_answer(Called(torch.zeros(1)))], sources)
    assert verdict.forbidden == ("convolution",)


def test_a_long_sum_does_not_bring_the_examiner_down(examination):
    right = answers(examination, lambda x: 2 * x)
    long = "x = " + "+".join(["1"] * 1200) + "\ndef double(x):\n    return 2 * x"
    verdict = examination.judge("double", 7, right, [long])
    assert (verdict.points, verdict.lines[-1]) == (2.0, "  right: positive numbers")


def test_a_fault_of_ours_is_tried_twice_and_then_told(examination):
    with pytest.raises(ExaminerError, match="KeyError: 'unknown'"):
        examination.inputs("unknown", 7)


def test_an_examiner_that_dies_is_replaced(tiny_course):
    with Examination(tiny_course.solutions("tiny")) as examination:
        before = examination.inputs("double", 7)
        os.kill(examination._process.pid, signal.SIGKILL)
        assert examination.inputs("double", 7) == before


def test_an_examiner_that_takes_too_long_is_stopped(tiny_course, monkeypatch):
    monkeypatch.setattr("course_lib.grading.examination.SECONDS", 0.1)  # before torch is loaded
    with (
        Examination(tiny_course.solutions("tiny")) as examination,
        pytest.raises(ExaminerError, match=r"stopped after 0\.1 seconds"),
    ):
        examination.plan()


def test_the_examiner_may_not_take_all_memory(examination):
    examination.plan()
    limits = Path(f"/proc/{examination._process.pid}/limits").read_text()
    (allowed,) = re.findall(r"Max address space +(\d+)", limits)
    assert 2 * 2**30 < int(allowed) < 16 * 2**30
