"""An experiment on handwritten digits: one network, trained once and measured."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from course_lib.data import load, split_off
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.pictures import VALIDATION_SEED
from course_lib.training import History, fit, predictions


@dataclass(frozen=True)
class DigitExperiment(Experiment):
    """A network, a loss and a way to train it; one subclass per question."""

    measures: ClassVar[dict] = {}  # what the question compares with
    paper_epochs: ClassVar[int] = 20
    paper_num_images: ClassVar[int] = 60_000

    data: str = "mnist"
    # The paper watched the test set while it trained; we keep part of the training set for that.
    num_validation: int = 5_000
    epochs: int = 20
    batch_size: int = 1

    def quick(self) -> "Experiment":
        return replace(self, data="mnist_5k", num_validation=500, epochs=2)

    def scale(self) -> Scale:
        """Counted in images seen."""
        in_set = 4_000 if self.data == "mnist_5k" else self.paper_num_images
        num_images = in_set - self.num_validation
        share = round(self.epochs * num_images / (self.paper_epochs * self.paper_num_images), 4)
        return Scale(
            share,
            f"{self.epochs} passes through {num_images:,} digits, {self.num_validation:,} more "
            f"kept for validation; the paper: {self.paper_epochs} passes through "
            f"{self.paper_num_images:,}.",
        )

    def model(self) -> nn.Module:
        raise NotImplementedError

    def prepare(self, images: UInt8[Tensor, "n 1 28 28"]) -> Float[Tensor, "n 1 _ _"]:
        """From gray levels 0 to 255 to what the network takes."""
        raise NotImplementedError

    def loss(self, scores: Float[Tensor, "n 10"], labels: Int64[Tensor, "n"]) -> Float[Tensor, ""]:
        raise NotImplementedError

    def optimizer(self, model: nn.Module) -> tuple[Optimizer, LRScheduler]:
        """The optimizer, and the schedule that takes a step after each epoch."""
        raise NotImplementedError

    def run(self, run: Run) -> Findings:
        torch.manual_seed(run.seed)
        model = self.model().to(run.device)
        history = self._fit(model, run, run.folder / "training")
        # Counted as a step, so that the record has the seconds of training and no others.
        run.step("trained", lambda folder: {"seconds": round(history.seconds, 1)})
        found, labels = self._look_at_the_test_set(model, run.device)
        return Findings(
            measures=self.measures | _counts(model, found, labels),
            epochs=history.epochs,
            test_error=(found != labels).sum().item() / len(labels),
            weights=model.state_dict(),
        )

    def _fit(self, model: nn.Module, run: Run, checkpoint: Path) -> History:
        """Digits are prepared once and stay on the device for the whole run."""
        parts = split_off(*load(self.data, "train"), self.num_validation, VALIDATION_SEED)
        train, validation = (
            (self.prepare(images).to(run.device), labels.to(run.device)) for images, labels in parts
        )
        optimizer, schedule = self.optimizer(model)
        return fit(
            model,
            self.loss,
            optimizer,
            train,
            validation,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=run.seed,
            schedule=schedule,
            checkpoint=checkpoint,
            log=run.logs and run.logs / "training.jsonl",
            after_epoch=run.after_epoch(self.epochs),
        )

    def _look_at_the_test_set(
        self, model: nn.Module, device: str
    ) -> tuple[Int64[Tensor, "n"], Int64[Tensor, "n"]]:
        """What the trained network says, and what is right: the one use of the test set."""
        images, labels = load(self.data, "test")
        return predictions(model, self.prepare(images).to(device)).cpu(), labels


def _counts(model: nn.Module, found: Int64[Tensor, "n"], labels: Int64[Tensor, "n"]) -> dict:
    """`confusion[i][j]` counts test digits i that the network took for j."""
    confusion = torch.bincount(labels * 10 + found, minlength=100).reshape(10, 10)
    num_parameters = sum(parameter.numel() for parameter in model.parameters())
    return {"num_parameters": num_parameters, "confusion": confusion.tolist()}
