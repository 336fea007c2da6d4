"""Boxes to compare with an oracle, canvases for all detectors, and a training of seconds."""

import pytest
import torch

from course_lib.applications.detection import (
    Scenes,
    detect,
    digit_scenes,
    fit_detector,
    mean_average_precision,
)


def _random_boxes(num: int, side: int = 20, dtype=torch.float32) -> torch.Tensor:
    """Whole-numbered corners: many boxes touch, repeat or have no area."""
    corners = torch.randint(side, (num, 2, 2))
    return torch.cat([corners.amin(dim=1), corners.amax(dim=1)], dim=1).to(dtype)


@pytest.fixture(scope="session")
def random_boxes():
    return _random_boxes


@pytest.fixture(scope="session")
def two_canvases():
    """A 0 and a 7 on the first, an 8 and a 1 on the second."""
    return digit_scenes("train", 2, seed=3)


def _learn_by_heart(detector, scenes, learning_rate, epochs):
    """How many times smaller the loss became, and the mean AP on the same canvases."""
    optimizer = torch.optim.Adam(detector.parameters(), learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, epochs)
    history = fit_detector(detector, optimizer, scenes, epochs=epochs, schedule=schedule)
    first, last = (sum(history[epoch].values()) for epoch in (0, -1))
    unseen = Scenes(scenes.images, None, scenes.proposals)  # it must not look at the answers
    return first / last, mean_average_precision(detect(detector, unseen), scenes.objects).mean


@pytest.fixture(scope="session")
def learn_by_heart():
    return _learn_by_heart
