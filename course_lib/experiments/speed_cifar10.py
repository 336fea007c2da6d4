"""How few seconds does a network need to learn CIFAR-10?

Paper: Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", arXiv:2404.00498, section 3,
puts most of the ways to hurry together: whitened patches, convolutions that begin as the identity,
quick biases, averaged weights (Zhang, Lucas, Hinton & Ba 2019, arXiv:1907.08610), pictures
mirrored every second epoch, several views of a test picture.
Differs from the paper: the whitening centers its patches, comes from 2,000 pictures and not 5,000,
and nothing of it learns; the last layer begins with much larger weights; normalization adds 1e-5 to
the variance, not 1e-12; all six views of a test picture count alike; bfloat16 for float16; 12
epochs for 9.9; the paper's clock holds the questions at the end. So this is a network beside the
paper's, and no repetition of its run.

The clock runs from the first look at the pictures, which lie on the device, to the last step:
whitening, shuffling, augmentation and averaging are in it. Loading, a warm-up of eight batches
(which compiles, on a GPU), drawing the first weights and the evaluation are not.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from statistics import mean, stdev
from typing import ClassVar

import torch
from jaxtyping import UInt8
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import Optimizer

from course_lib.data import load, split_off
from course_lib.data.augmentation import RandomTranslation, crop, flip
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.pictures import VALIDATION_SEED, Examples, in_color
from course_lib.experiments.pieces.speed_network import FastNetwork
from course_lib.optimizers import SGD, OneCycleLR
from course_lib.training import Epoch, TrainingDivergedError, say, scores

BATCH_OF_RATES = 1024  # learning_rate is for batches of this size, and grows with them
WARM_UP = 8  # batches
PICTURES_TO_WHITEN = 2_000  # two million patches


@dataclass(frozen=True)
class SpeedCifar10(Experiment):
    """The rate climbs from a fifth of `learning_rate` and falls to 7 % of it, along two lines."""

    name: ClassVar[str] = "speed_cifar10"
    question: ClassVar[str] = "How few seconds does a network need to learn CIFAR-10?"
    shares_work: ClassVar[bool] = False

    data: str = "cifar10"
    num_validation: int = 0  # some, where settings are chosen; then the test set is left alone
    runs: int = 20
    epochs: int = 12  # the paper: 9.9
    widths: tuple[int, int, int] = (64, 256, 256)
    batch_size: int = 1024
    learning_rate: float = 1.5
    climb: float = 0.23  # share of the steps
    momentum: float = 0.85
    weight_decay: float = 0.0013
    bias_rate: float = 64.0  # times that of the weights
    label_smoothing: float = 0.2
    translation: int = 2  # pixels; the border is mirrored
    average_every: int = 5  # steps
    average_decay: float = 0.95  # a step, at the end
    compiled: bool = True  # on a GPU

    def laptop(self) -> "SpeedCifar10":
        return replace(self, runs=1, epochs=11, widths=(32, 128, 256), batch_size=512)

    def quick(self) -> "SpeedCifar10":
        return replace(self, data="mnist_5k", runs=2, epochs=1, widths=(8, 8, 16), batch_size=64)

    def scale(self) -> Scale:
        def words(each: "SpeedCifar10") -> str:
            widths = ", ".join(map(str, each.widths))
            return f"{each.epochs} epochs of {each.data}, {widths} maps wide, {each.runs} run(s)"

        return Scale(None, f"{words(self)}; in full {words(SpeedCifar10())}.")

    def run(self, run: Run) -> Findings:
        network = FastNetwork(self.widths).to(run.device, memory_format=torch.channels_last)
        compiles = self.compiled and run.device.startswith("cuda")
        model = torch.compile(network) if compiles else network
        device = torch.device(run.device)
        train, kept = _pictures(self, "train", device)
        asked = kept or _pictures(self, "test", device)[0]

        def once(number: int) -> dict:
            # A run is not cut short by the budget: half of one has no time to tell.
            race = Race(self, network, model, run.seed * self.runs + number)
            return run.step(f"run{number}", lambda folder: race.result(train, asked))

        found = {f"run{number}": once(number) for number in range(self.runs)}
        summed = summary(list(found.values()))
        measures = {"runs": found, "summary": summed, "compiled": compiles}
        if self.runs > 1:
            return Findings(measures)
        epochs = tuple(Epoch(**epoch) for epoch in found["run0"]["epochs"])
        on_test = found["run0"]["measured_on"] == "test"
        return Findings(measures, epochs, found["run0"]["error"]["six_views"] if on_test else None)


@dataclass(frozen=True, eq=False)
class Race:
    """One training against the clock. `model` is `network`, or its compiled form.

    It has a loop of its own: `fit` would not tell an augmentation which epoch it is, averages no
    weights, and its clock holds evaluations.
    """

    settings: SpeedCifar10
    network: FastNetwork
    model: nn.Module
    seed: int

    @property
    def device(self) -> torch.device:
        return self.network.classifier.weight.device

    def result(self, train: Examples, asked: Examples) -> dict:
        """Train on `train`, then ask about the others."""
        self.network.draw(self.seed)
        few = WARM_UP * self.settings.batch_size
        list(self.learn(tuple(part[:few] for part in train), epochs=1))
        self.network.draw(self.seed)
        started, epochs = self._now(), []
        for epoch in self.learn(train, self.settings.epochs):
            say(f"epoch {epoch.epoch}: loss {epoch.train_loss:.4f}, error {epoch.train_error:.2%}")
            epochs.append(asdict(epoch))
        seconds = self._now() - started
        return {
            "training_seconds": round(seconds, 3),
            "measured_on": "validation" if self.settings.num_validation else "test",
            "error": self.errors(*asked),
            "num_parameters": sum(weight.numel() for weight in self.network.parameters()),
            "epochs": epochs,
        }

    def learn(self, train: Examples, epochs: int) -> Iterator[Epoch]:
        """Train in place on whole batches; what is left over waits for another epoch's order."""
        settings, network = self.settings, self.network
        network.whiten.fit(train[0][:PICTURES_TO_WHITEN])
        num_batches = len(train[0]) // settings.batch_size
        optimizer, schedule = make_optimizer(settings, network, epochs * num_batches)
        batches = alternating_batches(settings, train, self.seed, epochs)
        average = Average(network)
        network.train()
        for epoch in range(epochs):
            totals = torch.zeros(2, device=self.device)
            for step in range(num_batches * epoch + 1, num_batches * (epoch + 1) + 1):
                totals += self._step(optimizer, *next(batches))
                schedule.step()
                if step % settings.average_every == 0:
                    late = (step / num_batches / epochs) ** 3
                    average.pull(1 - late * settings.average_decay**settings.average_every)
            loss, error = (totals / num_batches).tolist()
            if not torch.tensor(loss).isfinite():
                raise TrainingDivergedError(f"In epoch {epoch + 1} the loss became {loss}.")
            yield Epoch(epoch + 1, loss, error, None)
        average.pull(0.0)

    def _step(self, optimizer: Optimizer, images: Tensor, labels: Tensor) -> Tensor:
        """The loss and the share of wrong answers; they stay on the device."""
        with self._precision():
            found = self.model(images)
            loss = F.cross_entropy(found, labels, label_smoothing=self.settings.label_smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        wrong = (found.detach().argmax(1) != labels).float().mean()
        return torch.stack([loss.detach().float(), wrong])

    def errors(self, images: UInt8[Tensor, "n 3 h w"], labels: Tensor) -> dict[str, float]:
        """The share of wrong answers from one look, from a look and its mirror image, from six."""
        with self._precision():
            size = self.settings.batch_size
            # Summed in bfloat16, some looks would be rounded to a tie.
            looks = [scores(self.network, view, size).float() for view in six_views(images)]
        counts = {"one_view": 1, "two_views": 2, "six_views": 6}
        return {
            name: round(float((sum(looks[:num]).argmax(1) != labels).double().mean()), 6)
            for name, num in counts.items()
        }

    def _precision(self) -> torch.autocast:
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def _now(self) -> float:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return time.perf_counter()


class Average:
    """Slow weights, that go a part of the way to the learned ones; these go on from there."""

    def __init__(self, network: nn.Module):
        # The running statistics of the normalization are averaged like the weights.
        self.quick = [each for each in network.state_dict().values() if each.is_floating_point()]
        self.slow = [each.clone() for each in self.quick]

    def pull(self, share: float) -> None:
        for quick, slow in zip(self.quick, self.slow, strict=True):
            slow.lerp_(quick, share)
            quick.copy_(slow)


def make_optimizer(
    settings: SpeedCifar10, network: nn.Module, num_steps: int
) -> tuple[Optimizer, OneCycleLR]:
    """Weights and biases shrink alike in a step, though the biases move much faster."""
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    rate = settings.learning_rate * settings.batch_size / BATCH_OF_RATES
    groups, rates = [], []
    for faster, is_bias in ((1.0, False), (settings.bias_rate, True)):
        members = [weight for weight in learning if (weight.ndim == 1) is is_bias]
        groups.append({"params": members, "weight_decay": settings.weight_decay / faster})
        rates.append(rate * faster)
    optimizer = SGD(groups, rate, settings.momentum, nesterov=True)
    shape = {"anneal_strategy": "linear", "div_factor": 5.0, "final_div_factor": 0.2 / 0.07}
    return optimizer, OneCycleLR(
        optimizer, rates, num_steps, pct_start=settings.climb, cycle_momentum=False, **shape
    )


def alternating_batches(
    settings: SpeedCifar10, train: Examples, seed: int, epochs: int
) -> Iterator[Examples]:
    """Whole batches, shifted by some pixels. Two epochs show each picture and its mirror image."""
    images, labels = train
    draw = {"generator": torch.Generator(labels.device).manual_seed(seed), "device": labels.device}
    shift = RandomTranslation(settings.translation, padding_mode="reflect")
    mirrored = torch.rand(len(labels), **draw) < 0.5
    for _ in range(epochs):
        order = torch.randperm(len(labels), **draw).split(settings.batch_size)
        for chosen in order[: len(labels) // settings.batch_size]:
            shifted = shift(images[chosen], draw["generator"])
            yield flip(shifted, mirrored[chosen]), labels[chosen]
        mirrored = ~mirrored


def six_views(images: UInt8[Tensor, "n c h w"]) -> Iterator[UInt8[Tensor, "n c h w"]]:
    """The images; shifted by a pixel to two corners; each with its mirror image after it."""
    size = (images.shape[2], images.shape[3])
    for place in (1, 0, 2):
        corner = torch.full((len(images),), place, device=images.device)
        view = crop(images, corner, corner, size, padding=1, padding_mode="reflect")
        yield from (view, view.flip(-1))


def summary(runs: list[dict]) -> dict:
    """Mean and spread over the runs; the deviation of a single one is not known."""
    columns = {"training_seconds": [run["training_seconds"] for run in runs]}
    columns |= {f"error_{name}": [run["error"][name] for run in runs] for name in runs[0]["error"]}
    return {
        name: {
            "mean": round(mean(values), 6),
            "deviation": round(stdev(values), 6) if len(values) > 1 else None,
            "least": min(values),
            "most": max(values),
        }
        for name, values in columns.items()
    }


def _pictures(
    settings: SpeedCifar10, split: str, device: torch.device
) -> tuple[Examples, Examples | None]:
    """The examples of a split, and those that are kept for validation or None."""
    images, labels = load(settings.data, split)
    parts = ((in_color(images), labels), None)
    if split == "train" and settings.num_validation:
        parts = split_off(*parts[0], settings.num_validation, VALIDATION_SEED)
    return tuple(part and tuple(each.to(device) for each in part) for part in parts)
