"""Several networks instead of one: how much their vote can gain, and how to make it.

Source: Breiman 1996, "Bagging predictors"; Hansen & Salamon 1990, "Neural network ensembles" (the
binomial formula); Krizhevsky et al. 2012, table 1 (averaging the predictions of networks).
"""

import math
from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from course_lib.training.evaluation import scores


def majority_error(num_classifiers: int, error: float) -> float:
    """How often a majority is wrong, of classifiers that err independently of one another.

    With n classifiers and the error rate e of each one,

        sum over k > n / 2 of  (n choose k) e^k (1 - e)^(n - k)

    The question is one of two classes. An even vote is decided by a coin, so k = n / 2 counts
    half. Networks trained on the same pictures do not err independently: theirs gains less.

    Raises ValueError for no classifier and for an error rate outside of 0 to 1.
    """
    if num_classifiers < 1:
        raise ValueError(f"num_classifiers is {num_classifiers}; a vote needs at least one.")
    if not 0 <= error <= 1:
        raise ValueError(f"error is {error}; an error rate lies in 0 to 1.")
    total = 0.0
    for num_wrong in range(num_classifiers + 1):
        ways = math.comb(num_classifiers, num_wrong)
        chance = ways * error**num_wrong * (1 - error) ** (num_classifiers - num_wrong)
        if 2 * num_wrong >= num_classifiers:
            total += chance / 2 if 2 * num_wrong == num_classifiers else chance
    return total


def bootstrap(
    num_examples: int, generator: Generator | None = None
) -> tuple[Int64[Tensor, " n"], Int64[Tensor, " left_out"]]:
    """Draw a training set out of a training set: as many examples, with replacement.

    Returns the numbers of the drawn examples and of those never drawn, (1 - 1/n)^n or about 37 %
    of all, on which the network trained on the others can be tested.
    """
    if num_examples < 1:
        raise ValueError(f"num_examples is {num_examples}; there is nothing to draw from.")
    device = generator.device if generator else None
    drawn = torch.randint(num_examples, (num_examples,), generator=generator, device=device)
    left_out = torch.ones(num_examples, dtype=torch.bool, device=drawn.device)
    left_out[drawn] = False
    return drawn, left_out.nonzero().flatten()


def average_predictions(
    models: Sequence[Callable], images: Float[Tensor, "n *image"], batch_size: int = 1000
) -> Float[Tensor, "n classes"]:
    """The mean of the networks' probabilities, softmax(scores), for each image."""
    _require_some(models)
    total = sum(scores(model, images, batch_size).softmax(dim=1) for model in models)
    return total / len(models)


def majority_vote(
    models: Sequence[Callable], images: Float[Tensor, "n *image"], batch_size: int = 1000
) -> Int64[Tensor, " n"]:
    """The class most networks name, for each image; among equals the one with the lower number."""
    _require_some(models)
    votes = sum(
        torch.nn.functional.one_hot(given.argmax(1), given.shape[1])
        for given in (scores(model, images, batch_size) for model in models)
    )
    return votes.argmax(dim=1)


def _require_some(models: Sequence[Callable]) -> None:
    if not models:
        raise ValueError("models is empty; an ensemble needs at least one network.")
