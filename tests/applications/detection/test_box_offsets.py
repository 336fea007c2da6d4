"""Encoding of boxes. Oracle: by hand, the inverse, torchvision's BoxCoder."""

import math

import pytest
import torch
from torchvision.models.detection._utils import BoxCoder

from course_lib.applications.detection import decode_boxes, encode_boxes

PROPOSAL = torch.tensor([[10.0, 20.0, 14.0, 28.0]], dtype=torch.float64)  # center 12, 24; 4 x 8
BOX = torch.tensor([[12.0, 16.0, 20.0, 24.0]], dtype=torch.float64)  # center 16, 20; 8 x 8


def _some_boxes(num):
    corner, size = 50 * torch.rand(num, 2), 1 + 20 * torch.rand(num, 2)
    return torch.cat([corner, corner + size], dim=1).double()


def test_one_box_by_hand():
    offsets = encode_boxes(PROPOSAL, BOX)
    wanted = [(16 - 12) / 4, (20 - 24) / 8, math.log(8 / 4), math.log(8 / 8)]
    assert offsets[0].tolist() == pytest.approx(wanted)
    scaled = encode_boxes(PROPOSAL, BOX, (0.1, 0.2, 0.5, 1.0))
    assert scaled[0].tolist() == pytest.approx([10, -2.5, math.log(2) / 0.5, 0])


def test_decoding_is_the_inverse():
    proposals, boxes = _some_boxes(30), _some_boxes(30)
    for deviations in ((1.0, 1.0, 1.0, 1.0), (0.1, 0.1, 0.2, 0.2)):
        offsets = encode_boxes(proposals, boxes, deviations)
        torch.testing.assert_close(decode_boxes(proposals, offsets, deviations), boxes)


def test_no_offset_moves_nothing():
    assert torch.equal(decode_boxes(PROPOSAL, torch.zeros(1, 4).double()), PROPOSAL)


def test_equals_torchvision():
    proposals, boxes = _some_boxes(25), _some_boxes(25)
    coder = BoxCoder(weights=(10.0, 10.0, 5.0, 5.0))  # it multiplies by what we divide by
    deviations = (0.1, 0.1, 0.2, 0.2)
    offsets = encode_boxes(proposals, boxes, deviations)
    torch.testing.assert_close(offsets, coder.encode_single(boxes, proposals))
    offsets = 20 * torch.randn(25, 4, dtype=torch.float64)  # beyond the largest stretch, too
    found = decode_boxes(proposals, offsets, deviations)
    torch.testing.assert_close(found, coder.decode_single(offsets, proposals))


def test_a_stretch_has_a_limit():
    # A box of width 4 around 12 may grow 62.5-fold.
    (stretched,) = decode_boxes(PROPOSAL, torch.tensor([[0.0, 0, 1000, 0]]).double()).tolist()
    assert stretched == pytest.approx([12 - 125, 20, 12 + 125, 28])


def test_every_class_may_move_a_proposal_its_own_way():
    proposals, offsets = _some_boxes(5), torch.randn(5, 3, 4, dtype=torch.float64)
    moved = decode_boxes(proposals[:, None], offsets)
    for label in range(3):
        torch.testing.assert_close(moved[:, label], decode_boxes(proposals, offsets[:, label]))


def test_no_boxes_give_no_offsets():
    nothing = torch.empty(0, 4)
    assert encode_boxes(nothing, nothing).shape == (0, 4)
    assert decode_boxes(nothing, nothing).shape == (0, 4)
    assert decode_boxes(nothing[:, None], torch.empty(0, 3, 4)).shape == (0, 3, 4)


def test_a_box_without_width_has_no_offsets():
    line = torch.tensor([[3.0, 1, 3, 2]])
    box = torch.tensor([[0.0, 0, 2, 2]])
    with pytest.raises(ValueError, match="proposals has a box without width or height"):
        encode_boxes(line, box)
    with pytest.raises(ValueError, match=r"boxes has a box without width .*remove_small_boxes"):
        encode_boxes(box, line)
    with pytest.raises(ValueError, match=r"boxes\[0\] is"):
        encode_boxes(box, box.flip(1))
