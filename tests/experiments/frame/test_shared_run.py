"""Experiments in two processes. Oracle: the record that one process writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.experiments.frame import engine
from course_lib.experiments.lenet_modern_mnist import LenetModernMnist
from course_lib.training import record

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("shared_steps.py")
# A free port of this machine, which is named by its number: no name need be looked up.
TORCHRUN = ["-m", "torch.distributed.run", "--nproc-per-node", "2"]
TORCHRUN += ["--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0"]
TORCHRUN += ["--local-addr", "127.0.0.1"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The folder of two processes, and what they printed."""
    folder = tmp_path_factory.mktemp("shared")
    words = [sys.executable, *TORCHRUN, str(SCRIPT), str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, env=environment, timeout=300
    )
    return folder, done.stdout


def test_two_processes_write_the_record_of_one(shared, tmp_path):
    folder, printed = shared
    name = "lenet_modern_mnist"
    engine.run_experiment(LenetModernMnist(), 0, True, "cpu", tmp_path, tmp_path / "checkpoints")
    alone, together = (record(name, 0, place) for place in (tmp_path, folder / "results"))
    assert together.device == "2 processes, each on cpu (threads: 1)"
    assert (together.config, together.scale) == (alone.config, alone.scale)
    for epoch, shared_epoch in zip(alone.epochs, together.epochs, strict=True):
        assert shared_epoch.train_loss == pytest.approx(epoch.train_loss, rel=0.01)
        assert shared_epoch.validation_error == pytest.approx(epoch.validation_error, abs=0.01)
    # The first alone speaks and writes.
    starts = [line[:10] for line in printed.splitlines()]
    assert starts == ["epoch 1 of", "epoch 2 of", "test error"]
    lines = (folder / "lines" / name / "seed0" / "training.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]


def test_where_one_process_fails_all_end(tmp_path):
    script = SCRIPT.with_name("failing_process.py")
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, *TORCHRUN, str(script), str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )
    assert done.returncode != 0
    assert "process 1: FileNotFoundError: There is no data here." in done.stderr
    assert not (tmp_path / "results").exists()


def test_all_go_by_what_the_first_found(shared):
    folder, _ = shared
    for number in (0, 1):
        found = json.loads((folder / f"{number}.json").read_text())
        assert found == {
            "code": 0,
            "answers": [0, 0, 0, 0],
            "made": ["first", "second"],  # by each once, and never again
            "ended": "yes",
        }
    kept = {path.name for path in (folder / "steps").iterdir()}
    assert kept == {"first.json", "second.json"}
