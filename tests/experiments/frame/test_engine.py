"""An experiment from its dataclass to its record, on digits few enough to train in a second."""

import json
from dataclasses import asdict, dataclass, replace

import pytest
import torch

from course_lib.data import load, split_off
from course_lib.experiments.frame import engine, steps
from course_lib.experiments.frame.experiment import Experiment, Scale, Settled
from course_lib.experiments.lenet_mnist import LenetMnist
from course_lib.experiments.lenet_modern_mnist import LenetModernMnist
from course_lib.experiments.pieces import digits
from course_lib.training import error_rate, record, record_weights

SMALL = {"num_validation": 100, "epochs": 2}


def run(experiment, tmp_path, seed=0, quick=False, results="results"):
    return engine.run_experiment(
        experiment, seed, quick, "cpu", tmp_path / results, tmp_path / "checkpoints"
    )


@pytest.mark.parametrize("kind", [LenetMnist, LenetModernMnist])
def test_the_record_tells_what_was_run_and_what_came_out(kind, small_mnist, tmp_path):
    experiment = replace(kind(), **SMALL)
    path = run(experiment, tmp_path, seed=2)
    assert path == tmp_path / "results" / experiment.name / "seed2.json"
    made = record(experiment.name, 2, tmp_path / "results")
    assert made.question == experiment.question
    assert made.config == json.loads(json.dumps(asdict(experiment)))
    # 2 passes of the paper's 20
    assert made.scale["kind"] == "fraction"
    assert made.scale["of_paper"] == round(2 * 59_900 / (20 * 60_000), 4)
    assert len(made.epochs) == 2
    assert made.versions.keys() == {"python", "numpy", "torch", "instructions"}
    assert made.device.startswith("cpu (threads: ")

    # Oracle: the network built again from the record's weights, measured by itself.
    model = experiment.model()
    model.load_state_dict(record_weights(experiment.name, 2, tmp_path / "results"))
    images, labels = load("mnist", "test")
    assert made.test["error"] == error_rate(model, experiment.prepare(images), labels)
    confusion = torch.tensor(made.measures["confusion"])
    assert confusion.sum(1).tolist() == torch.bincount(labels, minlength=10).tolist()
    assert 1 - confusion.diagonal().sum() / len(labels) == pytest.approx(made.test["error"])
    assert made.measures["num_parameters"] == sum(p.numel() for p in model.parameters())
    _, validation = split_off(*load("mnist", "train"), 100, digits.VALIDATION_SEED)
    last = error_rate(model, experiment.prepare(validation[0]), validation[1])
    assert made.epochs[-1].validation_error == last


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(small_mnist, tmp_path):
    experiment = replace(LenetModernMnist(), **SMALL)
    name, folders = experiment.name, [tmp_path / "a", tmp_path / "b"]
    for folder in ("a", "b"):
        run(experiment, tmp_path, results=folder)
    run(experiment, tmp_path, seed=1, results="a")
    first, second = (record(name, 0, folder) for folder in folders)
    assert first.epochs == second.epochs
    assert first.weights == second.weights
    assert first.epochs != record(name, 1, folders[0]).epochs


def test_the_test_set_is_read_once_and_only_after_training(small_mnist, tmp_path, monkeypatch):
    events = []

    def watched(name):
        function = getattr(digits, name)

        def call(*args, **options):
            events.append((name, args[1]) if name == "load" else name)
            return function(*args, **options)

        monkeypatch.setattr(digits, name, call)

    watched("load")
    watched("fit")
    run(replace(LenetModernMnist(), **SMALL), tmp_path)
    assert events == [("load", "train"), "fit", ("load", "test")]


def test_a_run_that_broke_off_goes_on_after_its_last_epoch(
    small_mnist, tmp_path, monkeypatch, capsys
):
    experiment = replace(LenetModernMnist(), num_validation=100, epochs=4)
    run(experiment, tmp_path, results="whole")
    capsys.readouterr()

    say = steps.say

    def break_off(line):
        say(line)
        if line.startswith("epoch 2"):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(steps, "say", break_off)
        with pytest.raises(KeyboardInterrupt):
            run(experiment, tmp_path)
    run(experiment, tmp_path)
    starts = [line.split(":")[0][:10] for line in capsys.readouterr().out.splitlines()]
    assert starts == [
        *("epoch 1 of", "epoch 2 of", "going on f", "epoch 3 of", "epoch 4 of", "test error")
    ]
    whole = record(experiment.name, 0, tmp_path / "whole")
    parts = record(experiment.name, 0, tmp_path / "results")
    assert (whole.epochs, whole.test, whole.weights) == (parts.epochs, parts.test, parts.weights)
    assert list((tmp_path / "checkpoints" / experiment.name).iterdir()) == []


