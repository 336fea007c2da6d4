"""YOLO's loss. Oracle: equation 3 of the paper, worked by hand and as a loop over its sums."""

import pytest
import torch

from course_lib.applications.detection import (
    GridAnswers,
    GridTargets,
    box_iou,
    grid_boxes,
    yolo_loss,
)


def _random(num_images=2, s=3, b=2, c=4):
    answers = GridAnswers(
        torch.rand(num_images, s, s, b, 4, requires_grad=True),
        torch.rand(num_images, s, s, b, requires_grad=True),
        torch.rand(num_images, s, s, c, requires_grad=True),
    )
    targets = GridTargets(
        torch.rand(num_images, s, s) < 0.4,
        torch.rand(num_images, s, s, 4),
        torch.randint(c, (num_images, s, s)),
    )
    return answers, targets


def _as_loops(answers, targets):
    num_images, s, _, num_boxes, _ = answers.boxes.shape
    terms = dict.fromkeys(("center", "size", "object", "no object", "class"), 0.0)
    roots = torch.cat([targets.boxes[..., :2], targets.boxes[..., 2:].sqrt()], dim=-1)
    guesses = grid_boxes(answers.boxes.detach(), (1, 1))
    truths = grid_boxes(roots[..., None, :], (1, 1))
    for cell in ((n, y, x) for n in range(num_images) for y in range(s) for x in range(s)):
        best = None
        if targets.occupied[cell]:
            overlap = box_iou(guesses[cell], truths[cell])[:, 0].tolist()
            best = overlap.index(max(overlap))
            x, y, w, h = answers.boxes[cell][best].tolist()
            wanted_x, wanted_y, wanted_w, wanted_h = targets.boxes[cell].tolist()
            terms["center"] += 5 * ((x - wanted_x) ** 2 + (y - wanted_y) ** 2)
            terms["size"] += 5 * ((w - wanted_w**0.5) ** 2 + (h - wanted_h**0.5) ** 2)
            terms["object"] += (answers.confidences[cell][best].item() - overlap[best]) ** 2
            for label, score in enumerate(answers.classes[cell].tolist()):
                terms["class"] += (score - int(label == targets.labels[cell])) ** 2
        for b in range(num_boxes):
            if b != best:
                terms["no object"] += 0.5 * answers.confidences[cell][b].item() ** 2
    return {name: term / num_images for name, term in terms.items()}


@pytest.mark.parametrize("num_boxes", [1, 2, 3])
def test_equals_the_sums_of_the_paper(num_boxes):
    for _ in range(5):
        answers, targets = _random(b=num_boxes)
        with torch.no_grad():
            wanted = _as_loops(answers, targets)
        found = {name: term.item() for name, term in yolo_loss(answers, targets).items()}
        assert found == pytest.approx(wanted, rel=1e-4)


def test_one_cell_by_hand():
    """The second box is the object's; it is twice as wide, so the overlap is 1/2."""
    targets = GridTargets(
        torch.tensor([[[True]]]),
        torch.tensor([[[[0.5, 0.5, 0.25, 0.25]]]]),
        torch.tensor([[[1]]]),
    )
    answers = GridAnswers(
        torch.tensor([[[[[0.0, 0.0, 0.1, 0.1], [0.5, 0.5, 0.5**0.5, 0.5]]]]]),
        torch.tensor([[[[0.4, 0.7]]]]),
        torch.tensor([[[[0.25, 0.5]]]]),
    )
    terms = {name: term.item() for name, term in yolo_loss(answers, targets).items()}
    assert terms["center"] == 0
    assert terms["size"] == pytest.approx(5 * (0.5**0.5 - 0.5) ** 2)
    assert terms["object"] == pytest.approx((0.7 - 0.5) ** 2)
    assert terms["no object"] == pytest.approx(0.5 * 0.4**2)
    assert terms["class"] == pytest.approx(0.25**2 + 0.5**2)


def test_infinite_guesses_make_the_loss_infinite():
    """Roots of 1e20 give sides of 1e40, which float32 cannot hold, and NaN is no box at all."""
    for root in (1e20, torch.inf, torch.nan):
        answers, targets = _random(b=1)
        answers.boxes.data[..., 2:] = root
        terms = yolo_loss(answers, targets)
        assert not terms["size"].isfinite()
        assert terms["object"].isfinite()
        assert terms["class"].isfinite()


@pytest.mark.parametrize("bad", [1e20, torch.inf, torch.nan])
def test_a_finite_guess_is_responsible_before_an_infinite_one(bad):
    """By hand: the second box is the object's, and the first overlaps it by nothing."""
    place = torch.tensor([0.5, 0.5, 0.25, 0.25])
    targets = GridTargets(torch.tensor([[[True]]]), place.expand(1, 1, 1, 4), torch.tensor([[[0]]]))
    boxes = torch.tensor([[0.5, 0.5, bad, bad], [0.5, 0.5, 0.5, 0.5]]).expand(1, 1, 1, 2, 4)
    answers = GridAnswers(boxes, torch.ones(1, 1, 1, 2), torch.ones(1, 1, 1, 1))
    terms = {name: term.item() for name, term in yolo_loss(answers, targets).items()}
    assert terms == {"center": 0, "size": 0, "object": 0, "no object": 0.5, "class": 0}


def test_half_precision_loses_like_float32():
    answers, targets = _random()
    half = GridAnswers(answers.boxes.half(), answers.confidences.half(), answers.classes.half())
    back = GridAnswers(half.boxes.float(), half.confidences.float(), half.classes.float())
    wanted = {name: term.item() for name, term in yolo_loss(back, targets).items()}
    found = {name: term.item() for name, term in yolo_loss(half, targets).items()}
    assert found == pytest.approx(wanted, rel=1e-2)


def test_what_was_reached_is_a_target_not_a_lever():
    """Confidences learn; the boxes must not move to change what the confidence is compared with."""
    answers, targets = _random()
    terms = yolo_loss(answers, targets)
    (terms["object"] + terms["no object"]).backward()
    assert answers.boxes.grad is None
    assert answers.confidences.grad.ne(0).all()


def test_only_the_responsible_box_learns_its_place():
    answers, targets = _random(b=3)
    terms = yolo_loss(answers, targets)
    (terms["center"] + terms["size"] + terms["class"]).backward()
    moved = answers.boxes.grad.ne(0).any(dim=-1)
    assert torch.equal(moved.sum(dim=-1), targets.occupied.long())
    assert torch.equal(answers.classes.grad.ne(0).any(dim=-1), targets.occupied)


def test_an_empty_image_teaches_to_say_no():
    answers, targets = _random()
    nothing = GridTargets(torch.zeros(2, 3, 3).bool(), targets.boxes, targets.labels)
    terms = {name: term.item() for name, term in yolo_loss(answers, nothing).items()}
    silence = 0.5 * answers.confidences.square().sum().item() / 2
    assert terms == pytest.approx(
        {"center": 0, "size": 0, "object": 0, "no object": silence, "class": 0}
    )
