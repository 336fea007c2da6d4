"""The table of throughputs. Oracles: operations and bytes by hand, and the record's own numbers.

How fast a network is, is measured by `make bench` and not by a test: machines differ.
"""

import json

import pytest
import torch
from torch import nn

from course_lib.experiments import throughput
from course_lib.experiments.pieces.throughput_cases import (
    BFLOAT16,
    FLOAT32,
    NETWORKS,
    Pair,
    check_equal,
    count_bytes,
    count_operations,
    make_pair,
    work,
)
from course_lib.experiments.throughput import Throughput, main, take_turns
from course_lib.provenance import results_folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """One quick run, as a person would start it."""
    folder = tmp_path_factory.mktemp("results")
    threads = torch.get_num_threads()
    assert main(["--quick", "--threads", "1", "--folder", str(folder)]) == 0
    torch.set_num_threads(threads)
    return json.loads(next(folder.glob("*.json")).read_text())


def test_each_network_is_timed_in_inference_and_in_training(recorded):
    rows = [row for row in recorded["measures"]["rows"] if row["precision"] == "float32"]
    found = [(row["network"], row["task"], row["same_network"]) for row in rows]
    assert found == [
        ("resnet18", "inference", True),
        ("resnet18", "training", True),
        ("googlenet", "inference", False),
        ("googlenet", "training", False),
    ]
    assert {row["sizes"] for row in rows} == {"1x3x64x64"}
    assert recorded["experiment"] == "throughput"
    assert len(recorded["digest"]) == 64
    assert {"torch", "torchvision"} <= recorded["versions"].keys()


def test_ratio_and_shares_follow_from_the_rates(recorded):
    """One round: the medians are its numbers, up to how they were rounded."""
    for row in recorded["measures"]["rows"]:
        ours, theirs = row["ours"], row["torchvision"]
        rates = ours["images_per_second"], theirs["images_per_second"]
        assert row["ratio"] == row["least_ratio"] == row["most_ratio"]
        assert row["ratio"] == pytest.approx(rates[0] / rates[1], rel=0.01, abs=0.001)
        for side, rate in zip((ours, theirs), rates, strict=True):
            peak = side["gigaflops_of_a_batch"] * rate / row["peak_gigaflops"]
            memory = side["gigabytes_of_a_batch"] * rate / row["bandwidth_gigabytes"]
            assert side["share_of_peak"] == pytest.approx(peak, rel=0.03, abs=1e-3)
            assert side["share_of_bandwidth"] == pytest.approx(memory, rel=0.03, abs=1e-3)


def test_equal_networks_compute_equally_much(recorded):
    for row in recorded["measures"]["rows"]:
        counts = [row[side]["gigaflops_of_a_batch"] for side in ("ours", "torchvision")]
        assert (counts[0] == counts[1]) == row["same_network"]


def test_operations_and_bytes_by_hand():
    layer, images = nn.Linear(5, 3, bias=False), torch.randn(2, 5)

    def product():
        with torch.no_grad():
            layer(images)

    assert count_operations(product) == 2 * (2 * 5 * 3)
    assert count_bytes(product) == 4 * (2 * 5 + 5 * 3 + 2 * 3)  # read, read, written
    assert count_bytes(lambda: images.view(5, 2).t()) == 0
    assert count_bytes(lambda: torch.empty(100)) == 0
    assert count_bytes(lambda: images.view(10).relu()) == 2 * 40


@pytest.mark.parametrize("foreach", [False, True])
def test_what_an_optimizer_writes_is_counted_however_it_is_called(foreach):
    weights = [nn.Parameter(torch.zeros(each)) for each in (10, 30)]
    for each in weights:
        each.grad = torch.ones_like(each)
    step = torch.optim.SGD(weights, lr=0.1, foreach=foreach).step
    assert count_bytes(step) == 40 * 4 * 3  # weight and gradient read, weight written


def test_a_training_step_counts_the_way_back_and_learns():
    network = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.Flatten())
    step = work(network, torch.randn(2, 3, 5, 5), "training", FLOAT32)
    before = network[0].weight.detach().clone()
    forward = 2 * (2 * 4 * 9 * 27)  # 9 places, 27 numbers a kernel
    # The images need no gradient, so the way back is that of the weights alone.
    assert count_operations(step) == 2 * forward
    assert not network[0].weight.equal(before)
    answer = work(network, torch.randn(2, 3, 5, 5), "inference", FLOAT32)
    assert count_operations(answer) == forward
    assert not network.training


