"""The region proposal network. Oracle: the paper's rules by hand on an untrained network."""

import math

import pytest
import torch

from course_lib.applications.detection import (
    Objects,
    RegionProposalNetwork,
    box_iou,
    encode_boxes,
    proposal_recall,
)

SIZE = (32, 48)
NOTHING = Objects(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))


@pytest.fixture
def network():
    return RegionProposalNetwork(num_maps=5, stride=8, sizes=(8.0, 16.0), ratios=(1.0, 2.0, 3.0))


@pytest.fixture
def features():
    return torch.rand(2, 5, 4, 6)


def test_parameter_count_is_exact(network):
    window, k = 5 * (9 * 5 + 1), 6
    assert sum(p.numel() for p in network.parameters()) == window + k * (5 + 1) + 4 * k * (5 + 1)


def test_answers_are_in_the_order_of_the_anchors(network, features):
    """The anchor a of row y and column x gets the numbers of channel a there."""
    objectness, offsets = network(features)
    anchors = network.anchors(features)
    assert objectness.shape == (2, len(anchors)) == (2, 4 * 6 * 6)
    with torch.no_grad():
        x = network.window(features).relu()
        scores, moves = network.objectness(x), network.offsets(x)
    place = (3 * 6 + 4) * 6 + 5  # row 3, column 4, size 16, ratio 3
    assert objectness[1, place].item() == pytest.approx(scores[1, 5, 3, 4].item())
    assert offsets[1, place].tolist() == pytest.approx(moves[1, 20:24, 3, 4].tolist())
    center = (anchors[place, :2] + anchors[place, 2:]) / 2
    assert center.tolist() == pytest.approx([4.5 * 8, 3.5 * 8])


def test_the_first_answers_are_undecided(network, features):
    """Weights of 0.01 and no bias: every anchor has about the same chance and stays in place."""
    objectness, offsets = network(features)
    assert objectness.abs().max() < 0.2
    assert offsets.abs().max() < 0.2
    assert not any(layer.bias.any() for layer in network.children())
    assert 0.005 < network.offsets.weight.std() < 0.02


def _object_on(anchors, index):
    return Objects(anchors[index][None], torch.tensor([3]))


def _usable(anchors):
    edge = torch.tensor([SIZE[1], SIZE[0]])
    return ((anchors[:, :2] >= 0) & (anchors[:, 2:] <= edge)).all(dim=1)


def test_an_undecided_network_pays_log_2_for_each_anchor(network, features):
    anchors = network.anchors(features)
    index = int(_usable(anchors).nonzero()[10])
    truths = [_object_on(anchors, index), NOTHING]
    zeros = torch.zeros(2, len(anchors)), torch.zeros(2, len(anchors), 4)
    losses = network.losses(*zeros, anchors, truths, SIZE)
    assert losses["objectness"].item() == pytest.approx(math.log(2), rel=1e-5)
    assert losses["proposal box"].item() == 0  # the object is an anchor that need not move


def test_only_anchors_on_objects_learn_to_move(network, features):
    anchors = network.anchors(features)
    index = int(_usable(anchors).nonzero()[10])
    truth = Objects(anchors[index][None] + torch.tensor([1.0, 0, 2, 0]), torch.tensor([0]))
    (wanted,) = encode_boxes(anchors[index][None], truth.boxes)
    assert wanted.abs().max() < 1  # so that the loss is the parabola
    overlap = box_iou(anchors, truth.boxes)[:, 0]
    usable = _usable(anchors)
    assert (usable & (overlap >= 0.7)).sum() <= 1  # no other anchor comes close
    num_drawn = min(64, 1 + int((usable & (overlap < 0.3)).sum()))
    offsets = torch.zeros(1, len(anchors), 4, requires_grad=True)
    objectness = torch.zeros(1, len(anchors), requires_grad=True)
    losses = network.losses(objectness, offsets, anchors, [truth], SIZE)
    assert losses["proposal box"].item() == pytest.approx(
        float(wanted.square().sum()) / 2 / num_drawn, rel=1e-4
    )
    sum(losses.values()).backward()
    assert offsets.grad[0].any(dim=1).nonzero().tolist() == [[index]]
    asked = objectness.grad[0]
    assert asked[index].item() == pytest.approx(-0.5 / num_drawn)
    assert asked[asked > 0].tolist() == pytest.approx([0.5 / num_drawn] * (num_drawn - 1))
    assert not asked[~usable].any()
    undecided = (overlap >= 0.3) & (overlap < 0.7)
    assert not (undecided & (asked != 0) & (torch.arange(len(anchors)) != index)).any()


