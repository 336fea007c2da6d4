"""The table of speeds. Oracles: torch (inside the experiment), and the layers there are.

How fast a layer is, is measured by `make bench` and not by a test: machines differ.
"""

import json

import pytest
import torch

from course_lib import layers
from course_lib.experiments import layer_speed
from course_lib.experiments.layer_speed import QUICK, main, measure
from course_lib.experiments.pieces.layer_cases import Case
from course_lib.experiments.pieces.timing import keep
from course_lib.provenance import results_folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """One quick run, as a person would start it."""
    folder = tmp_path_factory.mktemp("results")
    threads = torch.get_num_threads()
    words = ["--quick", "--device", "cpu", "--threads", "1", "--folder", str(folder)]
    assert main(words) == 0
    torch.set_num_threads(threads)
    return json.loads((folder / "cpu.json").read_text())


# torch and torchvision have no such layer.
WITHOUT_EQUAL = {"gaussian_dropout", "scaled_tanh", "step"}


def test_every_layer_stands_in_the_table_forward_and_backward(recorded):
    rows = {(row["layer"], row["direction"]) for row in recorded["measures"]["rows"]}
    backward = {name for name in layers.__all__ if name.endswith("_backward")}
    forward = {name.removesuffix("_backward") for name in backward} - WITHOUT_EQUAL
    assert rows == {(name, way) for name in forward for way in ("forward", "backward")} | {
        ("conv2d_loops", "forward")
    }


def test_batch_normalization_is_timed_in_training_and_in_evaluation(recorded):
    rows = [row for row in recorded["measures"]["rows"] if row["layer"] == "batch_norm"]
    assert [row["sizes"].rpartition(", ")[2] for row in rows] == [
        "training=True",
        "training=True",
        "training=False",
        "training=False",
    ]


def test_the_size_the_course_speaks_of_comes_first(recorded):
    """Batch 64, 16 to 32 channels, 3x3, 32x32."""
    first = recorded["measures"]["rows"][0]
    assert (first["layer"], first["direction"]) == ("conv2d", "forward")
    assert first["sizes"] == "64x16x32x32, 32x16x3x3, 32, padding=1"


def test_the_loops_stand_beside_the_fast_version_at_the_same_size(recorded):
    rows = recorded["measures"]["rows"]
    loops = next(row for row in rows if row["layer"] == "conv2d_loops")
    assert any(row["layer"] == "conv2d" and row["sizes"] == loops["sizes"] for row in rows)


def test_the_record_says_where_its_numbers_are_from(recorded):
    assert recorded["experiment"] == "layer_speed"
    assert recorded["threads"] == 1
    assert recorded["versions"]["torch"]
    assert len(recorded["digest"]) == 64
    for row in recorded["measures"]["rows"]:
        assert row["ours_ms"] > 0
        assert row["torch_ms"] > 0
        # One round: the ratio is that of the two times, up to how they were rounded.
        assert row["ratio"] == pytest.approx(row["ours_ms"] / row["torch_ms"], rel=0.05, abs=0.02)


def test_a_fast_but_wrong_layer_is_not_timed():
    case = Case("sigmoid", layers.sigmoid, None, torch.tanh, (torch.randn(4),))
    with pytest.raises(AssertionError, match="not close"):
        measure(case, QUICK)


def test_a_quick_run_leaves_the_committed_record_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(layer_speed, "results_folder", lambda: tmp_path)
    monkeypatch.setattr(layer_speed, "make_cases", lambda device: [])
    main(["--quick", "--device", "cpu"])
    assert not list(tmp_path.iterdir())
    assert "ratio" in capsys.readouterr().out
    main(["--device", "cpu"])
    assert (tmp_path / "layer_speed" / "cpu.json").exists()


@pytest.mark.parametrize(("words", "device"), [([], "cuda"), (["--device", "cpu"], "cpu")])
def test_one_device_is_measured_and_no_other_record_is_touched(
    words, device, tmp_path, monkeypatch
):
    monkeypatch.setattr(layer_speed.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(layer_speed, "run", lambda config, device: {"on": device})
    monkeypatch.setattr(layer_speed, "table", lambda record: "")
    main([*words, "--folder", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == [f"{device}.json"]


def test_a_full_disk_leaves_the_old_table(tmp_path, monkeypatch):
    def no_space(file):
        raise OSError(28, "No space left on device")

    keep({"rows": 1}, tmp_path, "cpu")
    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        keep({"rows": 2}, tmp_path, "cpu")
    assert json.loads((tmp_path / "cpu.json").read_text()) == {"rows": 1}


def test_a_device_that_is_not_there_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(layer_speed.torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit):
        main(["--device", "cuda"])
    assert "there is no CUDA device here" in capsys.readouterr().err


def test_the_recorded_convolution_is_at_most_eight_times_slower():
    """The record that readers see. Oracle: the course's own aim, for the size it names."""
    path = results_folder() / "layer_speed" / "cpu.json"
    first = json.loads(path.read_text())["measures"]["rows"][0]
    assert (first["layer"], first["direction"]) == ("conv2d", "forward")
    assert first["ratio"] <= 8


def test_no_threads_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--threads", "0"])
    assert "--threads is 0" in capsys.readouterr().err
