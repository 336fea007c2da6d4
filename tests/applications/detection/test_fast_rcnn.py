"""Fast R-CNN. Oracle: parameter counts as sums, torchvision's RoI pooling; canvases by heart."""

import torch
from torchvision.ops import roi_pool

from course_lib.applications.detection import (
    Objects,
    Scenes,
    detect,
    fast_rcnn,
    selective_search,
    with_proposals,
)


def test_parameter_count_is_exact():
    pairs = ((1, 16), (16, 32), (32, 64), (64, 64))
    maps = sum(9 * c_in * c_out + 2 * c_out for c_in, c_out in pairs)
    hidden = 128 * (64 * 7 * 7 + 1)
    heads = (11 + 40) * (128 + 1)
    assert sum(p.numel() for p in fast_rcnn().parameters()) == maps + hidden + heads == 468_515
    smaller = fast_rcnn(3, channels=3, cells=4)
    count = maps + 2 * 16 * 9 + 128 * (64 * 4 * 4 + 1) + (4 + 12) * 129
    assert sum(p.numel() for p in smaller.parameters()) == count


def test_regions_are_pooled_from_one_map():
    detector = fast_rcnn(num_classes=4, cells=3).eval()
    images = torch.randint(256, (2, 1, 32, 32), dtype=torch.uint8)
    regions = (torch.tensor([[0.0, 0, 20, 30], [5, 5, 17, 11]]), torch.tensor([[8.0, 1, 30, 31]]))
    runs = []
    detector.maps_of.register_forward_hook(lambda layer, inputs, maps: runs.append(maps))
    scores, offsets = detector(images, regions)
    assert len(runs) == 1
    pooled = roi_pool(runs[0], list(regions), 3, 1 / 4)
    wanted = detector.head(detector.hidden(pooled))
    torch.testing.assert_close((scores, offsets), wanted)
    assert (scores.shape, offsets.shape) == ((3, 5), (3, 4, 4))


def test_without_regions_nothing_is_found():
    nothing = (torch.empty(0, 4),) * 2
    images = torch.zeros(2, 1, 32, 32, dtype=torch.uint8)
    scenes = Scenes(images, None, nothing)
    assert [len(found.boxes) for found in detect(fast_rcnn(), scenes)] == [0, 0]
    empty = Objects(torch.empty(0, 4), torch.empty(0, dtype=torch.int64))
    losses = fast_rcnn().losses(Scenes(images, (empty, empty), nothing))
    assert {name: loss.item() for name, loss in losses.items()} == {"class": 0, "box": 0}


def test_two_canvases_learned_by_heart(two_canvases, learn_by_heart):
    scenes = with_proposals(two_canvases, selective_search)
    factor, mean = learn_by_heart(fast_rcnn(), scenes, 1e-3, epochs=25)
    assert factor > 5
    assert mean == 1
