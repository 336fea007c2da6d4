"""How much is a trained network worth, by the number of pictures there are to learn from?

Papers: Donahue et al. 2013, arXiv:1310.1531 (a linear classifier on a network's features);
Yosinski, Clune, Bengio & Lipson 2014, arXiv:1411.1792 (fine-tuning); He, Girshick & Dollár 2018,
arXiv:1811.08883 (from scratch can do as well, but takes longer). Lectures: michigan_2025 (the
recipe), sharif_2024 (which of it to take for how many pictures).
Differs from the papers: none has these pictures, 244 of ants and bees to learn from and 153 to be
tested on. ImageNet has classes of ants and of bees, so this is the lecture's "very similar" data;
`pretrained_error` is what its own two scores say without any training here. The pictures are
themselves said to be of ImageNet, so the trained network may have met some of those for the test.

The training set is cut in two: 44 pictures, on which rates were chosen (one for each way to train,
whatever the number of pictures), and 200. Small sets are
drawn from the 200 by the seed and repeated until an epoch is as long as with the largest, so that
all take the same steps; from scratch it is `scratch_times` as many. Of fine-tuned networks the
normalizations keep what they learned on ImageNet, averages, scales and shifts: averages over a few
pictures would spoil them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from jaxtyping import Int64
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.data.augmentation import RandomHorizontalFlip
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.backbones import Backbone, find_backbone
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.frozen_features import frozen_features, probe
from course_lib.experiments.pieces.pictures import Pictures
from course_lib.experiments.pieces.two_classes import choose, load_two_classes
from course_lib.optimizers import SGD
from course_lib.training import (
    Execution,
    freeze,
    rates_by_depth,
    replace_head,
    thaw_deepest,
)

ARMS = ("probe", "deepest", "all", "scratch")
NORMS = nn.BatchNorm2d


@dataclass(frozen=True)
class TransferOrScratch(Experiment):
    name: ClassVar[str] = "transfer_or_scratch"
    question: ClassVar[str] = (
        "How much is a trained network worth, by the number of pictures to learn from?"
    )

    data: str = "hymenoptera"
    backbone: str = "efficientnet_lite0"  # or "resnet18", which needs a network
    size: int = 224
    num_validation: int = 44
    num_per_class: tuple[int, ...] = (5, 10, 20, 50, 99)
    epochs: int = 10  # as long as the largest set
    scratch_times: int = 5
    batch_size: int = 16
    probe_decay: float = 0.01
    deepest_blocks: int = 4  # with the classifier
    deepest_rate: float = 0.003
    all_rate: float = 0.001
    depth_factor: float = 0.9  # of the rate, for each block below
    scratch_rate: float = 0.01
    momentum: float = 0.9
    weight_decay: float = 1e-4
    autocast: str = ""  # "bfloat16": products in half precision, for time's sake alone

    def laptop(self) -> "TransferOrScratch":
        return replace(
            self,
            size=128,
            num_per_class=(5, 20, 99),
            epochs=4,
            scratch_times=3,
            autocast="bfloat16",
        )

    def quick(self) -> "TransferOrScratch":
        """The digits 8 and 9, and a small network that has learned the digits 0 to 7."""
        return replace(
            self,
            data="mnist_5k",
            backbone="digits",
            size=32,
            num_validation=100,
            num_per_class=(5, 100),
            epochs=3,
            scratch_times=2,
            deepest_rate=0.01,
            all_rate=0.01,
            scratch_rate=0.02,
        )

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{self.epochs} passes, from scratch {self.epochs * self.scratch_times}, as long as "
            f"through {2 * self.num_per_class[-1]} pictures of {self.data} of {self.size} pixels a "
            "side; in full 10 and 50 passes through 198 of 224.",
        )

    def run(self, run: Run) -> Findings:
        backbone = find_backbone(self.backbone, run)
        pictures = load_two_classes(
            self.data, self.size, run.device, self.num_validation, backbone.centering
        )
        features = frozen_features(run, backbone, pictures)
        runs = {}
        for num in self.num_per_class:
            chosen = choose(pictures.train[1], num, run.seed)
            runs[f"probe_{num}"] = probe(run, f"probe_{num}", features, chosen, self.probe_decay)
            share = self._share(pictures, chosen)
            for arm in ARMS[1:]:
                runs[f"{arm}_{num}"] = self._train(run, f"{arm}_{num}", arm, backbone, share)
        errors = {
            arm: [runs[f"{arm}_{num}"]["test_error"] for num in self.num_per_class] for arm in ARMS
        }
        measures = {"runs": runs, "num_per_class": list(self.num_per_class), "test_errors": errors}
        untrained = features.get("pretrained_error")
        return Findings(
            measures | {"learned_before": backbone.learned, "pretrained_error": untrained}
        )

    def _share(self, pictures: Pictures, chosen: Int64[Tensor, "k"]) -> Pictures:
        """The chosen pictures, repeated to the length of the largest set."""
        length = 2 * self.num_per_class[-1]
        repeated = chosen.repeat(-(-length // len(chosen)))[:length]
        repeated = repeated.to(pictures.train[1].device)
        return replace(pictures, train=tuple(part[repeated] for part in pictures.train))

    def _train(self, run: Run, name: str, arm: str, backbone: Backbone, share: Pictures) -> dict:
        epochs = self.epochs * (self.scratch_times if arm == "scratch" else 1)
        return train_classifier(
            run,
            name,
            lambda: self.network(arm, backbone.build),
            share,
            lambda model: self.optimizer(arm, model, epochs),
            epochs=epochs,
            batch_size=self.batch_size,
            augment=RandomHorizontalFlip(),
            execution=Execution(channels_last=True, autocast=self.autocast or None),
        )

    def network(self, arm: str, build: Callable[[bool], nn.Module]) -> nn.Module:
        """The network of an arm before it is trained here, with a new classifier."""
        network = build(arm != "scratch")
        replace_head(network, 2)
        if arm == "deepest":
            thaw_deepest(network, self.deepest_blocks)
        for layer in network.modules():
            if isinstance(layer, NORMS) and arm == "scratch":
                layer.momentum = 0.1  # of 0.01, a short training would keep the first values
            elif isinstance(layer, NORMS):
                freeze(layer)
        return network

    def optimizer(
        self, arm: str, model: nn.Module, epochs: int
    ) -> tuple[Optimizer, CosineAnnealingLR]:
        rate = {"deepest": self.deepest_rate, "all": self.all_rate, "scratch": self.scratch_rate}
        factor = self.depth_factor if arm == "all" else 1.0
        groups = rates_by_depth(model, rate[arm], factor)
        optimizer = SGD(groups, rate[arm], self.momentum, weight_decay=self.weight_decay)
        return optimizer, CosineAnnealingLR(optimizer, epochs)
