"""What does a vote of seven networks gain, and what does the binomial formula promise?

Papers: Breiman, "Bagging predictors", 1996 (training sets drawn with replacement); Krizhevsky,
Sutskever & Hinton 2012, table 1 (seven networks, each trained on everything: from 18.2 to 15.4 %
top-5 error); the lecture colorado_2025 has the binomial formula.
Differs from the papers: no paper asks this of digits. The network is today's LeNet-5; two of the
seven of 2012 had been trained on more pictures before.

Net number k of either kind has the same first weights and the same generator for its order, so
only what it learned from differs. The formula is for two classes: there, whoever is wrong names
the same wrong class. Of ten classes the wrong votes may scatter, which makes the vote better than
the formula; errors on the same pictures make it worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import mean
from typing import ClassVar

import torch
from jaxtyping import Bool, Float, Int64
from safetensors.torch import load_file, save
from torch import Generator, Tensor, nn
from torch.nn.functional import one_hot
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.architectures import lenet5_modern
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.gray_digits import load_digits
from course_lib.experiments.pieces.pictures import Centered, Pictures
from course_lib.optimizers import SGD
from course_lib.training import bootstrap, majority_error, scores
from course_lib.training.whole_files import write_whole

KINDS = ("bootstrap", "whole")


@dataclass(frozen=True)
class Bagging(Experiment):
    name: ClassVar[str] = "bagging"
    question: ClassVar[str] = "What does a vote of seven networks gain, and why not more?"
    paper_errors: ClassVar[dict] = {"one": 0.182, "seven": 0.154}

    data: str = "mnist"
    num_train: int = 55_000
    num_validation: int = 5_000
    num_networks: int = 7
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 0.05
    momentum: float = 0.9
    weight_decay: float = 5e-4

    def laptop(self) -> "Bagging":
        return replace(self, num_train=5_000, epochs=10)

    def quick(self) -> "Bagging":
        small = {"data": "mnist_5k", "num_train": 500, "num_validation": 500}
        return replace(self, **small, num_networks=3, epochs=3)

    def scale(self) -> Scale:
        return Scale(
            None,
            f"2 times {self.num_networks} networks, {self.epochs} passes through "
            f"{self.num_train:,} digits each; in full 2 times 7, 20 passes through 55,000.",
        )

    def run(self, run: Run) -> Findings:
        digits = load_digits(self.data, run.device, self.num_validation, self.num_train)
        arms = {kind: [f"{kind}{k}" for k in range(self.num_networks)] for kind in KINDS}
        runs = {
            arm: self._train(run, arm, number, self._share(digits, kind, run.seed, number))
            for kind in KINDS
            for number, arm in enumerate(arms[kind])
        }
        labels = digits.test[1].cpu()
        together = {
            kind: ensemble([_kept(run, arm) for arm in arms[kind]], labels) for kind in KINDS
        }
        measures = {"runs": runs, "together": together, "paper_top5_errors": self.paper_errors}
        return Findings(measures)

    def _share(self, digits: Pictures, kind: str, seed: int, number: int) -> Pictures:
        """What a network learns from: everything, or as much drawn with replacement."""
        if kind == "whole":
            return digits
        generator = Generator().manual_seed(seed * self.num_networks + number)
        drawn, _ = bootstrap(len(digits.train[1]), generator)
        drawn = drawn.to(digits.train[1].device)
        return replace(digits, train=tuple(part[drawn] for part in digits.train))

    def _train(self, run: Run, arm: str, number: int, digits: Pictures) -> dict:
        own = replace(run, seed=run.seed * self.num_networks + number)

        def keep(network: nn.Module) -> dict:
            model = Centered(network, digits.centering).to(run.device)
            probabilities = scores(model, digits.test[0]).softmax(1).cpu()
            write_whole(_place(run, arm), save({"probabilities": probabilities}))
            return {"num_pictures": len(digits.train[0].flatten(1).unique(dim=0))}

        return train_classifier(
            own,
            arm,
            lenet5_modern,
            digits,
            self._optimizer,
            epochs=self.epochs,
            batch_size=self.batch_size,
            measure=keep,
        )

    def _optimizer(self, model: nn.Module) -> tuple[Optimizer, CosineAnnealingLR]:
        optimizer = SGD(
            model.parameters(), self.learning_rate, self.momentum, weight_decay=self.weight_decay
        )
        return optimizer, CosineAnnealingLR(optimizer, self.epochs)


def ensemble(probabilities: Sequence[Float[Tensor, "n c"]], labels: Int64[Tensor, "n"]) -> dict:
    """What the networks do alone, in pairs and together; errors are fractions."""
    answers = [each.argmax(1) for each in probabilities]
    wrong = [given != labels for given in answers]
    errors = [_share_of(each) for each in wrong]
    votes = sum(one_hot(given, probabilities[0].shape[1]) for given in answers)
    vote, average = votes.argmax(1), sum(probabilities).argmax(1)
    return {
        "errors": errors,
        "mean_error": round(mean(errors), 6),
        "vote_error": _share_of(vote != labels),
        "average_error": _share_of(average != labels),
        "binomial_error": majority_error(len(errors), mean(errors)),
    } | pairs(answers, wrong)


def pairs(answers: list[Int64[Tensor, "n"]], wrong: list[Bool[Tensor, "n"]]) -> dict:
    """How often two networks err together, on average over all pairs of them.

    `both_wrong_if_independent` is what the product of their error rates would be; `correlation`
    is that of right and wrong, null where a network makes no error; `same_answer` is the share of
    the errors made together in which both name the same wrong class.
    """
    both, product, correlation, same = [], [], [], []
    for one, other in combinations(range(len(wrong)), 2):
        together = wrong[one] & wrong[other]
        both.append(_share_of(together))
        product.append(_share_of(wrong[one]) * _share_of(wrong[other]))
        correlation.append(float(torch.stack([wrong[one], wrong[other]]).double().corrcoef()[0, 1]))
        same.append(_share_of((answers[one] == answers[other]) & together))
    errs = all(bool(each.any()) for each in wrong)
    return {
        "both_wrong": round(mean(both), 6),
        "both_wrong_if_independent": round(mean(product), 6),
        "correlation": round(mean(correlation), 4) if errs else None,
        "same_answer": round(sum(same) / sum(both), 4) if sum(both) else None,
    }


def _share_of(chosen: Bool[Tensor, "n"]) -> float:
    return round(int(chosen.sum()) / len(chosen), 6)


def _place(run: Run, arm: str) -> Path:
    return run.folder / "probabilities" / f"{arm}.safetensors"


def _kept(run: Run, arm: str) -> Float[Tensor, "n c"]:
    return load_file(_place(run, arm))["probabilities"]
