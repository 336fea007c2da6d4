"""Training on pixels. Oracle: two colors, which a network can learn by heart in seconds."""

import pytest
import torch
from torch import nn

from course_lib.applications.segmentation import FCN, fit_segmenter, label_maps, mean_iou
from course_lib.applications.segmentation.small_classifier import MAP_SHAPE, small_classifier
from course_lib.training import TrainingDivergedError

VOID = 2


def _squares(num_images=8, seed=0):
    """A bright square of 16 to 32 pixels on noise; its rim is void."""
    generator = torch.Generator().manual_seed(seed)
    images = 0.3 * torch.randn(num_images, 3, 64, 64, generator=generator)
    labels = torch.zeros(num_images, 64, 64, dtype=torch.int64)
    for image, label in zip(images, labels, strict=True):
        side, top, left = torch.randint(16, 33, (3,), generator=generator).tolist()
        label[top - 1 : top + side + 1, left - 1 : left + side + 1] = VOID
        label[top : top + side, left : left + side] = 1
        image[:, top : top + side, left : left + side] += 2
    return images, labels


def test_the_loss_falls_and_the_squares_are_found():
    torch.manual_seed(0)
    model = FCN(small_classifier(2), 2, 8, MAP_SHAPE)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    images, labels = _squares()
    told = []
    losses = fit_segmenter(
        model,
        optimizer,
        (images, labels),
        void=VOID,
        epochs=12,
        batch_size=4,
        flips=True,
        after_epoch=lambda epoch, loss: told.append((epoch, loss)),
    )
    assert losses[-1] < 0.3 * losses[0]
    assert told == list(enumerate(losses, 1))
    assert model.training
    named = label_maps(model, images, batch_size=3)
    assert mean_iou(named, labels, 2, VOID) > 0.8
    assert model.training


def test_the_same_seed_gives_the_same_weights():
    weights = []
    for _ in range(2):
        torch.manual_seed(1)
        model = nn.Sequential(nn.Conv2d(3, 2, 3, padding=1))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)
        options = {"void": VOID, "epochs": 2, "batch_size": 3, "seed": 5, "flips": True}
        fit_segmenter(model, optimizer, _squares(), schedule=schedule, **options)
        weights.append(model[0].weight.detach().clone())
        assert optimizer.param_groups[0]["lr"] == pytest.approx(
            0.1 / 4
        )  # six batches: two halvings
    assert weights[0].equal(weights[1])


def test_images_and_labels_are_mirrored_together():
    class Reader(nn.Module):
        """Scores the class its input shows, so the loss is small only where the two agree."""

        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(20.0))
            self.seen = []

        def forward(self, images):
            self.seen.append(images[:, 0].clone())
            return self.scale * torch.stack([1 - images[:, 0], images[:, 0]], dim=1)

    labels = (torch.rand(16, 4, 5) < 0.5).long()
    images = labels[:, None].float()
    model = Reader()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    (loss,) = fit_segmenter(
        model, optimizer, (images, labels), void=VOID, epochs=1, batch_size=16, flips=True
    )
    assert loss < 1e-6
    (seen,) = model.seen
    kept = sum(any(one.equal(image[0]) for image in images) for one in seen)
    assert 2 <= kept <= 14  # each of 16 is mirrored or not; 14 or more alike: one in 500


def test_bad_arguments_and_diverging_runs_say_what_to_do():
    model = nn.Conv2d(3, 2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="epochs is 0, batch_size 8, and train has 8 images"):
        fit_segmenter(model, optimizer, _squares(), void=VOID, epochs=0)
    images, labels = _squares()
    with pytest.raises(TrainingDivergedError, match="Try a tenth of the learning rate"):
        fit_segmenter(model, optimizer, (images / 0, labels), void=VOID, epochs=1)
