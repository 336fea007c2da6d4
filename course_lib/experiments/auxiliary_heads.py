"""Do classifiers half-way hand strong gradients to the early layers, and does the network gain?

Paper: Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv:1409.4842, section 5:
two heads, after the modules 4a and 4d, whose losses count 0.3.
Differs from the paper: it gives no numbers for this; its network is of ImageNet. Here it is
`SmallGoogLeNet` on CIFAR-10: the nine modules of table 1 with their widths divided alike, below
them convolutions of 3x3 on 32x32 and 16x16 pixels, no response normalization. The heads pool 8x8
maps to 2x2 in place of 14x14 to 4x4. First weights are He et al.'s, which came later. The rate
of each arm is chosen on validation pictures; it climbs and falls along a cosine, where the paper
lowers it by 4 % every eight epochs. No augmentation, and no average of the weights.

The gradients of the first steps of the network with heads are taken apart: what the loss at the end
sends to a layer, what those of the heads send there (times 0.3), and both together, each as a
Euclidean norm. So the same weights are asked with heads and without; a network that has none stands
at others after its first step, and moves at a rate of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import mean
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from course_lib.experiments.frame.experiment import Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.pictures import Centered, Examples, Pictures, seeded
from course_lib.experiments.pieces.small_googlenet import LossWithHeads, SmallGoogLeNet
from course_lib.experiments.pieces.tuned_comparison import TunedComparison

EARLY_LAYERS = ("conv1", "conv2", "inception_3a", "inception_3b")
ARMS = {"without_heads": False, "with_heads": True}


@dataclass(frozen=True)
class AuxiliaryHeads(TunedComparison):
    name: ClassVar[str] = "auxiliary_heads"
    question: ClassVar[str] = (
        "Do classifiers half-way give the early layers of GoogLeNet stronger gradients?"
    )

    divide_by: int = 2  # how many times narrower than GoogLeNet all layers are
    num_first_steps: int = 100

    def laptop(self) -> "AuxiliaryHeads":
        own = {"epochs": 24, "search_epochs": 12, "divide_by": 4, "num_first_steps": 40}
        return replace(super().laptop(), **own)

    def quick(self) -> "AuxiliaryHeads":
        own = {"num_train": 200, "batch_size": 32, "epochs": 1, "divide_by": 16}
        return replace(super().quick(), **own, num_first_steps=3)

    def scale(self) -> Scale:
        return Scale(
            None,
            f"GoogLeNet's widths divided by {self.divide_by}, {self.epochs} passes through "
            f"{self.num_train:,} pictures of {self.data}; our full setting: divided by 2, 40 "
            "passes through 45,000. The paper's network and pictures are those of ImageNet.",
        )

    def run(self, run: Run) -> Findings:
        pictures = self.pictures(run.device)
        runs = {arm: self._train(run, arm, heads, pictures) for arm, heads in ARMS.items()}
        rate = runs["with_heads"]["search"]["best"]
        gradients = self._first_gradients(run, pictures, rate)
        return Findings(
            {
                "runs": runs,
                "first_gradients": {"with_heads": gradients},
                "stronger_by": stronger_by(gradients),
                "test_error_falls_by": runs["without_heads"]["test_error"]
                - runs["with_heads"]["test_error"],
            }
        )

    def _train(self, run: Run, arm: str, has_heads: bool, pictures: Pictures) -> dict:
        loss = LossWithHeads()
        build = partial(SmallGoogLeNet, self.divide_by, loss if has_heads else None)
        return self.train(run, arm, build, pictures, loss)

    def _first_gradients(self, run: Run, pictures: Pictures, rate: float) -> dict:
        """The norms of the first steps, at the rates of the training, in full precision."""

        def make(folder: Path) -> dict:
            loss = LossWithHeads()
            build = partial(SmallGoogLeNet, self.divide_by, loss)
            network = seeded(build, run.seed, run.device)
            model = Centered(network, pictures.centering).to(run.device)
            moves, along = self._optimizer(model, rate, self.epochs, pictures)
            found: dict = {name: {} for name in EARLY_LAYERS}
            for images, labels in self._first_batches(pictures.train, run.seed):
                parts = loss.parts(model(images), labels)
                for name in EARLY_LAYERS:
                    for source, norm in gradients_of(parts, network.get_submodule(name)).items():
                        found[name].setdefault(source, []).append(norm)
                moves.zero_grad()
                sum(parts.values()).backward()
                moves.step()
                along.step()
            return {"norms": found}

        return run.step("first_gradients", make)["norms"]

    def _first_batches(self, train: Examples, seed: int) -> Iterator[Examples]:
        images, labels = train
        order = torch.randperm(len(labels), generator=Generator().manual_seed(seed))
        for chosen in order.to(labels.device).split(self.batch_size)[: self.num_first_steps]:
            yield images[chosen], labels[chosen]


def gradients_of(parts: dict[str, Float[Tensor, ""]], layer: nn.Module) -> dict[str, float]:
    """The norm of what each part of the loss sends to the weights of a layer, and of the sum."""
    weights = list(layer.parameters())
    sent = {
        name: torch.cat(
            [each.flatten() for each in torch.autograd.grad(part, weights, retain_graph=True)]
        )
        for name, part in parts.items()
    }
    return {name: _norm(each) for name, each in sent.items()} | {"both": _norm(sum(sent.values()))}


def stronger_by(gradients: dict) -> dict[str, dict[str, float]]:
    """What arrives at each layer over the first steps, as a multiple of what the end sends there.

    "both" is all of it, "heads" what the heads send.
    """
    found = {}
    for name in EARLY_LAYERS:
        norms = {source: mean(each) for source, each in gradients[name].items()}
        found[name] = {source: norms[source] / norms["end"] for source in ("both", "heads")}
    return found


def _norm(gradient: Float[Tensor, "_"]) -> float:
    return float(f"{gradient.norm().item():.4g}")
