"""Four detectors on digits. Oracles: boxes and operations by hand, the record's own numbers."""

from dataclasses import replace

import pytest
import torch

from course_lib.applications.detection import (
    Objects,
    detect,
    digit_scenes,
    faster_rcnn,
    num_sliding_windows,
    selective_search,
    with_proposals,
    yolo,
)
from course_lib.experiments.detection_digits import (
    BUILDERS,
    SIZE,
    STRIDES,
    DetectionDigits,
    megaflops,
)
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.pieces.digit_proposals import (
    load_boxes,
    proposal_quality,
    propose,
    save_boxes,
)
from course_lib.training import record

QUICK = DetectionDigits().quick()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("detection")
    run_experiment(DetectionDigits(), 0, True, results=folder, checkpoints=folder / "c")
    return record("detection_digits", 0, folder)


def test_the_quick_record_has_four_detectors(made):
    assert made.scale["kind"] == "quick"
    runs = made.measures["runs"]
    assert list(runs) == ["rcnn", "fast_rcnn", "faster_rcnn", "yolo"]
    for each in runs.values():
        assert [epoch["epoch"] for epoch in each["epochs"]] == list(range(1, QUICK.epochs + 1))
        assert 0 <= each["map_75"] <= each["map_50"] <= 1
        classes = each["average_precision_50"].values()
        assert each["map_50"] == pytest.approx(sum(classes) / len(classes), abs=1e-4)
        assert each["seconds_per_image"] > 0


def test_waiting_for_selective_search_counts_where_a_detector_needs_it(made):
    waits = made.measures["proposals"]["selective_search"]["seconds_per_image"]
    assert waits > 0
    for name, each in made.measures["runs"].items():
        alone = each["seconds_per_image"]
        needs = name in ("rcnn", "fast_rcnn")
        assert each["seconds_with_proposals"] == pytest.approx(alone + needs * waits, abs=2e-6)


def test_all_kinds_of_proposals_are_compared(made):
    known = made.measures["proposals"]
    # A box has a first and a last column, and rows alike: 64 * 65 / 2 of either.
    assert known["all_boxes"] == (64 * 65 // 2) ** 2
    for stride in STRIDES:
        found = known[f"sliding_windows_{stride}"]
        count = num_sliding_windows(SIZE, 20, stride, (0.7, 1.0, 1.4), (1.0, 1.5, 3.0))
        assert found["boxes_per_image"] == count
        assert found["seconds_per_image"] is None
    recalls = [known[f"sliding_windows_{stride}"]["recall_75"] for stride in STRIDES]
    assert recalls == sorted(recalls)  # a window of the coarser step is one of the finer, too
    # Digits on black are what looks alike, so each is a region of its own.
    assert known["selective_search"]["recall_50"] == 1
    assert 0 < known["region_proposal_network"]["boxes_per_image"] <= 40


def test_recall_and_counts_by_hand():
    objects = (Objects(torch.tensor([[0.0, 0, 10, 10], [20, 20, 30, 30]]), torch.tensor([3, 4])),)
    boxes = torch.tensor([[0.0, 0, 10, 6], [20, 20, 30, 29], [50, 50, 60, 60]])
    found = proposal_quality((boxes,), objects, 0.5)  # overlaps of 0.6 and 0.9
    assert found == {
        "boxes_per_image": 3.0,
        "recall_50": 1.0,
        "recall_75": 0.5,
        "seconds_per_image": 0.5,
    }


def test_boxes_come_back_from_their_file_in_order(tmp_path):
    boxes = {
        "train": tuple(torch.full((k % 3, 4), float(k)) for k in range(12)),
        "test": (torch.rand(2, 4),),
    }
    save_boxes(tmp_path / "new", boxes)
    for split, wanted in boxes.items():
        found = load_boxes(tmp_path / "new", split)
        assert [each.tolist() for each in found] == [each.tolist() for each in wanted]


def test_the_network_proposes_what_its_second_stage_looks_at(monkeypatch):
    scenes = digit_scenes("validation", 2)
    detector, seen = faster_rcnn(), []
    answers = detector.second_stage.answers

    def noted(maps, boxes):
        seen.append(boxes)
        return answers(maps, boxes)

    monkeypatch.setattr(detector.second_stage, "answers", noted)
    detect(detector, scenes)
    for one, other in zip(propose(detector, scenes), seen[0], strict=True):
        assert torch.equal(one, other)


def test_operations_of_yolo_by_hand():
    scenes = digit_scenes("validation", 2)
    stages = ((64, 1, 16), (32, 16, 32), (16, 32, 64), (8, 64, 64), (8, 64, 64))
    maps = sum(9 * before * after * side**2 for side, before, after in stages)
    output = 64 * (2 * 5 + 10) * 8**2
    assert megaflops(yolo(), scenes) == pytest.approx(2 * (maps + output) / 1e6, abs=0.006)


def test_the_same_seed_gives_the_same_detector():
    scenes = with_proposals(digit_scenes("train", 8), selective_search)
    losses = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        history = replace(QUICK, batch_size=2)._fit(
            BUILDERS["rcnn"](), scenes, scenes, seed, "rcnn"
        )
        losses.append(history)
    assert losses[0] == losses[1] != losses[2]


def test_the_laptop_sees_a_fraction():
    full = DetectionDigits()
    assert Settled(full).scale["kind"] == "paper"
    scale = Settled(full.laptop()).scale
    assert scale["kind"] == "fraction"
    assert "8 passes through 800 canvases" in scale["note"]
