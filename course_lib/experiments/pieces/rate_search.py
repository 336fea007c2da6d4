"""The learning rate that suits a network, chosen by the validation pictures; the test set waits."""

from collections.abc import Callable, Sequence

from course_lib.experiments.frame.steps import Run
from course_lib.training import TrainingDivergedError


def search_rates(
    run: Run, arm: str, rates: Sequence[float], train: Callable[[str, float], dict]
) -> dict:
    """Try each rate with `train(name, rate)`, which is to train by `train_classifier(run, name)`.

    Returns {rates, validation_error, train_loss, best}: what each had after its last epoch, None
    where training diverged; and the rate with the smallest validation error, the smaller of
    equals. Raises ValueError where all diverged.
    """
    found = [train_or_diverge(run, f"{arm}_at_{rate:g}", rate, train) for rate in rates]
    errors = [each["validation_error"] for each in found]
    finished = [
        (error, rate) for error, rate in zip(errors, rates, strict=True) if error is not None
    ]
    if not finished:
        raise ValueError(f"{arm} diverged at each of the rates {tuple(rates)}; give lower ones.")
    losses = [each["epochs"][-1]["train_loss"] if each["epochs"] else None for each in found]
    return {
        "rates": list(rates),
        "validation_error": errors,
        "train_loss": losses,
        "best": min(finished)[1],
    }


def train_or_diverge(run: Run, name: str, rate: float, train: Callable[[str, float], dict]) -> dict:
    """What `train(name, rate)` returns; where it diverges no epochs, and None for the errors."""
    try:
        return train(name, rate)
    except TrainingDivergedError:
        nothing = {"epochs": [], "validation_error": None, "test_error": None}
        # Kept under the name of the training, so that it is not tried again either.
        return run.step(name, lambda folder: nothing)


def steps_to(goal: float, key: str, epochs: Sequence[dict], steps_per_epoch: int) -> int | None:
    """The steps taken when an epoch ended with at most this loss or error; None: it never did.

    `key` is a field of the recorded epochs, such as "train_loss".
    """
    reached = (each["epoch"] for each in epochs if each[key] <= goal)
    first = next(reached, None)
    return None if first is None else first * steps_per_epoch
