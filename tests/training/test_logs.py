"""Logs of epochs. Oracle: the history that fit returns, and a writer that notes its calls."""

import json
import sys
from types import SimpleNamespace

import pytest
from torch.nn import functional as F
from torch.optim.lr_scheduler import StepLR

from course_lib.optimizers import SGD
from course_lib.training import fit


def trained(network, digits, epochs=3, **options):
    model = network()
    optimizer = SGD(model.parameters(), lr=0.1)
    schedule = StepLR(optimizer, 1, gamma=0.5)
    settings = {"epochs": epochs, "batch_size": 250, "schedule": schedule} | options
    return fit(model, F.cross_entropy, optimizer, *digits, **settings)


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def numbers(path):
    return [line["epoch"] for line in lines(path)]


def test_a_line_per_epoch_tells_what_the_history_tells(network, digits, tmp_path):
    path = tmp_path / "new" / "log.jsonl"
    history = trained(network, digits, log=path)
    found = lines(path)
    for line, epoch in zip(found, history.epochs, strict=True):
        assert vars(epoch).items() <= line.items()
        # A thousand images, in less than the whole epoch's time.
        assert line["images_per_second"] > 1000 / (line["seconds"] + 0.001)
        assert set(line) - set(vars(epoch)) == {"learning_rate", "seconds", "images_per_second"}
    assert [line["learning_rate"] for line in found] == [0.1, 0.05, 0.025]
    assert sum(line["seconds"] for line in found) == pytest.approx(history.seconds, abs=0.002)


def test_a_run_that_goes_on_repeats_no_line_and_loses_none(network, digits, tmp_path):
    path = tmp_path / "log.jsonl"
    options = {"log": path, "checkpoint": tmp_path / "checkpoint"}
    trained(network, digits, epochs=2, **options)
    # What a kill may leave: a line of an epoch that was not saved, and the half of one.
    with path.open("a") as file:
        file.write('{"epoch": 3, "train_loss": 77.0}\n{"epoch": 4, "tr')
    before = path.read_text().splitlines()[:2]
    history = trained(network, digits, epochs=4, **options)
    assert path.read_text().splitlines()[:2] == before
    assert [line["train_loss"] for line in lines(path)] == [e.train_loss for e in history.epochs]
    trained(network, digits, epochs=4, **options)
    assert numbers(path) == [1, 2, 3, 4]


def test_a_line_is_there_before_its_epoch_is_over(network, digits, tmp_path):
    path, seen = tmp_path / "log.jsonl", []
    trained(network, digits, log=path, after_epoch=lambda epoch: seen.append(numbers(path)))
    assert seen == [[1], [1, 2], [1, 2, 3]]


def test_a_new_run_starts_its_file_anew(network, digits, tmp_path):
    for _ in range(2):
        trained(network, digits, log=tmp_path / "log.jsonl")
    assert numbers(tmp_path / "log.jsonl") == [1, 2, 3]


def test_a_file_of_something_else_is_left_alone(network, digits, tmp_path):
    for text in ("a letter\n", '{"name": 1}\n', "[1]\n"):
        (tmp_path / "notes").write_text(text)
        with pytest.raises(ValueError, match="notes is a file of something else"):
            trained(network, digits, log=tmp_path / "notes")
        assert (tmp_path / "notes").read_text() == text


def test_tensorboard_gets_the_same_numbers(network, digits, tmp_path, monkeypatch):
    calls = []

    class Writer:
        def __init__(self, folder, purge_step):
            calls.append((folder, purge_step))

        def add_scalar(self, *what):
            calls.append(what)

        def flush(self):
            calls.append("flush")

        def close(self):
            calls.append("close")

    stand_in = SimpleNamespace(SummaryWriter=Writer)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", stand_in)
    (train, _), options = digits, {"checkpoint": tmp_path / "checkpoint"}
    trained(network, (train,), epochs=1, **options)
    options |= {"log": tmp_path / "log.jsonl", "tensorboard": tmp_path / "curves"}
    trained(network, (train,), epochs=2, **options)
    (line,) = lines(tmp_path / "log.jsonl")
    assert calls[0] == (tmp_path / "curves", 2)
    values = {name: value for name, value in line.items() if value is not None}
    del values["epoch"]
    assert calls[1:-2] == [(name, value, 2) for name, value in values.items()]
    assert "validation_error" not in values
    assert calls[-2:] == ["flush", "close"]


def test_without_tensorboard_it_says_what_to_install(network, digits, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(ImportError, match="pip install tensorboard"):
        trained(network, digits, tensorboard=tmp_path)
