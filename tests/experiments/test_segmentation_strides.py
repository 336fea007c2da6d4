"""Strides and borders. Oracles: borders found pixel by pixel, counts by hand, the record itself."""

from dataclasses import replace

import pytest
import torch

from course_lib.applications.detection import digit_scenes
from course_lib.applications.segmentation import label_maps, mean_iou
from course_lib.data import class_names
from course_lib.experiments.frame.engine import run_experiment
from course_lib.experiments.frame.experiment import Settled
from course_lib.experiments.pieces.border_measures import BORDER, measure, near_border
from course_lib.experiments.segmentation_strides import (
    ARMS,
    BLACK,
    FAINT,
    SegmentationStrides,
    class_names_of,
    digit_maps,
    load_splits,
    take_over,
)
from course_lib.training import record

QUICK = SegmentationStrides().quick()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strides")
    run_experiment(SegmentationStrides(), 0, True, results=folder, checkpoints=folder / "c")
    return record("segmentation_strides", 0, folder)


def test_the_quick_record_has_every_arm_measured_everywhere(made):
    assert made.scale["kind"] == "quick"
    assert made.measures["border"] == BORDER == 3
    runs = made.measures["runs"]
    assert list(runs) == list(ARMS)
    for arm, each in runs.items():
        wanted = QUICK.further_epochs if "from" in arm else QUICK.epochs
        assert each["epochs"] == len(each["losses"]) == wanted
        test = each["test"]
        everywhere, near, far = (
            test[place] for place in ("everywhere", "near_border", "far_from_border")
        )
        assert near["pixels"] + far["pixels"] == everywhere["pixels"]
        right = sum(place["pixel_accuracy"] * place["pixels"] for place in (near, far))
        assert right / everywhere["pixels"] == pytest.approx(everywhere["pixel_accuracy"], abs=1e-5)
        known = [iou for iou in everywhere["iou"].values() if iou is not None]
        assert everywhere["mean_iou"] == pytest.approx(sum(known) / len(known), abs=1e-4)
        assert list(everywhere["iou"]) == [*map(str, range(10)), "black"]


def test_finer_arms_have_more_score_layers_and_the_same_rest(made):
    """A score layer for c maps has 11 (c + 1) numbers, twice as large needs 11 * 11 * 4 * 4."""
    counts = {arm: each["num_parameters"] for arm, each in made.measures["runs"].items()}
    twice = 11 * 11 * 4 * 4
    assert counts["16s"] - counts["32s"] == 11 * (96 + 1) + twice
    assert counts["8s"] - counts["16s"] == 11 * (64 + 1) + twice
    assert counts["32s"] == counts["32s_from_32s"]
    assert counts["8s"] == counts["8s_from_16s"]


def test_the_answer_can_be_learned_at_all(made):
    runs = made.measures["runs"]
    assert all(
        each["losses"][-1] < each["losses"][0] for each in runs.values() if each["epochs"] > 1
    )
    # An arm that goes on does not begin with the loss of one that knows nothing.
    assert runs["32s_from_32s"]["losses"][0] < runs["32s"]["losses"][0]
    assert runs["16s_from_32s"]["losses"][0] < runs["16s"]["losses"][0]


def test_all_strides_begin_alike_and_an_arm_with_the_weights_of_another():
    coarse, middle, fine = (QUICK.network(stride, seed=1) for stride in (32, 16, 8))
    for name, weight in coarse.state_dict().items():
        if not name.startswith("enlarge."):
            assert torch.equal(weight, middle.state_dict()[name])
            assert torch.equal(weight, fine.state_dict()[name])
    torch.nn.init.normal_(coarse.score5.weight)
    take_over(middle, coarse)
    again = QUICK.network(32, seed=1)
    take_over(again, coarse)
    assert torch.equal(middle.score5.weight, coarse.score5.weight)
    assert not middle.score4.weight.any()
    images = torch.randn(2, 3, 64, 64)
    assert torch.equal(label_maps(again, images), label_maps(coarse, images))


def test_near_a_border_is_where_the_square_around_holds_two_labels():
    labels = torch.zeros(2, 12, 15, dtype=torch.int64)
    labels[0, 3:, 5:] = 4
    labels[1, 11, 14] = 9
    found = near_border(labels, 3)
    for image in range(2):
        for row in range(12):
            for column in range(15):
                square = labels[image, max(0, row - 3) : row + 4, max(0, column - 3) : column + 4]
                assert found[image, row, column] == (len(square.unique()) > 1)
    assert not near_border(torch.full((1, 5, 5), 11), 3).any()


