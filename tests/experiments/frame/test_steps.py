"""Steps of a run: done once, kept, and stopped by the clock alone."""

import time

import pytest

from course_lib.experiments.frame.steps import BudgetSpentError, Run
from course_lib.training import Epoch


def test_a_step_is_computed_once_and_read_afterwards(tmp_path):
    calls = []

    def make(folder):
        calls.append(folder)
        return {"found": [1, 2.5, None]}

    first = Run(0, "cpu", tmp_path).step("look", make)
    again = Run(0, "cpu", tmp_path).step("look", make)
    assert first == again
    assert first["found"] == [1, 2.5, None]
    assert calls == [tmp_path / "look"]


def test_seconds_are_those_the_step_took_unless_it_says_otherwise(tmp_path):
    run = Run(0, "cpu", tmp_path)
    assert run.seconds == 0
    run.step("slow", lambda folder: time.sleep(0.3) or {})
    assert 0.3 <= run.seconds < 1
    run.step("counted", lambda folder: {"seconds": 100})
    assert 100.3 <= run.seconds < 101


def test_a_step_that_failed_is_tried_again(tmp_path):
    run = Run(0, "cpu", tmp_path)
    with pytest.raises(ZeroDivisionError):
        run.step("look", lambda folder: {"found": 1 / 0})
    assert run.step("look", lambda folder: {"found": 1})["found"] == 1


def test_what_is_no_number_is_refused_and_not_kept(tmp_path):
    run = Run(0, "cpu", tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        run.step("look", lambda folder: {"found": float("nan")})
    assert not list(tmp_path.iterdir())


def test_after_the_deadline_no_step_begins_but_what_is_done_can_be_read(tmp_path):
    Run(0, "cpu", tmp_path).step("early", lambda folder: {"found": 1})
    late = Run(0, "cpu", tmp_path, deadline=time.monotonic() - 1)
    assert late.step("early", lambda folder: {"found": 2})["found"] == 1
    with pytest.raises(BudgetSpentError):
        late.step("another", lambda folder: {})


def test_after_the_deadline_an_epoch_is_the_last_unless_it_was_so_anyway(tmp_path, capsys):
    late = Run(0, "cpu", tmp_path, deadline=time.monotonic() - 1)
    report = late.after_epoch(10, "plain")
    with pytest.raises(BudgetSpentError):
        report(Epoch(9, 1.25, 0.5, None))
    report(Epoch(10, 1.0, 0.25, 0.3))
    assert capsys.readouterr().out.splitlines() == [
        "plain: epoch  9 of 10: loss 1.2500, error 50.00%",
        "plain: epoch 10 of 10: loss 1.0000, error 25.00%, on validation 30.00%",
    ]