def test_other_settings_do_not_go_on_from_a_checkpoint(monkeypatch):
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: "a GPU")
    experiment = replace(LenetModernMnist(), **SMALL)
    folders = {
        engine._checkpoint_folder(each, seed, device, code, None).name
        for each in (experiment, replace(experiment, learning_rate=0.01))
        for seed in (0, 1)
        for device in ("cpu", "cuda")
        for code in ("0" * 64, "1" * 64)
    }
    assert len(folders) == 16


def test_another_torch_or_gpu_does_not_go_on_and_threads_count_on_the_cpu_alone(monkeypatch):
    def name(device):
        return engine._checkpoint_folder(LenetMnist(), 0, device, "0" * 64, None).name

    gpu, threads, version = "one GPU", 1, "2.6.0"
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: gpu)
    monkeypatch.setattr("torch.get_num_threads", lambda: threads)
    monkeypatch.setattr("torch.__version__", version)
    before = {device: name(device) for device in ("cuda", "cpu")}
    assert name("cuda:0") == before["cuda"]
    threads = 2
    assert name("cuda") == before["cuda"]
    assert name("cpu") != before["cpu"]
    threads, gpu = 1, "another GPU"
    assert name("cuda") != before["cuda"]
    assert name("cpu") == before["cpu"]
    gpu = "one GPU"
    monkeypatch.setattr("torch.__version__", "2.7.0")
    assert all(name(device) != before[device] for device in before)


def test_quick_runs_on_embedded_digits_and_spares_the_full_record(
    small_mnist, tmp_path, monkeypatch
):
    experiment = replace(LenetModernMnist(), **SMALL)
    path = run(experiment, tmp_path)
    before = path.read_bytes()
    monkeypatch.delenv("COURSE_DATA")
    with pytest.raises(ValueError, match="holds a larger record"):
        run(experiment, tmp_path, quick=True)
    assert path.read_bytes() == before
    run(experiment, tmp_path, quick=True, results="quick")
    run(experiment, tmp_path, quick=True, results="quick")
    made = record(experiment.name, 0, tmp_path / "quick")
    assert made.scale["kind"] == "quick"
    assert made.config["data"] == "mnist_5k"


def test_all_but_the_validation_digits_counts_as_the_papers_scale():
    scale = Settled(LenetMnist()).scale
    assert (scale["kind"], scale["of_paper"]) == ("paper", 0.9167)
    assert scale["note"] == (
        "20 passes through 55,000 digits, 5,000 more kept for validation; "
        "the paper: 20 passes through 60,000."
    )


def test_without_a_paper_the_settings_of_the_file_are_the_full_scale():
    @dataclass(frozen=True)
    class Ours(Experiment):
        steps: int = 100

        def scale(self):
            return Scale(None, f"{self.steps} steps.")

    assert Settled(Ours()).scale == {"kind": "paper", "of_paper": None, "note": "100 steps."}
    assert Settled(Ours(steps=10)).scale["kind"] == "fraction"
    assert Settled(Ours(), is_quick=True).scale["kind"] == "quick"


def test_missing_data_is_an_error_that_says_what_to_type(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path / "nothing"))
    with pytest.raises(FileNotFoundError, match="course data prepare mnist"):
        run(LenetMnist(), tmp_path)


@pytest.mark.gpu
def test_runs_on_the_gpu(small_mnist, tmp_path):
    experiment = replace(LenetMnist(), **SMALL)
    engine.run_experiment(experiment, 0, False, "cuda", tmp_path, tmp_path / "checkpoints")
    made = record(experiment.name, 0, tmp_path)
    assert made.device.startswith(f"{torch.cuda.get_device_name()} (CPU threads: ")
    assert made.versions["cuda"] == torch.version.cuda
    assert made.versions["cudnn"] == str(torch.backends.cudnn.version())


def test_lenet5_follows_the_rates_of_the_paper():
    # Section III-B: 0.0005 for two passes, 0.0002 for three, 0.0001 for three, 0.00005 for four,
    # 0.00001 after that.
    experiment = LenetMnist()
    optimizer, schedule = experiment.optimizer(experiment.model())
    rates = []
    for _ in range(22):
        rates.append(optimizer.param_groups[0]["lr"] / experiment.rate_factor)
        optimizer.step()
        schedule.step()
    paper = [5e-4] * 2 + [2e-4] * 3 + [1e-4] * 3 + [5e-5] * 4 + [1e-5] * 10
    assert rates == pytest.approx(paper)
