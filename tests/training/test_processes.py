"""Several processes that train together. Oracle: one process that trains alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from course_lib.training import processes

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).with_name("several_processes.py")
TORCHRUN = ["-m", "torch.distributed.run", "--nproc-per-node", "2"]
# A port that is free; all on this machine, by its number, so that no name need be looked up.
TORCHRUN += [
    "--rdzv-backend",
    "c10d",
    "--rdzv-endpoint",
    "127.0.0.1:0",
    "--local-addr",
    "127.0.0.1",
]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What one process found alone, and what each of two found together."""
    folder = tmp_path_factory.mktemp("processes")
    for name, words in (("one", []), ("two", TORCHRUN)):
        (folder / name).mkdir()
        subprocess.run(
            [sys.executable, *words, str(SCRIPT), str(folder / name)],
            check=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            timeout=300,
        )
    read = [torch.load(folder / name) for name in ("one/0.pt", "two/0.pt", "two/1.pt")]
    return read, folder


def difference(found, other):
    weights, others = found["weights"], other["weights"]
    assert weights.keys() == others.keys()
    return max((weights[name] - others[name]).abs().max().item() for name in weights)


@pytest.mark.parametrize("name", ["lenet", "lenet in parts", "choosy"])
def test_two_processes_learn_what_one_does(found, name):
    # Twenty steps or more, uneven shares; of a last batch of one image one process gets none.
    (one, first, second), _ = found
    assert difference(one[name], first[name]) < 1e-9
    assert difference(first[name], second[name]) == 0
    for epoch, shared in zip(one[name]["epochs"], first[name]["epochs"], strict=True):
        assert shared == pytest.approx(epoch, rel=1e-6)
        assert shared["validation_error"] == epoch["validation_error"]
    assert first[name]["epochs"] == second[name]["epochs"]


def test_a_layer_that_nobody_used_is_not_decayed(found):
    (one, first, _), _ = found
    torch.manual_seed(3)
    layers = [torch.nn.Linear(784, 10) for _ in range(3)]
    for each in (one, first):
        weights = each["choosy"]["weights"]
        assert torch.equal(weights["network.never.weight"], layers[2].weight.double())
        assert not torch.equal(weights["network.dark.weight"], layers[1].weight.double())


def test_a_run_goes_on_to_the_same_bits_in_every_process(found):
    # With dropout: each process draws its own numbers, and draws them again.
    (one, *two), _ = found
    for each in (one, *two):
        assert difference(each["dropout"], each["dropout, gone on"]) == 0
        assert each["dropout"]["epochs"] == each["dropout, gone on"]["epochs"]
    # Batch normalization's running means are alike, too; after it all draw alike again.
    assert difference(two[0]["dropout"], two[1]["dropout"]) == 0
    assert two[0]["dropout"]["draw"] == two[1]["dropout"]["draw"]
    # Other dropout and the means of half a batch: other weights than those of one process.
    assert difference(one["dropout"], two[0]["dropout"]) > 1e-4


def test_all_stop_where_one_does(found):
    (one, *two), _ = found
    for each in (one, *two):
        assert len(each["ended"]["epochs"]) == 1
        assert each["nan"].startswith("TrainingDivergedError: In epoch 1 the loss or a weight")
        assert each["failed"] == "KeyError: 'the last process cannot go on'"


def test_what_one_says_to_all(found):
    (one, *two), _ = found
    assert (one["by first"], one["together"], one["gathered"]) == (0, 0, [0])
    for each in two:
        assert (each["by first"], each["together"], each["gathered"]) == (0, 0, [0, 1])
        assert each["device"] == "cpu"


def test_the_first_alone_writes(found):
    _, folder = found
    for name in ("one", "two"):
        lines = (folder / name / "lenet.jsonl").read_text().splitlines()
        assert [json.loads(line)["epoch"] for line in lines] == [1, 2]
        kept = {path.name for path in (folder / name / "parts").iterdir()}
        assert kept == {"checkpoint.json", "epoch2.safetensors"}


def test_alone_nothing_happens():
    with processes.joined("cuda") as device:
        assert device == "cuda"
        assert (processes.count(), processes.rank(), processes.is_first()) == (1, 0, True)
        assert not torch.distributed.is_initialized()
    values = torch.arange(3)
    assert processes.share(values) is values
    assert processes.summed(values) is values


def test_more_processes_than_gpus_are_refused(monkeypatch):
    for name, value in {
        "TORCHELASTIC_RUN_ID": "trial",
        "WORLD_SIZE": "3",
        "LOCAL_RANK": "2",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    message = r"started process 3 on this host, which has 2 GPU\(s\).*--nproc-per-node 2"
    with pytest.raises(ValueError, match=message), processes.joined("cuda"):
        pass


def test_processes_that_do_not_know_each_other_are_refused(monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "trial")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(RuntimeError, match=r"Train inside `with .*joined\(device\)"):
        processes.require_joined()
    with (
        pytest.raises(ValueError, match="compute on cpu or cuda, not on mps"),
        processes.joined("mps"),
    ):
        pass
    monkeypatch.setenv("WORLD_SIZE", "1")
    processes.require_joined()