def test_the_loss_is_the_mean_over_images(network, features):
    anchors = network.anchors(features)
    objectness, offsets = torch.randn(2, len(anchors)), torch.randn(2, len(anchors), 4)
    inside = _usable(anchors).nonzero()[:, 0]
    assert len(inside) <= 64  # so nothing depends on a draw
    truths = [_object_on(anchors, int(inside[3])), _object_on(anchors, int(inside[20]))]

    def losses(chosen):
        answers = objectness[chosen], offsets[chosen]
        return network.losses(*answers, anchors, truths[chosen], SIZE)

    both, first, second = losses(slice(0, 2)), losses(slice(0, 1)), losses(slice(1, 2))
    for name, loss in both.items():
        assert loss.item() == pytest.approx((first[name] + second[name]).item() / 2)
        assert first[name] != pytest.approx(second[name].item())


def test_the_generator_decides_which_anchors_are_asked(network):
    features = torch.zeros(1, 5, 9, 9)
    anchors = network.anchors(features)
    answers = torch.randn(1, len(anchors)), torch.zeros(1, len(anchors), 4)
    loss = [
        network.losses(*answers, anchors, [NOTHING], (72, 72), torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    ]
    assert loss[0]["objectness"] == loss[1]["objectness"]
    assert loss[0]["objectness"] != pytest.approx(loss[2]["objectness"].item())


def test_images_without_objects_teach_that_nothing_is_there(network, features):
    anchors = network.anchors(features)
    objectness = torch.zeros(1, len(anchors), requires_grad=True)
    offsets = torch.zeros(1, len(anchors), 4)
    losses = network.losses(objectness, offsets, anchors, [NOTHING], SIZE)
    losses["objectness"].backward()
    num_drawn = min(64, int(_usable(anchors).sum()))
    assert int((objectness.grad > 0).sum()) == num_drawn
    assert losses["proposal box"].item() == 0


def test_proposals_are_the_likely_boxes_inside_the_image_without_duplicates(network, features):
    anchors = network.anchors(features)
    objectness = torch.randn(2, len(anchors))
    offsets = 0.3 * torch.randn(2, len(anchors), 4)
    objectness[1, 77] = 9
    offsets[1, 77] = 0
    proposals = network.propose(objectness, offsets, anchors, SIZE)
    for boxes in proposals:
        assert 0 < len(boxes) <= 40
        assert boxes.min() >= 0
        assert (boxes[:, [0, 2]] <= SIZE[1]).all()
        assert (boxes[:, [1, 3]] <= SIZE[0]).all()
        assert (boxes[:, 2:] - boxes[:, :2]).min() >= 1
        overlap = box_iou(boxes, boxes) - torch.eye(len(boxes))
        assert overlap.max() <= 0.7 + 1e-6
    edge = torch.tensor([SIZE[1], SIZE[0], SIZE[1], SIZE[0]])
    torch.testing.assert_close(proposals[1][0], anchors[77].clamp(min=0).minimum(edge))


def test_proposals_teach_nothing(network, features):
    """The second stage must not move the first one through the boxes."""
    answers = network(features)
    assert answers[0].requires_grad
    proposals = network.propose(*answers, network.anchors(features), SIZE)
    assert not any(boxes.requires_grad for boxes in proposals)


def test_slivers_are_not_proposed(network, features):
    anchors = network.anchors(features)
    offsets = torch.zeros(2, len(anchors), 4)
    offsets[..., 2] = -9  # e^-9 of the width
    proposals = network.propose(torch.zeros(2, len(anchors)), offsets, anchors, SIZE)
    assert [boxes.shape for boxes in proposals] == [(0, 4), (0, 4)]


def test_it_learns_where_objects_are_from_a_few_steps(features):
    """Bright squares on dark maps; overfitted, the best two proposals are the two objects."""
    network = RegionProposalNetwork(5, 8, sizes=(16.0,), ratios=(1.0,))
    anchors = network.anchors(features)
    inside = _usable(anchors).nonzero()[:, 0]
    chosen = inside[[0, -1]]
    truth = Objects(anchors[chosen] + torch.tensor([1.0, 0, 1, 2]), torch.tensor([0, 0]))
    optimizer = torch.optim.Adam(network.parameters(), 0.02)
    for _ in range(60):
        losses = network.losses(*network(features[:1]), anchors, [truth], SIZE)
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
    (boxes,) = network.propose(*network(features[:1]), anchors, SIZE)
    assert proposal_recall([boxes[:2]], [truth], 0.7) == 1
