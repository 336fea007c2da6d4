"""The race. Oracles: surfaces and paths worked by hand, and the answer from its own runs."""

import math
from functools import partial

import pytest
import torch

from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.optimizers_race import OPTIMIZERS, OptimizersRace, thinned
from course_lib.experiments.pieces.surfaces import SURFACES, Walk, walk
from course_lib.optimizers import SGD
from course_lib.training import record

LEAST = {
    "bowl": (0, 0),
    "tilted_bowl": (0, 0),
    "rosenbrock": (1, 1),
    "saddle": (0, 1),
    "beale": (3, 0.5),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("optimizers_race")
    run_experiment(OptimizersRace(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("optimizers_race", 0, folder)


def test_the_optimizers_are_the_eight_of_the_question():
    names = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw")
    assert tuple(OPTIMIZERS) == names


@pytest.mark.parametrize("name", SURFACES)
def test_the_least_of_each_surface_is_0_and_flat(name):
    x, y = (torch.tensor(float(weight), requires_grad=True) for weight in LEAST[name])
    loss = SURFACES[name].loss(x, y)
    assert loss.item() == 0
    assert [gradient.item() for gradient in torch.autograd.grad(loss, (x, y))] == [0, 0]
    start = [torch.tensor(weight) for weight in SURFACES[name].start]
    assert SURFACES[name].loss(*start) > 0.2


def test_the_surfaces_have_the_values_that_one_works_out_at_their_starts():
    # (100 + 100) / 2; 2.2^2 + 100 x 0.44^2; 1.7^2 / 2 + 1/4; 1.5^2 + 2.25^2 + 2.625^2
    values = {
        "bowl": 100,
        "tilted_bowl": 100,
        "rosenbrock": 24.2,
        "saddle": 1.695,
        "beale": 14.203125,
    }
    for name, value in values.items():
        start = [torch.tensor(weight).double() for weight in SURFACES[name].start]
        assert SURFACES[name].loss(*start).item() == pytest.approx(value, rel=1e-5)


def test_plain_descent_into_the_bowl_is_two_powers():
    rate = 0.015
    found = walk(SURFACES["bowl"], partial(SGD, lr=rate), 1e-3, 2_000)
    by_hand = [(10 * (1 - rate) ** k, (1 - 100 * rate) ** k) for k in range(1_000)]
    losses = [(x**2 + 100 * y**2) / 2 for x, y in by_hand]
    steps = next(k for k, loss in enumerate(losses) if loss <= 1e-3)
    assert found.steps_to_goal == steps
    assert len(found.points) == steps + 1
    assert found.last_loss <= losses[steps]
    for point, wanted in zip(found.points, by_hand[: steps + 1], strict=True):
        assert point == pytest.approx(wanted)


def test_plain_descent_does_not_notice_that_the_bowl_was_turned():
    straight, turned = (
        walk(SURFACES[name], partial(SGD, lr=0.015), 1e-3, 2_000)
        for name in ("bowl", "tilted_bowl")
    )
    assert straight.steps_to_goal == turned.steps_to_goal
    for (x, y), (u, v) in zip(straight.points, turned.points, strict=True):
        assert (u + v, u - v) == pytest.approx((math.sqrt(2) * x, math.sqrt(2) * y), abs=1e-12)


def test_landing_at_the_goal_without_staying_is_not_arriving():
    # Momentum rushes through: oracle, its own path without the demand to stay.
    found = walk(SURFACES["bowl"], partial(SGD, lr=0.01, momentum=0.9), 1e-3, 2_000)
    losses = [SURFACES["bowl"].loss(*map(torch.tensor, point)) for point in found.points]
    assert losses[-1] <= 1e-3
    touched = next(step for step, loss in enumerate(losses) if loss <= 1e-3)
    assert touched < found.steps_to_goal == len(found.points) - 1
    assert losses[-2] > 1e-3


def test_who_runs_away_or_gives_up_ranks_behind_who_arrives():
    bowl = SURFACES["bowl"]
    away = walk(bowl, partial(SGD, lr=1.0), 1e-3, 2_000)
    assert (away.steps_to_goal, away.last_loss) == (None, math.inf)
    # Across the bowl each step multiplies by 1 - 100: 99^3 is less than a million, 99^4 is not.
    assert [abs(y) for _, y in away.points] == [1, 99, 99**2, 99**3]
    slow = walk(bowl, partial(SGD, lr=1e-4), 1e-3, 50)
    assert slow.steps_to_goal is None
    assert len(slow.points) == 51
    arrived = walk(bowl, partial(SGD, lr=0.015), 1e-3, 2_000)
    assert sorted([away, slow, arrived], key=lambda each: each.rank) == [arrived, slow, away]


def test_a_thinned_path_keeps_its_ends():
    points = tuple((float(step), -float(step)) for step in range(101))
    found = thinned(Walk(points, None, 1.0))
    assert found["step"] == [*range(0, 100, 3), 100]
    assert found["x"] == [float(step) for step in found["step"]]
    assert found["y"] == [-float(step) for step in found["step"]]
    assert thinned(Walk(points[:1], 0, 0.0)) == {"step": [0], "x": [0.0], "y": [0.0]}


def test_paths_end_at_the_goal_where_they_are_said_to(made):
    assert set(made.measures["surfaces"]) == set(SURFACES)
    for name, race in made.measures["surfaces"].items():
        assert set(race) == set(OPTIMIZERS) - {"adamw"}
        for found in race.values():
            path = found["path"]
            start = pytest.approx(SURFACES[name].start, rel=1e-3)
            assert (path["x"][0], path["y"][0]) == start
            arrived = found["steps"] is not None
            assert arrived == (found["rate"] in found["rates_that_arrive"])
            if arrived:
                assert path["step"][-1] == found["steps"]
                end = torch.tensor([path["x"][-1], path["y"][-1]]).double()
                assert SURFACES[name].loss(*end) < 1e-3 * 1.3  # the path is rounded
            else:
                assert found["rates_that_arrive"] == []


def test_every_optimizer_chooses_its_rate_from_the_same_grid_on_the_validation_part(made):
    for name, search in made.measures["searches"].items():
        assert search["rates"] == made.config["rates"]
        errors = [error for error in search["validation_error"] if error is not None]
        chosen = search["rates"].index(search["best"])
        assert search["validation_error"][chosen] == min(errors)
        assert made.measures["runs"][name]["test_error"] is not None


def test_the_answer_follows_from_the_runs(made):
    assert made.measures["steps_per_epoch"] == 8  # 500 digits in batches of 64
    for name, found in made.measures["runs"].items():
        losses = [epoch["train_loss"] for epoch in found["epochs"]]
        reached = [8 * number for number, loss in enumerate(losses, 1) if loss <= 1.0]
        assert made.measures["steps_to_goal"][name] == (reached[0] if reached else None)
        assert made.measures["test_error"][name] == found["test_error"]


def test_the_full_size_is_our_own_and_a_laptop_does_a_fraction():
    experiment = OptimizersRace()
    assert experiment.surface_rates[:4] == (1e-4, 2e-4, 5e-4, 1e-3)
    assert (len(experiment.surface_rates), experiment.surface_rates[-1]) == (21, 500)
    assert (experiment.num_train, experiment.epochs, experiment.batch_size) == (55_000, 10, 64)
    assert Settled(experiment).scale["kind"] == "paper"
    small = Settled(experiment.laptop()).scale
    assert (small["kind"], small["of_paper"]) == ("fraction", None)
    assert experiment.laptop().rates == experiment.rates