def test_half_precision_reaches_the_products_and_leaves_the_weights():
    seen = []
    network = nn.Conv2d(3, 8, 3)
    network.register_forward_hook(lambda layer, inputs, output: seen.append(output))
    images = torch.randn(2, 3, 6, 6)
    for precision in (FLOAT32, BFLOAT16):
        work(network, images, "inference", precision)()
    assert [output.dtype for output in seen] == [torch.float32, torch.bfloat16]
    assert seen[1].is_contiguous(memory_format=torch.channels_last)
    assert network.weight.dtype == torch.float32


def test_networks_that_answer_differently_are_not_timed():
    pair = make_pair("resnet18", "cpu")
    images = torch.randn(1, 3, 64, 64)
    check_equal(pair, images)
    pair.ours.classifier.weight = nn.Parameter(torch.zeros(1000, 512))
    with pytest.raises(AssertionError, match="not close"):
        check_equal(pair, images)
    check_equal(Pair("other", pair.ours, pair.theirs, are_same=False), images)


def test_sides_take_turns_and_every_second_round_goes_backward(monkeypatch):
    called = []
    names = ("ours", "torchvision", "product", "copy")
    sides = {name: lambda name=name: called.append(name) for name in names}

    def clock(side, config):
        side()
        return float(len(called))

    monkeypatch.setattr(throughput, "clock", clock)
    rounds = take_turns(sides, Throughput(num_rounds=3))
    assert called == [*sides, *reversed(sides), *sides]
    assert rounds[1] == {"copy": 5.0, "product": 6.0, "torchvision": 7.0, "ours": 8.0}


def test_the_full_run_is_a_batch_of_imagenet_for_all_networks():
    config = Throughput()
    assert (config.batch, config.image, config.networks) == (64, 224, NETWORKS)
    assert {"alexnet", "vgg16", "resnet18", "resnet50", "densenet121", "googlenet"} == {*NETWORKS}


def test_a_run_of_some_networks_leaves_the_committed_record_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(throughput, "results_folder", lambda: tmp_path)
    committed = json.loads((results_folder() / "throughput" / "cpu.json").read_text())
    monkeypatch.setattr(throughput, "_rows", lambda *given: committed["measures"]["rows"])
    main(["--quick"])
    main(["--networks", "vgg16"])
    assert not list(tmp_path.iterdir())
    main([])
    assert len(list((tmp_path / "throughput").iterdir())) == 1
    assert "ratio" in capsys.readouterr().out


@pytest.mark.parametrize("precision", [FLOAT32, BFLOAT16])
def test_while_it_is_measured_the_same_weights_lie_in_the_same_memory(monkeypatch, precision):
    pair, seen = make_pair("resnet18", "cpu"), []

    def look(sides, config):
        for side in (pair.ours, pair.theirs):
            seen.append([weights.data_ptr() for weights in side.parameters()])
        return [dict.fromkeys(sides, 1.0)]

    monkeypatch.setattr(throughput, "take_turns", look)
    images = torch.randn(1, 3, 64, 64)
    throughput._measure(pair, images, "inference", precision, throughput.QUICK)
    assert seen[0] == seen[1]
    check_equal(pair, images)


def test_the_table_of_the_committed_record():
    """Networks of the same layers are about as fast; a line for each network and task."""
    found = json.loads((results_folder() / "throughput" / "cpu.json").read_text())
    rows = found["measures"]["rows"]
    assert all(0.5 < row["ratio"] < 2 for row in rows)
    lines = throughput.table(found).splitlines()
    assert len(lines) == len(rows) + 3
    assert lines[1].startswith("8x3x224x224, float32  task")
    assert [line.split()[0] for line in lines if "inference" in line][-1] == "googlenet*"
    assert lines[-1].startswith("* torchvision's")
    assert max(map(len, lines)) <= 88


def test_no_threads_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--threads", "0"])
    assert "--threads is 0" in capsys.readouterr().err
