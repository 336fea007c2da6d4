"""YOLO. Oracle: parameter counts as sums, a grid filled in by hand; a few canvases by heart."""

import pytest
import torch

from course_lib.applications.detection import (
    Objects,
    Scenes,
    detect,
    grid_targets,
    take_apart,
    yolo,
    yolo_loss,
)


def test_parameter_count_and_grid_are_exact():
    pairs = ((1, 16), (16, 32), (32, 64), (64, 64), (64, 64))
    maps = sum(9 * c_in * c_out + 2 * c_out for c_in, c_out in pairs)
    network = yolo()
    assert sum(p.numel() for p in network.parameters()) == maps + 20 * 65 == 98_692
    assert network(torch.zeros(2, 1, 64, 64, dtype=torch.uint8)).shape == (2, 8, 8, 2 * 5 + 10)
    other = yolo(num_classes=3, channels=3, num_boxes=4)
    assert other(torch.zeros(1, 3, 32, 32, dtype=torch.uint8)).shape == (1, 4, 4, 4 * 5 + 3)


def test_row_and_column_of_the_grid_are_those_of_the_image():
    network = yolo().eval()
    images = torch.zeros(1, 1, 64, 64, dtype=torch.uint8)
    dark = network(images)
    images[0, 0, 44, 12] = 255  # row 5, column 1
    change = (network(images) - dark).abs().sum(dim=-1)[0]
    row, column = divmod(int(change.argmax()), 8)
    assert abs(row - 5) <= 1
    assert abs(column - 1) <= 1
    assert change[0, 7] == 0


def _with_output(network, output):
    network.forward = lambda images: output
    return network


def test_answers_filled_in_by_hand():
    """Two cells of a 4 x 4 grid on 32 x 32 pixels, one box a cell, three classes."""
    output = torch.zeros(1, 4, 4, 5 + 3)
    output[0, 1, 2] = torch.tensor([0.5, 0.5, 0.5, 0.5, 0.8, 0, 0.5, 1.0])
    output[0, 3, 0] = torch.tensor([0.0, 0.5, 0.25, 0.5, 0.5, 0.5, 0, -1])
    scenes = Scenes(torch.zeros(1, 1, 32, 32, dtype=torch.uint8))
    (found,) = detect(_with_output(yolo(3, num_boxes=1), output), scenes)
    assert found.scores.tolist() == pytest.approx([0.8, 0.4, 0.25])
    assert found.labels.tolist() == [2, 1, 0]
    # Center (20, 12), a quarter of 32 wide and high; center (0, 28), 2 wide and 8 high, cut.
    wanted = [[16, 8, 24, 16], [16, 8, 24, 16], [0, 24, 1, 32]]
    assert found.boxes.tolist() == wanted


def test_two_negative_numbers_make_no_score():
    output = torch.zeros(1, 4, 4, 5 + 3)
    output[0, 1, 2] = torch.tensor([0.5, 0.5, 0.5, 0.5, -0.9, -0.9, -0.9, 0.5])
    scenes = Scenes(torch.zeros(1, 1, 32, 32, dtype=torch.uint8))
    (found,) = detect(_with_output(yolo(3, num_boxes=1), output), scenes)
    assert len(found.boxes) == 0


def test_each_box_of_a_cell_has_its_own_confidence():
    output = torch.zeros(1, 4, 4, 10 + 3)
    output[0, 1, 2, :5] = torch.tensor([0.5, 0.5, 0.5, 0.5, 0.5])
    output[0, 1, 2, 5:10] = torch.tensor([0.5, 0.5, 0.75, 0.75, 1.0])  # twice as large
    output[0, 1, 2, 10] = 1
    scenes = Scenes(torch.zeros(1, 1, 32, 32, dtype=torch.uint8))
    (found,) = detect(_with_output(yolo(3, num_boxes=2), output), scenes)
    assert found.scores.tolist() == [1.0, 0.5]
    assert found.boxes.tolist() == [[11, 3, 29, 21], [16, 8, 24, 16]]
    output[0, 1, 2, 2:4] = 0.6  # of 0.5625 and 0.36, an overlap of 0.41; of 0.49 it is 0.76
    assert len(detect(_with_output(yolo(3, num_boxes=2), output), scenes)[0].boxes) == 2
    output[0, 1, 2, 2:4] = 0.7
    assert len(detect(_with_output(yolo(3, num_boxes=2), output), scenes)[0].boxes) == 1


def test_losses_are_those_of_the_grid(two_canvases):
    network = yolo().eval()
    targets = grid_targets(two_canvases.objects, 8, (64, 64))
    wanted = yolo_loss(take_apart(network(two_canvases.images), 2), targets)
    found = network.losses(two_canvases)
    assert {name: term.item() for name, term in found.items()} == pytest.approx(
        {name: term.item() for name, term in wanted.items()}
    )


def test_errors_name_the_values(two_canvases):
    highest = max(int(truth.labels.max()) for truth in two_canvases.objects)
    with pytest.raises(ValueError, match=f"has the label {highest}; this detector has 1 classes"):
        yolo(1).losses(two_canvases)
    for height, width in ((32, 40), (36, 36)):
        images = torch.zeros(1, 1, height, width, dtype=torch.uint8)
        with pytest.raises(ValueError, match=f"images are {height} x {width}; .* multiple of 8"):
            yolo()(images)
    with pytest.raises(ValueError, match="no objects"):
        yolo().losses(Scenes(two_canvases.images))


def test_images_without_objects():
    nothing = Objects(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))
    images = torch.zeros(2, 1, 32, 32, dtype=torch.uint8)
    losses = yolo().losses(Scenes(images, (nothing, nothing)))
    sum(losses.values()).backward()
    assert [name for name, term in losses.items() if term > 0] == ["no object"]


def test_two_canvases_learned_by_heart(two_canvases, learn_by_heart):
    factor, mean = learn_by_heart(yolo(), two_canvases, 1e-2, epochs=100)
    assert factor > 20
    assert mean == 1
