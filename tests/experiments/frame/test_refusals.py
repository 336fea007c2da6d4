"""What is not run, and what a record says of how it was run; with an experiment of no work."""

import json
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch

from course_lib.experiments.frame import engine
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale, Settled
from course_lib.experiments.frame.steps import BusyError, RefusedError
from course_lib.experiments.registry import EXPERIMENTS, find_experiment
from course_lib.training import record


@dataclass(frozen=True)
class Counting(Experiment):
    """Counts to `steps`, of which the paper took 1,000; the `base` is our own."""

    name: ClassVar[str] = "counting"
    question: ClassVar[str] = "How far?"

    steps: int = 1_000
    base: int = 10

    def quick(self):
        return replace(self, steps=1)

    def scale(self):
        return Scale(self.steps / 1_000, f"{self.steps} of 1,000 steps.")

    def run(self, run):
        return Findings({"whole": not torch.backends.cudnn.allow_tf32})


def run(experiment, tmp_path, quick=False, results="results"):
    return engine.run_experiment(
        experiment, 0, quick, "cpu", tmp_path / results, tmp_path / "checkpoints"
    )


@dataclass(frozen=True)
class Alone(Counting):
    name: ClassVar[str] = "alone"
    shares_work: ClassVar[bool] = False


def test_a_smaller_run_does_not_replace_a_larger_record_unless_it_is_told_to(tmp_path):
    path = run(Counting(steps=500), tmp_path, results="parts")
    before = path.read_bytes()
    for smaller in (Counting(steps=499), Counting(steps=1)):
        with pytest.raises(RefusedError, match=r"larger record .*\(fraction: 500 of 1,000 steps\)"):
            run(smaller, tmp_path, results="parts")
    assert path.read_bytes() == before
    run(Counting(steps=500, base=2), tmp_path, results="parts")  # as much, with other settings
    run(Counting(), tmp_path, results="parts")
    with pytest.raises(RefusedError, match="--results, or give --replace"):
        run(Counting(base=2), tmp_path, results="parts")
    engine.run_experiment(
        Counting(steps=10), 0, False, "cpu", tmp_path / "parts", tmp_path / "c", replace=True
    )
    assert json.loads(path.read_text())["config"]["steps"] == 10


def test_a_record_of_unknown_work_is_not_replaced_by_one_of_other_settings(tmp_path):
    @dataclass(frozen=True)
    class Ours(Counting):
        def scale(self):
            return Scale(None, f"{self.steps} steps.")

    run(Ours(steps=500), tmp_path)
    path = run(Ours(steps=500), tmp_path)  # the same again
    before = path.read_bytes()
    for steps in (1, 900):
        with pytest.raises(
            RefusedError, match=r"\(fraction: 500 steps\).* cannot be told.*--replace"
        ):
            run(Ours(steps=steps), tmp_path)
    assert path.read_bytes() == before
    waiting = engine.run_experiment(
        Ours(steps=900),
        0,
        False,
        "cpu",
        tmp_path / "results",
        tmp_path / "c",
        keep_in=tmp_path / "w",
    )
    assert waiting.is_relative_to(tmp_path / "w")
    run(Ours(), tmp_path)  # that all settings are those of the file can be told


def test_a_damaged_record_is_replaced_but_not_by_a_quick_run(tmp_path):
    path = run(Counting(), tmp_path)
    path.write_text("<<<<<<< HEAD")
    with pytest.raises(ValueError, match="is not a record"):
        run(Counting(), tmp_path, quick=True)
    run(Counting(steps=10), tmp_path)
    assert record("counting", 0, tmp_path / "results").config["steps"] == 10


def test_an_experiment_that_does_not_share_its_work_is_refused_in_several_processes(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(engine.processes, "count", lambda: 2)
    with pytest.raises(RefusedError, match=r"Run it in one process; .* CUDA_VISIBLE_DEVICES=K"):
        run(Alone(), tmp_path)


def test_which_experiments_do_not_share_their_work():
    # Oracle: who calls neither `fit` nor what is built on it, and who measures single batches.
    names = {"segmentation_strides", "detection_digits", "depth_or_width", "centering"}
    names |= {"vanishing_gradients", "speed_cifar10", "batch_norm_rates", "dropout_gap"}
    found = {name for name in EXPERIMENTS if not find_experiment(name).shares_work}
    assert found == names


def test_a_run_keeps_others_out_of_its_folder(tmp_path):
    @dataclass(frozen=True)
    class Twice(Counting):
        def run(self, here):
            with pytest.raises(BusyError, match="Another process is at this run"):
                run(Twice(), tmp_path)
            return super().run(here)

    run(Twice(), tmp_path)
    run(Twice(), tmp_path)
    assert list((tmp_path / "checkpoints" / "counting").iterdir()) == []


def test_on_a_gpu_float32_is_whole_and_the_record_names_what_computed(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: "a GPU")
    monkeypatch.setattr("torch.get_num_threads", lambda: 4)
    monkeypatch.setattr("torch.version.cuda", "12.4")
    monkeypatch.setattr("torch.backends.cudnn.version", lambda: 90100)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    path = engine.run_experiment(Counting(), 0, False, "cuda:1", tmp_path, tmp_path / "c")
    made = json.loads(path.read_text())
    assert made["measures"] == {"whole": True}
    assert made["device"] == "a GPU (CPU threads: 4)"
    assert made["versions"].items() >= {"cuda": "12.4", "cudnn": "90100"}.items()
    assert torch.backends.cudnn.allow_tf32 is True
    assert json.loads(run(Counting(), tmp_path).read_text())["measures"] == {"whole": False}


def test_as_much_work_with_other_settings_is_not_the_papers_scale_and_the_note_says_why():
    scale = Settled(Counting(steps=990, base=3)).scale
    assert scale["kind"] == "fraction"
    assert scale["note"] == "990 of 1,000 steps. Changed: steps=990, base=3"
    assert Settled(Counting(steps=10, base=3)).scale["note"] == "10 of 1,000 steps."
    assert Settled(Counting(base=3), is_quick=True).scale["note"] == "1000 of 1,000 steps."

    @dataclass(frozen=True)
    class Ours(Counting):
        data: str = "mnist"

        def scale(self):
            return Scale(None, f"{self.steps} steps.")

    changed = Settled(Ours(data="mnist_5k")).scale
    assert (changed["kind"], changed["note"]) == (
        "fraction",
        "1000 steps. Changed: data='mnist_5k'",
    )
