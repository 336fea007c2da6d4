"""Least squares on pixels. Oracles: gradient descent step by step, torch.linalg, and by hand."""

import pytest
import torch

from course_lib.experiments.centering import (
    Centering,
    centered,
    detour,
    normalized,
    problem_of,
    raw,
    share_of_one_sign,
    with_bias,
)
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.pieces.least_squares import LeastSquares
from course_lib.training import record


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("centering")
    run_experiment(Centering(), 0, quick=True, results=folder, checkpoints=folder / "c")
    return record("centering", 0, folder)


@pytest.fixture
def inputs():
    return torch.rand(50, 4, dtype=torch.float64) * torch.tensor([1.0, 2.0, 3.0, 4.0])


@pytest.fixture
def targets():
    return torch.randn(50, 2, dtype=torch.float64)


def loss_of(inputs, targets, weights):
    return ((inputs @ weights - targets) ** 2).sum(1).mean() / 2


def test_the_exact_descent_is_that_of_gradient_descent_step_by_step(inputs, targets):
    problem = LeastSquares.of(inputs, targets)
    rate = 0.7 * problem.textbook_rate
    least = loss_of(inputs, targets, torch.linalg.lstsq(inputs, targets).solution)
    weights = torch.zeros(4, 2, dtype=torch.float64)
    left = []
    for step in range(60):
        excess = (loss_of(inputs, targets, weights) - least).item()
        left.append(excess)
        assert problem.excess(rate, step) == pytest.approx(excess, rel=1e-6, abs=1e-12)
        torch.testing.assert_close(problem.weights(rate, step), weights)
        weights = weights - rate * inputs.T @ (inputs @ weights - targets) / len(inputs)
    share = 1.01 * left[37] / left[0]
    assert problem.steps_to(share, rate) == 37


def test_the_eigenvalues_and_the_best_weights_are_torchs(inputs, targets):
    problem = LeastSquares.of(inputs, targets)
    hessian = inputs.T @ inputs / len(inputs)
    assert problem.condition_number == pytest.approx(torch.linalg.cond(hessian).item())
    best = torch.linalg.lstsq(inputs, targets).solution
    torch.testing.assert_close(problem.directions @ problem.best, best)


def test_a_direction_without_curvature_does_not_count(inputs, targets):
    doubled = torch.cat([inputs, inputs[:, :1]], dim=1)
    problem = LeastSquares.of(doubled, targets)
    assert len(problem.eigenvalues) == 4
    assert problem.condition_number < 1e6


def test_the_best_rate_needs_the_fewest_steps_and_a_rate_too_large_is_refused(inputs, targets):
    problem = LeastSquares.of(with_bias(inputs), targets)
    limit = (2 / problem.eigenvalues[0]).item()
    fewest = problem.steps_to(0.01, problem.best_rate(0.01, num_rates=50))
    assert fewest == min(problem.steps_to(0.01, limit * k / 51) for k in range(1, 51))
    with pytest.raises(ValueError, match="converges below"):
        problem.steps_to(0.01, 1.01 * limit)


@pytest.mark.parametrize("prepare", [raw, centered, normalized])
def test_the_problem_is_that_of_a_learned_bias_which_starts_at_the_mean_target(
    prepare, inputs, targets
):
    # Oracle: gradient descent, step by step, on weights and a bias of their own, whatever the
    # means of the inputs and of the targets are.
    targets = targets + 3
    problem, prepared = problem_of(prepare, inputs, targets), prepare(inputs)
    rate = 0.9 * problem.textbook_rate
    weights, bias = torch.zeros(4, 2, dtype=torch.float64), targets.mean(0)
    least = loss_of(with_bias(inputs), targets, torch.linalg.lstsq(with_bias(inputs), targets)[0])
    for step in range(30):
        errors = prepared @ weights + bias - targets
        loss = (errors**2).sum(1).mean() / 2
        assert problem.excess(rate, step) == pytest.approx((loss - least).item(), rel=1e-6)
        torch.testing.assert_close(problem.weights(rate, step)[:4], weights)
        weights = weights - rate * prepared.T @ errors / len(errors)
        bias = bias - rate * errors.mean(0)
    moved = (bias - targets.mean(0)).abs().max()
    assert moved > 0.01 if prepare is raw else moved < 1e-12


