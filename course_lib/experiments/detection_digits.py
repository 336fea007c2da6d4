"""Proposals or none: what do R-CNN and its successors find, and how long do they take?

Paper: Girshick et al. 2014 (R-CNN), Girshick 2015 (Fast R-CNN), Ren et al. 2015 (Faster R-CNN),
Redmon et al. 2016 (YOLO); sections are named in course_lib/applications/detection.
Differs from the paper: all four learn from nothing, on digits that lie on black canvases of 64x64
pixels, where the papers begin with a network trained on ImageNet and look at photographs of
PASCAL VOC; Adam and one cycle for all. What else is smaller stands at each detector.
"""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import torch
from torch import nn

from course_lib.applications.detection import (
    FasterRCNN,
    Scenes,
    detect,
    digit_scenes,
    fast_rcnn,
    faster_rcnn,
    fit_detector,
    mean_average_precision,
    num_boxes,
    rcnn,
    selective_search,
    sliding_windows,
    with_proposals,
    yolo,
)
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.digit_proposals import (
    OVERLAPS,
    load_boxes,
    proposal_quality,
    propose,
    save_boxes,
)
from course_lib.experiments.pieces.pictures import seeded
from course_lib.experiments.pieces.throughput_cases import count_operations
from course_lib.optimizers import Adam, OneCycleLR
from course_lib.training import say

BUILDERS = {"rcnn": rcnn, "fast_rcnn": fast_rcnn, "faster_rcnn": faster_rcnn, "yolo": yolo}
NEED_PROPOSALS = ("rcnn", "fast_rcnn")
SIZE = (64, 64)
WINDOW, SCALES, RATIOS = 20, (0.7, 1.0, 1.4), (1.0, 1.5, 3.0)
STRIDES = (8, 4, 2)  # of sliding windows: few, more, many
NUM_COUNTED = 8  # scenes whose operations are counted


@dataclass(frozen=True)
class DetectionDigits(Experiment):
    """The scenes are the same for all seeds, so that their spread is that of training alone."""

    name: ClassVar[str] = "detection_digits"
    question: ClassVar[str] = "What do four detectors find, and how long do they take?"
    shares_work: ClassVar[bool] = False

    num_train: int = 2_000
    num_validation: int = 200
    num_test: int = 1_000
    epochs: int = 20
    batch_size: int = 16
    # One for each detector: the best of those that short runs tried on the validation scenes.
    learning_rates: tuple[float, float, float, float] = (0.01, 0.003, 0.003, 0.01)

    def laptop(self) -> "DetectionDigits":
        return replace(self, num_train=800, num_validation=100, num_test=400, epochs=8)

    def quick(self) -> "DetectionDigits":
        return replace(self, num_train=32, num_validation=4, num_test=8, epochs=1, batch_size=8)

    def scale(self) -> Scale:
        full = DetectionDigits()
        return Scale(
            None,
            f"{self.epochs} passes through {self.num_train:,} canvases of 64x64 pixels, and "
            f"{self.num_test:,} to be measured on; in full {full.epochs} passes through "
            f"{full.num_train:,}, and {full.num_test:,}.",
        )

    def run(self, run: Run) -> Findings:
        known = run.step("proposals", self._propose)
        runs = {
            name: run.step(name, lambda folder, name=name: self._train(run, name))
            for name in BUILDERS
        }
        for name, found in runs.items():
            before = known["selective_search"]["seconds_per_image"]
            waits = before if name in NEED_PROPOSALS else 0.0
            found["seconds_with_proposals"] = round(waits + found["seconds_per_image"], 6)
        # What the network proposes is known once it is trained.
        known["region_proposal_network"] = runs["faster_rcnn"].pop("proposals")
        return Findings({"proposals": known, "runs": runs})

    def _scenes(self, split: str) -> Scenes:
        return digit_scenes(split, getattr(self, f"num_{split}"))

    def _propose(self, folder: Path) -> dict:
        """Selective search on all scenes, kept for the detectors; sliding windows beside it."""
        boxes, seconds = {}, {}
        for split in ("train", "validation", "test"):
            scenes = self._scenes(split)
            started = time.perf_counter()
            boxes[split] = with_proposals(scenes, selective_search).proposals
            seconds[split] = (time.perf_counter() - started) / len(scenes)
        save_boxes(folder, boxes)
        objects = self._scenes("test").objects
        found = {"all_boxes": num_boxes(SIZE)}
        found["selective_search"] = proposal_quality(boxes["test"], objects, seconds["test"])
        for stride in STRIDES:
            windows = sliding_windows(SIZE, WINDOW, stride, SCALES, RATIOS)
            same = (windows,) * len(objects)
            found[f"sliding_windows_{stride}"] = proposal_quality(same, objects, None)
        return found

    def _train(self, run: Run, name: str) -> dict:
        """Train one detector, watch it on the validation scenes, and measure it at the end."""
        folder = run.folder / "proposals"
        train, validation, test = (
            replace(self._scenes(split), proposals=load_boxes(folder, split)).to(run.device)
            for split in ("train", "validation", "test")
        )
        detector = seeded(BUILDERS[name], run.seed, run.device)
        history = self._fit(detector, train, validation, run.seed, name)
        operations = megaflops(detector, test.take(range(min(NUM_COUNTED, len(test)))))
        started = _now(run.device)
        found = detect(detector, test)
        seconds = (_now(run.device) - started) / len(test)
        maps = [mean_average_precision(found, test.objects, overlap) for overlap in OVERLAPS]
        measures = {
            "num_parameters": sum(parameter.numel() for parameter in detector.parameters()),
            "epochs": history,
            "map_50": round(maps[0].mean, 6),
            "map_75": round(maps[1].mean, 6),
            "average_precision_50": {str(k): round(ap, 4) for k, ap in maps[0].per_class.items()},
            "seconds_per_image": round(seconds, 6),
            "megaflops_per_image": operations,
        }
        if isinstance(detector, FasterRCNN):
            started = _now(run.device)
            proposals = propose(detector, test)
            seconds = (_now(run.device) - started) / len(test)
            measures["proposals"] = proposal_quality(proposals, test.objects, seconds)
        return measures

    def _fit(
        self, detector: nn.Module, train: Scenes, validation: Scenes, seed: int, name: str
    ) -> list[dict]:
        history = []

        def watch(epoch: int, terms: dict[str, float]) -> None:
            found = mean_average_precision(detect(detector, validation), validation.objects)
            loss = round(sum(terms.values()), 4)
            history.append(
                {"epoch": epoch, "loss": loss, "validation_map_50": round(found.mean, 4)}
            )
            say(f"{name}: epoch {epoch} of {self.epochs}: loss {loss}, mAP {found.mean:.1%}")

        rate = dict(zip(BUILDERS, self.learning_rates, strict=True))[name]
        optimizer = Adam(detector.parameters(), rate)
        steps = self.epochs * -(-len(train) // self.batch_size)
        schedule = OneCycleLR(optimizer, rate, steps, cycle_momentum=False)
        fit_detector(
            detector,
            optimizer,
            train,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=seed,
            schedule=schedule,
            after_epoch=watch,
        )
        return history


def megaflops(detector: nn.Module, scenes: Scenes) -> float:
    """Operations of convolutions and matrix products; they do not depend on the machine."""
    return round(count_operations(lambda: detect(detector, scenes)) / len(scenes) / 1e6, 2)


def _now(device: str) -> float:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    return time.perf_counter()
