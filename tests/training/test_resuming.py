"""A run that is killed goes on to the same bits.

Oracle: the same run, not interrupted, in another process.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F
from torch.optim.lr_scheduler import LinearLR

from course_lib.optimizers import SGD, Adam
from course_lib.training import fit

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("interrupted_run.py")
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}


def run(folder: Path) -> list[str]:
    """The run from start, or from its checkpoint, to the end: what it printed."""
    folder.mkdir(exist_ok=True)
    words = [sys.executable, str(SCRIPT), str(folder / "checkpoint")]
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=ENVIRONMENT)
    return done.stdout.splitlines()


def run_and_kill(folder: Path, batch: int) -> list[str]:
    """SIGKILL, which no process can catch, while it is at work on this batch."""
    folder.mkdir(exist_ok=True)
    words = [sys.executable, str(SCRIPT), str(folder / "checkpoint"), str(batch)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        printed = list(itertools.takewhile(lambda line: line != "waiting\n", process.stdout))
        process.kill()
    assert process.returncode == -signal.SIGKILL
    return [line.strip() for line in printed]


def epochs(first: int, last: int) -> list[str]:
    return [f"epoch {number}" for number in range(first, last + 1)]


def test_a_run_killed_twice_ends_with_the_same_bits(tmp_path):
    # With augmentation, dropout, a schedule and bfloat16. First before there is a checkpoint, then
    # in the middle of epoch 3 (batch 8 of 16).
    assert run(tmp_path / "whole") == epochs(1, 6)
    assert run_and_kill(tmp_path / "killed", batch=7) == []
    assert run_and_kill(tmp_path / "killed", batch=40) == epochs(1, 2)
    assert run(tmp_path / "killed") == epochs(3, 6)
    whole, killed = ((tmp_path / name / "weights").read_bytes() for name in ("whole", "killed"))
    assert whole == killed
    whole, killed = (untimed_lines(tmp_path / name / "log") for name in ("whole", "killed"))
    assert whole == killed
    assert [line["epoch"] for line in whole] == [1, 2, 3, 4, 5, 6]


def untimed_lines(log: Path) -> list[dict]:
    """A log without what no two runs share."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    for line in lines:
        del line["seconds"], line["images_per_second"]
    return lines


def momentum(parameters):
    return SGD(parameters, lr=0.1, momentum=0.9)


def trained(network, digits, checkpoint, epochs, build=momentum, **options):
    """A run with a warm-up schedule, which changes the first rate when it is built."""
    model = network()
    optimizer = build(model.parameters())
    schedule = LinearLR(optimizer, start_factor=0.1, total_iters=3)
    settings = {"batch_size": 64, "seed": 1} | options
    history = fit(
        model,
        F.cross_entropy,
        optimizer,
        *digits,
        epochs=epochs,
        schedule=schedule,
        checkpoint=checkpoint,
        **settings,
    )
    rates = (schedule.get_last_lr(), optimizer.param_groups[0]["lr"])
    return model, history, rates


@pytest.mark.parametrize("build", [momentum, Adam, torch.optim.SGD, torch.optim.Adam])
def test_going_on_equals_going_through(network, digits, tmp_path, build):
    # torch's SGD keeps None where it has no momentum, Adam keeps counts and pairs of numbers.
    model, history, rates = trained(network, digits, tmp_path / "whole", 4, build)
    trained(network, digits, tmp_path / "parts", 2, build)
    other, again, same_rates = trained(network, digits, tmp_path / "parts", 4, build)
    assert again.epochs == history.epochs
    assert same_rates == rates
    for name, value in model.state_dict().items():
        assert torch.equal(value, other.state_dict()[name])


def test_a_finished_run_is_not_run_again(network, digits, tmp_path):
    model, history, _ = trained(network, digits, tmp_path, 2)
    other, again, _ = trained(network, digits, tmp_path, 2)
    assert again == history
    assert torch.equal(model[2].weight, other[2].weight)


def test_training_ends_when_it_is_told_to(network, digits, tmp_path):
    options = {"after_epoch": lambda epoch: epoch.epoch == 2, "checkpoint": tmp_path}
    model, history, _ = trained(network, digits, epochs=5, **options)
    assert [epoch.epoch for epoch in history.epochs] == [1, 2]
    told = []
    options["after_epoch"] = told.append
    other, again, _ = trained(network, digits, epochs=5, **options)
    assert again == history
    assert told == []
    assert torch.equal(model[2].weight, other[2].weight)


def test_what_happens_after_an_epoch_belongs_to_it(network, digits, tmp_path):
    # It draws from the generator that dropout draws from, and it stops the run by an error.
    def draws_and_fails(epoch):
        torch.rand(3)
        if epoch.epoch == fails_after:
            raise KeyboardInterrupt

    fails_after = None
    whole, history, _ = trained(network, digits, tmp_path / "whole", 4, after_epoch=draws_and_fails)
    fails_after = 2
    with pytest.raises(KeyboardInterrupt):
        trained(network, digits, tmp_path / "parts", 4, after_epoch=draws_and_fails)
    fails_after = None
    parts, again, _ = trained(network, digits, tmp_path / "parts", 4, after_epoch=draws_and_fails)
    assert again.epochs == history.epochs
    assert torch.equal(whole[2].weight, parts[2].weight)


def test_tensors_without_their_notes_are_ignored(network, digits, tmp_path):
    # What a kill between the two files leaves: the checkpoint before is the valid one.
    _, history, _ = trained(network, digits, tmp_path / "whole", 3)
    trained(network, digits, tmp_path / "parts", 2)
    (tmp_path / "parts" / "epoch3.safetensors").write_bytes(b"half a file")
    _, again, _ = trained(network, digits, tmp_path / "parts", 3)
    assert again.epochs == history.epochs


def test_keeps_one_checkpoint_and_no_temporary_file(network, digits, tmp_path):
    trained(network, digits, tmp_path, 3)
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.json", "epoch3.safetensors"}


def test_refuses_to_go_on_with_other_settings(network, digits, tmp_path):
    trained(network, digits, tmp_path, 1)
    with pytest.raises(ValueError, match=r"was made with .*'batch_size': 64.*, this run has .*32"):
        trained(network, digits, tmp_path, 2, batch_size=32)


@pytest.mark.parametrize("damage", ["empty notes", "no tensors", "cut tensors", "no field"])
def test_a_damaged_checkpoint_is_an_error_that_names_the_file(network, digits, tmp_path, damage):
    trained(network, digits, tmp_path, 1)
    notes, tensors = tmp_path / "checkpoint.json", tmp_path / "epoch1.safetensors"
    if damage == "empty notes":
        notes.write_text("")
    elif damage == "no tensors":
        tensors.unlink()
    elif damage == "cut tensors":
        tensors.write_bytes(tensors.read_bytes()[:-5])
    else:
        notes.write_text(json.dumps({"progress": {}}))
    damaged = tensors if "tensors" in damage else notes
    with pytest.raises(ValueError, match=f"{damaged.name} is missing or damaged. Remove"):
        trained(network, digits, tmp_path, 2)