def test_the_curvature_is_that_of_the_pixels_and_not_of_the_bias_by_hand():
    pixels, targets = torch.tensor([[0.2], [0.4]]).double(), torch.tensor([[1.0], [3.0]]).double()
    # Centered: -0.1 and 0.1, mean square 0.01. An input that is 1 would add an eigenvalue of 1.
    assert problem_of(centered, pixels, targets).eigenvalues.tolist() == pytest.approx([0.01])
    assert problem_of(normalized, pixels, targets).eigenvalues.tolist() == pytest.approx([1.0])
    # Raw: the Hessian is [[0.1, 0.3], [0.3, 1]], so its eigenvalues have sum 1.1, product 0.01.
    both = problem_of(raw, pixels, targets).eigenvalues
    assert (both.sum().item(), both.prod().item()) == pytest.approx((1.1, 0.01))


def test_the_first_and_the_least_loss_do_not_depend_on_the_preparation(inputs, targets):
    problems = [problem_of(prepare, inputs, targets) for prepare in (raw, centered, normalized)]
    first = ((targets - targets.mean(0)) ** 2).sum(1).mean().item() / 2
    best = torch.linalg.lstsq(with_bias(inputs), targets).solution
    least = loss_of(with_bias(inputs), targets, best).item()
    for problem in problems:
        assert problem.first_loss == pytest.approx(first)
        assert problem.first_loss - problem.excess(0.1, 0) == pytest.approx(least)


def test_the_preparations_by_hand():
    pixels = torch.tensor([[0.0, 1.0], [2.0, 5.0]], dtype=torch.float64)
    assert centered(pixels).tolist() == [[-1, -2], [1, 2]]
    assert normalized(pixels).tolist() == [[-1, -1], [1, 1]]


def test_the_share_of_one_sign_by_hand():
    gradients = torch.tensor([[1.0, -1, 0], [2, -2, 0], [3, 4, 0], [0, 0, 0]]).double()
    # 3 of 3 positive; 2 of 3 negative; a unit without a gradient does not count.
    assert share_of_one_sign(gradients) == pytest.approx((1 + 2 / 3) / 2)


def test_a_detour_by_hand():
    corner = torch.tensor([[0.0, 0], [1, 0], [1, 1]]).double()
    assert detour(corner) == pytest.approx(2 / 2**0.5)


def test_all_preparations_have_the_same_losses_at_both_ends_and_their_own_way(made):
    for found in made.measures["sets"].values():
        descents = [each["descent"] for each in found["preparations"].values()]
        # With a bias, subtracting and dividing change no function that the weights can make; and
        # with weights of 0 it is the same constant function for all.
        assert len({descent["first_loss"] for descent in descents}) == 1
        assert descents[0]["first_loss"] > descents[0]["least_loss"]
        assert len({round(descent["least_loss"], 3) for descent in descents}) == 1
        for descent in descents:
            ratio = descent["largest_eigenvalue"] / descent["smallest_eigenvalue"]
            assert descent["condition_number"] == pytest.approx(ratio, rel=1e-3)
            assert descent["rate"] * descent["largest_eigenvalue"] < 2
            left = descent["left_after_powers_of_two"]
            assert left[0] == 1
            for power, share in enumerate(left[1:]):
                assert (share <= 0.01) == (2**power >= descent["steps"])
            assert descent["steps"] <= descent["steps_at_textbook_rate"]


def test_one_positive_picture_moves_all_weights_of_a_unit_alike(made):
    # sharif_2024: "always all positive or all negative". True of one picture, not of a batch.
    for found in made.measures["sets"].values():
        shares = {name: each["one_sign"] for name, each in found["preparations"].items()}
        assert shares["raw"]["1"] == 1
        assert shares["raw"]["512"] < 1
        assert shares["centered"]["1"] < 1
        assert shares["centered"] == shares["normalized"]  # a division changes no sign


def test_the_path_goes_from_0_to_the_best_weights(made):
    for found in made.measures["sets"].values():
        for each in found["preparations"].values():
            path = each["path"]
            assert path["above"][0] == path["below"][0] == 0
            assert len(path["above"]) == len(path["below"]) == min(path["steps"], 60) + 1
            assert path["detour"] >= 1


def test_the_full_size_is_what_a_laptop_runs():
    experiment = Centering()
    assert experiment.data == ("cifar10", "mnist")
    assert (experiment.num_images, experiment.block, experiment.share) == (10_000, 4, 0.01)
    assert experiment.laptop() == experiment
    scale = Settled(experiment).scale
    assert (scale["kind"], scale["of_paper"]) == ("paper", None)
