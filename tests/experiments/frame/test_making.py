"""An hour put to use on what is missing; what fails, and how that ends."""

import json
from types import SimpleNamespace

import pytest
import torch

from course_lib.experiments.frame import engine, making, missing
from course_lib.experiments.frame.locks import alone_in
from course_lib.experiments.frame.waiting import waiting_folder
from course_lib.training import record, record_weights, records


def make(results, scale="laptop", budget=60.0, name=None, **options):
    return making.make_missing(scale, budget, "cpu", results, name, **options)


def steps_recorded(results):
    return [
        json.loads(path.read_text())["config"]["steps"]
        for path in sorted((results / "counting").glob("*.json"))
    ]


def fails_with(monkeypatch, kinds, error):
    monkeypatch.setattr(kinds[1], "error", error)


def test_what_can_be_made_is_made_and_the_rest_is_said(counting, capsys):
    made, left_out = make(counting)
    assert [path.name for path in made] == ["seed0.json", "seed1.json"]
    assert "left out: FileNotFoundError: There is no data here." in capsys.readouterr().out
    assert [(each.scale["kind"], each.seconds) for each in records("counting", counting)] == [
        ("fraction", 3),
        ("fraction", 3),
    ]
    assert left_out == missing.missing("laptop", counting)
    assert [each.experiment.name for each in left_out] == ["without_data"] * 2


def test_one_experiment_alone_is_made(counting, tmp_path):
    made, left_out = make(counting, name="counting")
    assert (len(made), left_out) == (2, [])


