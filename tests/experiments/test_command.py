"""`course train` from its words to its files."""

import json

import pytest
import torch

from course_lib.cli import main
from course_lib.experiments import command
from course_lib.experiments.registry import EXPERIMENTS, find_experiment


@pytest.fixture(autouse=True)
def _same_threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_quick_makes_a_record_in_seconds_without_any_data(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    words = ["train", "lenet_modern_mnist", "--quick", "--seed", "4", "--threads", "1"]
    assert main([*words, "--device", "cpu", "--results", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "epoch 2 of 2: loss " in out
    path = tmp_path / "lenet_modern_mnist" / "seed4.json"
    assert str(path) in out
    made = json.loads(path.read_text())
    assert made["scale"]["kind"] == "quick"
    assert made["device"] == "cpu (threads: 1)"
    assert made["test"]["error"] < 0.2
    assert path.with_suffix(".safetensors").exists()


def test_list_names_every_experiment_with_its_question(capsys):
    assert main(["train", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(EXPERIMENTS)
    for name, line in zip(EXPERIMENTS, lines, strict=True):
        assert line.startswith(name)
        assert find_experiment(name).question in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name an EXPERIMENT; `course train --list` shows them"),
        (["lenet"], "There is no experiment 'lenet'; there are: lenet_mnist, lenet_modern_mnist"),
        (["lenet_mnist", "--seed", "-1"], "--seed is -1; give 0 or more"),
        (["lenet_mnist", "--threads", "0"], "--threads is 0; give 1 or more"),
        (["lenet_mnist", "--device", "toaster"], "--device toaster cannot be used here"),
        (["lenet_mnist", "--set", "epochs"], "--set epochs: give NAME=VALUE, with a NAME of batch"),
        (["lenet_mnist", "--set", "speed=9"], "--set speed=9: give NAME=VALUE"),
        (["lenet_mnist", "--set", "epochs=few"], "--set epochs=few: epochs is of type int"),
        (["--missing", "--seed", "0"], "--missing goes through all seeds with their own settings"),
        (["--missing", "--set", "epochs=1"], "leave out --seed, --quick and --set"),
        (["lenet", "--missing"], "There is no experiment 'lenet'"),
        (["lenet_mnist", "--quick", "--set", "epochs=1"], "--quick has settings of its own"),
        (["lenet_mnist", "--quick", "--scale", "laptop"], "leave out --scale and --set"),
    ],
)
def test_what_cannot_be_done_is_said(words, message, capsys):
    assert main(["train", *words]) == 1
    assert message in capsys.readouterr().err


def test_missing_data_is_said_with_the_line_to_type(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    assert main(["train", "lenet_mnist", "--device", "cpu"]) == 1
    assert "course data prepare mnist" in capsys.readouterr().err


def test_a_setting_can_be_changed_and_the_record_says_so(small_mnist, tmp_path, monkeypatch):
    words = ["train", "lenet_modern_mnist", "--device", "cpu", "--results", str(tmp_path)]
    monkeypatch.setattr("course_lib.experiments.frame.engine._workplace", lambda: tmp_path)
    changed = ["--set", "epochs=1", "--set", "num_validation=100", "--set", "learning_rate=0.01"]
    assert main([*words, *changed]) == 0
    made = json.loads((tmp_path / "lenet_modern_mnist" / "seed0.json").read_text())
    assert made["config"]["learning_rate"] == 0.01
    assert len(made["epochs"]) == 1
    assert made["scale"]["kind"] == "fraction"


def test_missing_without_a_budget_lists_and_makes_nothing(tmp_path, capsys):
    words = ["train", "--missing", "--scale", "paper", "--results", str(tmp_path)]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "lenet_mnist, seed 0: no record yet" in out
    assert "Give --budget SECONDS" in out
    assert main([*words, "centering"]) == 0
    named = {line.partition(",")[0] for line in capsys.readouterr().out.splitlines()[:-1]}
    assert named == {"centering"}
    assert not list(tmp_path.iterdir())


QUICK = ["train", "lenet_modern_mnist", "--quick", "--device", "cpu"]


def test_a_budget_stops_one_experiment_too_and_the_same_line_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("course_lib.experiments.frame.engine._workplace", lambda: tmp_path)
    words = [*QUICK, "--results", str(tmp_path)]
    assert main([*words, "--budget", "0"]) == 0
    out = capsys.readouterr().out
    assert "epoch 1 of 2" in out
    assert "The 0 seconds are over; the same line goes on from here." in out
    assert main([*words, "--budget", "600"]) == 0
    out = capsys.readouterr().out
    assert "epoch 1 of 2" not in out
    assert "the record is" in out


def test_a_smaller_run_needs_to_be_told_to_replace_a_larger_record(
    small_mnist, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("course_lib.experiments.frame.engine._workplace", lambda: tmp_path)
    words = ["train", "lenet_modern_mnist", "--device", "cpu", "--results", str(tmp_path)]
    assert main([*words, "--set", "epochs=1", "--set", "num_validation=100"]) == 0
    words = [*QUICK, "--results", str(tmp_path)]
    assert main(words) == 1
    assert "give --replace" in capsys.readouterr().err
    assert main([*words, "--replace"]) == 0


def test_missing_hands_on_what_it_is_given_and_tells_by_its_status_what_was_left_out(
    tmp_path, monkeypatch, capsys
):
    given, left_out = [], []

    def make(*words, **options):
        given.append((words, options))
        return [tmp_path], left_out

    monkeypatch.setattr(command, "make_missing", make)
    words = ["train", "--missing", "centering", "--budget", "5", "--lines", str(tmp_path)]
    words += ["--device", "cpu", "--results", str(tmp_path / "results")]
    assert main(words) == 0
    assert "1 records made, 3 still missing." in capsys.readouterr().out
    left_out.append("one")
    assert main([*words, "--replace"]) == 1
    first, second = given
    assert first[0] == ("laptop", 5.0, "cpu", tmp_path / "results", "centering")
    assert first[1] == {"logs": tmp_path, "replace": False}
    assert second[1]["replace"] is True


@pytest.mark.parametrize(("device", "current"), [("cuda:1", [1]), ("cuda", []), ("cpu", [])])
def test_a_numbered_gpu_is_made_the_current_one(device, current, monkeypatch):
    # Only of the current one the random numbers are kept with a checkpoint.
    chosen = []
    monkeypatch.setattr(torch, "zeros", lambda *shape, device: None)
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: chosen.append(device.index))
    monkeypatch.setattr(command, "run_experiment", lambda *words, **options: None)
    assert main(["train", "centering", "--device", device]) == 0
    assert chosen == current
