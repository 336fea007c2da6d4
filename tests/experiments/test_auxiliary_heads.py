"""Heads half-way: where gradients come from, and what becomes of the network."""

from statistics import mean

import pytest
import torch
from torch.nn import functional as F

from course_lib.architectures import googlenet
from course_lib.experiments.auxiliary_heads import (
    EARLY_LAYERS,
    AuxiliaryHeads,
    gradients_of,
)
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.pieces.pictures import seeded
from course_lib.experiments.pieces.small_googlenet import LossWithHeads, SmallGoogLeNet
from course_lib.training import record


@pytest.fixture(scope="module")
def measures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heads")
    run_experiment(AuxiliaryHeads(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("auxiliary_heads", 0, folder).measures


def test_the_answer_is_the_ratio_of_the_mean_norms(measures):
    for name in EARLY_LAYERS:
        norms = measures["first_gradients"]["with_heads"][name]
        assert measures["stronger_by"][name] == {
            "both": pytest.approx(mean(norms["both"]) / mean(norms["end"])),
            "heads": pytest.approx(mean(norms["heads"]) / mean(norms["end"])),
        }
    errors = {arm: found["test_error"] for arm, found in measures["runs"].items()}
    expected = errors["without_heads"] - errors["with_heads"]
    assert measures["test_error_falls_by"] == expected


def test_there_is_a_norm_for_each_of_the_first_steps(measures):
    for name in EARLY_LAYERS:
        norms = measures["first_gradients"]["with_heads"][name]
        assert sorted(norms) == ["both", "end", "heads"]
        assert all(len(each) == 3 and min(each) > 0 for each in norms.values())


def test_the_parts_of_the_gradient_add_up_to_what_backward_leaves():
    loss = LossWithHeads()
    network = SmallGoogLeNet(16, loss)
    images, labels = torch.randn(8, 3, 32, 32), torch.arange(8)
    parts = loss.parts(network(images), labels)
    found = gradients_of(parts, network.conv1)
    sum(parts.values()).backward()
    left = torch.cat([p.grad.flatten() for p in network.conv1.parameters()]).norm().item()
    assert found["both"] == pytest.approx(left, rel=1e-3)
    assert abs(found["end"] - found["heads"]) <= found["both"] <= found["end"] + found["heads"]


def test_the_loss_counts_each_head_0_3_times():
    # Section 5: "the losses of the auxiliary classifiers were weighted by 0.3".
    end, first, second = torch.randn(3, 4, 10)
    labels = torch.tensor([3, 1, 4, 1])
    loss = LossWithHeads()
    assert loss(end, labels) == F.cross_entropy(end, labels)
    loss.said = (first, second)
    heads = F.cross_entropy(first, labels) + F.cross_entropy(second, labels)
    torch.testing.assert_close(loss(end, labels), F.cross_entropy(end, labels) + 0.3 * heads)


def test_heads_speak_while_training_alone():
    loss = LossWithHeads()
    network = SmallGoogLeNet(16, loss)
    network.eval()(torch.randn(2, 3, 32, 32))
    assert loss.said == ()
    network.train()(torch.randn(2, 3, 32, 32))
    assert [tuple(said.shape) for said in loss.said] == [(2, 10), (2, 10)]


def test_from_one_seed_both_networks_begin_with_the_same_trunk():
    without = seeded(lambda: SmallGoogLeNet(16, None), 7, "cpu").state_dict()
    with_heads = seeded(lambda: SmallGoogLeNet(16, LossWithHeads()), 7, "cpu").state_dict()
    assert all(torch.equal(tensor, with_heads[name]) for name, tensor in without.items())
    assert {name.split(".")[0] for name in with_heads.keys() - without.keys()} == {
        "head_4a",
        "head_4d",
    }


def test_undivided_the_modules_are_googlenets():
    with torch.device("meta"):
        ours, theirs = SmallGoogLeNet(1, None), googlenet()
    shapes = {
        name: tensor.shape
        for name, tensor in theirs.state_dict().items()
        if name.startswith(("inception", "conv2"))
    }
    assert len(shapes) == 9 * 12 + 4
    assert shapes.items() <= {k: v.shape for k, v in ours.state_dict().items()}.items()


def test_the_settings_say_what_they_are():
    assert Settled(AuxiliaryHeads()).scale["kind"] == "paper"
    scale = Settled(AuxiliaryHeads().laptop()).scale
    assert (scale["kind"], scale["of_paper"]) == ("fraction", None)
    assert scale["note"].startswith("GoogLeNet's widths divided by 4, 24 passes through 10,000")
