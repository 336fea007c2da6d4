"""Oracles: counts worked by hand, and the answer computed again from the record's own runs."""

import json

import pytest
import torch

from course_lib.experiments.depth_or_width import (
    FOUND,
    SHAPES,
    DepthOrWidth,
    best_rate,
    exact_nodes,
    saw_points,
    solution,
    widths,
)
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.registry import find_experiment
from course_lib.inspection import linear_pieces
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    run_experiment(
        DepthOrWidth(), 1, quick=True, results=folder, checkpoints=folder / "c", device="cpu"
    )
    return record("depth_or_width", 1, folder)


def test_the_record_tells_what_was_run(made):
    assert find_experiment("depth_or_width") == DepthOrWidth()
    assert made.config["most_tents"] == 2
    assert made.scale["kind"] == "quick"
    assert made.epochs == ()
    assert made.test == {"error": None}
    shapes = ("saw", "layers_of_3", "one_layer", "beside_the_saw")
    assert set(made.measures["runs"]) == {f"{shape}_{n}" for shape in shapes for n in (1, 2)}
    json.dumps(made.measures, allow_nan=False)


def test_the_answer_follows_from_the_runs(made):
    runs = made.measures["runs"]
    for shape, most in made.measures["most_tents_found"].items():
        found = [runs[f"{shape}_{n}"]["best_error"] < FOUND for n in (1, 2)]
        assert most == (0 if not found[0] else 2 if found[1] else 1)


def test_every_run_says_what_its_networks_are(made):
    for name, run in made.measures["runs"].items():
        num_tents = int(name[-1])
        assert run["nodes"] == 3 * num_tents + 1
        assert run["learning_rate"] == 0.03
        # The saw is spread evenly from 0 to 1, but for the points at its ends.
        assert run["constant_error"] == pytest.approx(1 / 12, rel=0.1)
        assert 0 <= run["best_error"] <= run["median_error"]
        assert run["share_found"] in [k / 8 for k in range(9)]
        assert run["share_found_by_rate"] == {"0.03": run["share_found"]}
        assert 1 <= run["best_pieces"] <= run["most_pieces"]
        if name.startswith("one_layer"):
            assert run["most_pieces"] <= 3 * num_tents + 1


def test_a_start_beside_the_solution_leads_back_to_it(made):
    # The control: the saw can be held, and held on to, by these weights.
    run = made.measures["runs"]["beside_the_saw_1"]
    assert run["best_error"] < 1e-3 < run["constant_error"]
    assert run["best_teeth"] == 1


def test_a_random_start_in_the_same_shape_is_worse(made):
    runs = made.measures["runs"]
    for num_tents in (1, 2):
        beside, drawn = (runs[f"{shape}_{num_tents}"] for shape in ("beside_the_saw", "saw"))
        assert beside["median_error"] < drawn["median_error"]


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(made, tmp_path):
    def fitted(seed):
        run = Run(seed, "cpu", tmp_path / str(seed))
        return DepthOrWidth().quick()._fitted(run, "layers_of_3", 2) | {"seconds": 0}

    assert fitted(1) == made.measures["runs"]["layers_of_3_2"] | {"seconds": 0}
    assert fitted(2) != fitted(1)


def test_the_rate_with_which_most_networks_find_the_saw_counts_by_hand():
    often = {"share_found": 0.5, "best_error": 1e-11}
    lucky = {"share_found": 0.25, "best_error": 1e-16}
    assert best_rate([lucky, often]) == best_rate([often, lucky]) == often
    # Of equal shares, the one that came nearer: none found it here.
    far, near = ({"share_found": 0.0, "best_error": error} for error in (0.02, 0.01))
    assert best_rate([far, near]) == best_rate([near, far]) == near


def test_the_share_found_is_kept_of_every_rate(monkeypatch, tmp_path):
    measured = {
        0.01: {"learning_rate": 0.01, "share_found": 0.5, "best_error": 1e-11},
        0.03: {"learning_rate": 0.03, "share_found": 0.25, "best_error": 1e-16},
    }
    monkeypatch.setattr(DepthOrWidth, "_at_rate", lambda *settings: measured[settings[-1]])
    found = DepthOrWidth().laptop()._fitted(Run(0, "cpu", tmp_path), "saw", 1)
    assert (found["learning_rate"], found["best_error"]) == (0.01, 1e-11)
    assert found["share_found_by_rate"] == {"0.01": 0.5, "0.03": 0.25}


def test_exact_counts_worked_by_hand():
    exact = exact_nodes(6)
    assert exact["pieces"] == exact["shallow_pieces"] == [2, 4, 8, 16, 32, 64]
    assert exact["deep_nodes"] == [4, 7, 10, 13, 16, 19]
    assert exact["shallow_nodes"] == [3, 5, 9, 17, 33, 65]


@pytest.mark.parametrize("num_tents", range(1, 7))
def test_all_shapes_have_as_many_nodes(num_tents):
    for shape in ("saw", "layers_of_3", "one_layer"):
        assert sum(widths(shape, num_tents)) + 1 == 3 * num_tents + 1
    assert len(widths("one_layer", num_tents)) == 1
    assert set(SHAPES) - {"beside_the_saw"} == {"saw", "layers_of_3", "one_layer"}


def test_the_points_are_on_the_saw():
    x, y = saw_points(2, 9)
    assert x.tolist() == [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]
    assert y.tolist() == [0, 0.5, 1, 0.5, 0, 0.5, 1, 0.5, 0]
    pieces = linear_pieces(solution(5), -torch.ones(1), torch.ones(1))
    assert (len(pieces), pieces.teeth) == (32, 16)


def test_scales():
    # No paper trains these networks, so our own full settings are the full scale.
    full, laptop = Settled(DepthOrWidth()).scale, Settled(DepthOrWidth().laptop()).scale
    assert (full["kind"], full["of_paper"]) == ("paper", None)
    assert (laptop["kind"], laptop["of_paper"]) == ("fraction", None)
    assert laptop["note"].startswith("64 networks of each shape and rate, 2,000 steps on 257")
    assert DepthOrWidth().most_tents == DepthOrWidth().laptop().most_tents == 6