def test_measures_near_and_far_count_their_own_pixels():
    class Halves(torch.nn.Module):
        """Names the left 8 columns 0 and the others 1."""

        def forward(self, images):
            left = (
                (torch.arange(images.shape[3]) < 8).float().expand(len(images), *images.shape[2:])
            )
            return torch.stack([left, 1 - left], dim=1)

    labels = torch.zeros(1, 10, 20, dtype=torch.int64)
    labels[:, :, 10:] = 1  # columns 8 and 9 are named wrong, both near the border
    labels[:, 0, 19] = 2  # void
    found = measure(Halves(), torch.zeros(1, 3, 10, 20), labels, ("a", "b"))
    # Near are the columns 7 to 12, and a corner of 4 x 4 around the void pixel, void left out.
    assert found["near_border"]["pixels"] == 6 * 10 + 4 * 4 - 1
    assert found["near_border"]["pixel_accuracy"] == pytest.approx(1 - 20 / 75, abs=1e-6)
    assert found["far_from_border"]["mean_iou"] == 1
    wanted = (8 / 10 + 99 / 119) / 2
    assert found["everywhere"]["mean_iou"] == pytest.approx(wanted, abs=1e-6)
    assert found["everywhere"]["iou"] == {"a": 0.8, "b": pytest.approx(99 / 119, abs=1e-4)}


def test_a_class_that_is_nowhere_has_no_iou():
    labels = torch.zeros(1, 64, 64, dtype=torch.int64)
    labels[:, :, 60:] = FAINT
    model = QUICK.network(32, seed=0)  # all scores are 0, so it says 0
    found = measure(model, torch.zeros(1, 3, 64, 64), labels, class_names_of("mnist_5k"))
    assert found["everywhere"]["iou"]["3"] is None
    assert found["everywhere"]["mean_iou"] == 1


def test_ink_has_the_class_of_its_digit_black_is_one_and_faint_ink_is_void():
    images, labels = digit_maps("validation", 6)
    scenes = digit_scenes("validation", 6)
    assert images.shape == (6, 3, 64, 64)
    for place, truth in enumerate(scenes.objects):
        gray = scenes.images[place, 0]
        assert (labels[place][gray == 0] == BLACK).all()
        assert (labels[place][(gray > 0) & (gray < 64)] == FAINT).all()
        strong = labels[place][gray >= 64]
        assert set(strong.unique().tolist()) == set(truth.labels.tolist())
        for box, label in zip(truth.boxes.int().tolist(), truth.labels.tolist(), strict=True):
            inside = labels[place, box[1] : box[3], box[0] : box[2]]
            assert set(inside.unique().tolist()) <= {label, BLACK, FAINT}
    assert FAINT == len(class_names_of("mnist_5k")) == BLACK + 1
    assert class_names_of("camvid") == class_names("camvid")[:11]


def test_all_pictures_are_centered_as_the_training_pictures_ask_for():
    splits = load_splits("mnist_5k", 5, "cpu")
    train = splits["train"][0]
    torch.testing.assert_close(train.mean((0, 2, 3)), torch.zeros(3), atol=1e-5, rtol=0)
    raw = digit_maps("train", 5)[0].float() / 255
    wanted = (digit_maps("test", 5)[0].float() / 255 - raw.mean()) / raw[:, 0].std(correction=0)
    torch.testing.assert_close(splits["test"][0], wanted, atol=1e-4, rtol=0)


def test_the_mean_is_that_of_the_library_where_all_classes_are_there():
    images, tiles = torch.randn(9, 3, 64, 64), torch.randint(12, (9, 4, 4))
    labels = tiles.repeat_interleave(16, dim=1).repeat_interleave(16, dim=2)
    model = QUICK.network(8, seed=0)
    torch.nn.init.normal_(model.score3.weight)
    found = measure(model, images, labels, class_names_of("camvid"))["everywhere"]
    wanted = mean_iou(label_maps(model, images), labels, 11, 11)
    assert found["mean_iou"] == pytest.approx(wanted, abs=1e-6)


def test_the_full_run_the_laptops_and_the_papers_table():
    full = SegmentationStrides()
    assert Settled(full).scale["kind"] == "paper"
    assert Settled(full.laptop()).scale["kind"] == "fraction"
    assert full.data == "camvid"
    # Long et al. 2015, table 2.
    assert full.paper_mean_iou == {"32s": 0.594, "16s_from_32s": 0.624, "8s_from_16s": 0.627}
    # The coarse arm goes on for as many epochs as the finer ones, so only the stride differs.
    assert ARMS["32s_from_32s"] == (32, "32s")
    assert replace(full, epochs=12, further_epochs=6) == full.laptop()