def test_the_lines_go_where_they_are_wanted(counting, kinds, tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(kinds[0], "run", lambda self, run: seen.append(run.logs) or 1 / 0)
    make(counting, name="counting", logs=tmp_path)
    assert seen == [tmp_path / "counting" / "seed0", tmp_path / "counting" / "seed1"]


def test_when_the_time_is_over_what_is_done_is_kept(counting, kinds, monkeypatch, capsys):
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    assert make(counting, budget=1.5, name="counting") == ([], [])
    assert "The 1.5 seconds are over" in capsys.readouterr().out
    kept = [path.name for path in (counting.parent / ".checkpoints").rglob("*.*")]
    assert kept == ["count0.json"]
    monkeypatch.undo()
    monkeypatch.setattr(engine, "_workplace", lambda: counting.parent)
    engine.run_experiment(kinds[0]().laptop(), 0, results=counting)
    assert f"going on from {counting.parent}" in capsys.readouterr().out


def test_larger_records_come_in_together_or_not_at_all(counting, kinds, monkeypatch, capsys):
    make(counting, name="counting")
    assert steps_recorded(counting) == [10, 10]
    steps, calls = kinds[0].run, []

    def stopped_in_the_second(self, run):
        calls.append(run.seed)
        if run.seed == 1:
            raise making.BudgetSpentError
        return steps(self, run)

    with monkeypatch.context() as patch:
        patch.setattr(kinds[0], "run", stopped_in_the_second)
        made, _ = make(counting, "paper", name="counting")
        assert len(made) == 1
        assert steps_recorded(counting) == [10, 10]
        assert records("counting", counting)
        make(counting, "paper", name="counting")
        assert calls == [0, 1, 1]
    capsys.readouterr()
    made, left_out = make(counting, "paper", name="counting")
    assert (len(made), left_out) == (1, [])
    assert f"they are in {counting} now" in capsys.readouterr().out
    assert steps_recorded(counting) == [1_000, 1_000]
    assert record_weights("counting", 1, counting)["steps"].tolist() == [1_000, 1]
    assert not waiting_folder(kinds[0](), counting).exists()
    assert missing.missing("paper", counting, "counting") == []


def test_what_was_complete_when_it_was_cut_off_comes_in_with_the_next_call(counting, kinds):
    make(counting, name="counting")
    for seed in (0, 1):
        place = waiting_folder(kinds[0](), counting)
        engine.run_experiment(kinds[0](), seed, results=counting, keep_in=place)
    assert steps_recorded(counting) == [10, 10]
    assert make(counting, "paper", name="counting") == ([], [])
    assert steps_recorded(counting) == [1_000, 1_000]


def test_what_waits_does_not_come_in_beside_a_full_record(counting, kinds):
    laptop = kinds[0]().laptop()
    for seed in (0, 1):
        engine.run_experiment(kinds[0](steps=5), seed, results=counting)
    place = waiting_folder(laptop, counting)
    engine.run_experiment(laptop, 0, results=counting, keep_in=place)
    engine.run_experiment(kinds[0](), 1, results=counting)
    assert make(counting, name="counting") == ([], [])
    assert steps_recorded(counting) == [5, 1_000]


def test_beside_a_full_record_no_smaller_one_is_made(counting, kinds, capsys):
    engine.run_experiment(kinds[0](), 0, results=counting)
    made, left_out = make(counting, name="counting")
    assert (made, [each.seed for each in left_out]) == ([], [1])
    assert "give --scale paper" in capsys.readouterr().out
    make(counting, "paper", name="counting")
    assert steps_recorded(counting) == [1_000, 1_000]


def test_a_larger_record_of_other_settings_is_spared_unless_it_is_to_be_replaced(counting, kinds):
    for seed in (0, 1):
        engine.run_experiment(kinds[0](steps=11), seed, results=counting)
    assert len(make(counting, name="counting")[1]) == 2
    assert steps_recorded(counting) == [11, 11]
    make(counting, name="counting", replace=True)
    assert steps_recorded(counting) == [10, 10]


def test_a_damaged_record_is_made_again(counting, capsys):
    make(counting, name="counting")
    path = counting / "counting" / "seed1.json"
    path.write_text("{")
    assert len(make(counting, name="counting")[0]) == 1
    assert "its record cannot be read" in capsys.readouterr().out
    assert record("counting", 1, counting).config == {"steps": 10}


def test_what_another_process_is_at_is_skipped(counting, kinds, capsys):
    code = engine.digest(*engine.module_files([kinds[0].__module__, engine.__name__]))
    folder = engine._checkpoint_folder(kinds[0]().laptop(), 0, "cpu", code, None)
    with alone_in(folder):
        made, left_out = make(counting, name="counting")
    assert ([path.name for path in made], left_out) == (["seed1.json"], [])
    assert "skipped: Another process is at this run" in capsys.readouterr().out


def test_what_another_process_has_made_in_the_meantime_is_not_made_again(
    counting, kinds, monkeypatch
):
    steps, seeds = kinds[0].run, []

    def makes_the_next_too(self, run):
        seeds.append(run.seed)
        if run.seed == 0:
            monkeypatch.setattr(kinds[0], "run", steps)
            engine.run_experiment(self, 1, results=counting)
            monkeypatch.setattr(kinds[0], "run", makes_the_next_too)
        return steps(self, run)

    monkeypatch.setattr(kinds[0], "run", makes_the_next_too)
    make(counting, name="counting")
    assert seeds == [0]


@pytest.mark.parametrize("error", [KeyError("width"), ZeroDivisionError(), MemoryError("full")])
def test_any_error_of_one_leaves_the_others(error, counting, kinds, monkeypatch, capsys):
    fails_with(monkeypatch, kinds, error)
    made, left_out = make(counting)
    assert (len(made), len(left_out)) == (2, 2)
    assert f"left out: {type(error).__name__}" in capsys.readouterr().out


def test_a_full_memory_of_the_gpu_is_one_experiments_alone(counting, kinds, monkeypatch):
    fails_with(monkeypatch, kinds, torch.OutOfMemoryError("CUDA out of memory."))
    assert len(make(counting)[0]) == 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device"), "The disk is full; make room"),
        (OSError(28, "No space left on device", "/a/file"), "The disk is full; .*'/a/file'"),
        (OSError(122, "Disk quota exceeded"), "The disk is full"),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), "CUDA error"),
        (RuntimeError("Triton Error [CUDA]: an illegal memory access"), "Triton Error"),
        (KeyboardInterrupt(), None),
    ],
)
def test_what_would_fail_again_ends_it(error, message, counting, kinds, monkeypatch):
    fails_with(monkeypatch, kinds, error)
    with pytest.raises(type(error), match=message):
        make(counting)
    assert not (counting / "counting").exists()


def in_two_processes(monkeypatch):
    """As the second of two processes sees it, where what is said to all reaches no other."""
    two = SimpleNamespace(count=lambda: 2, rank=lambda: 1)
    monkeypatch.setattr(making, "processes", two)


def test_of_several_processes_none_goes_on_alone(counting, monkeypatch, capsys):
    in_two_processes(monkeypatch)
    with pytest.raises(FileNotFoundError):
        make(counting)
    assert capsys.readouterr().err == "process 1: FileNotFoundError: There is no data here.\n"


def test_a_refusal_is_of_all_processes_and_they_go_on(counting, kinds, monkeypatch):
    for seed in (0, 1):
        engine.run_experiment(kinds[0](steps=11), seed, results=counting)
    in_two_processes(monkeypatch)
    assert len(make(counting, name="counting")[1]) == 2


def test_several_processes_leave_out_what_they_cannot_share(counting, kinds, monkeypatch, capsys):
    monkeypatch.setattr(kinds[1], "shares_work", False)
    in_two_processes(monkeypatch)
    made, left_out = make(counting)
    assert (len(made), left_out) == (2, [])
    assert "wait for one process alone: without_data." in capsys.readouterr().out
