"""Oracles: a sum worked by hand, and a detector that looks at each region by itself."""

from course_lib.applications.detection.rcnn import rcnn
from course_lib.claims import box_proposals


def test_boxes_are_counted(monkeypatch):
    assert 375 * 376 // 2 * (500 * 501 // 2) == 8_830_125_000
    assert box_proposals.too_many_to_test()
    monkeypatch.setattr(box_proposals, "IMAGE", (28, 28))  # 406 * 406 boxes
    assert not box_proposals.too_many_to_test()


def test_who_computes_once(monkeypatch):
    assert box_proposals.maps_computed_for_many_regions() == 1

    def region_by_region():
        model = rcnn()
        model.maps_of = model.features
        model.forward = lambda images, regions: [
            type(model).forward(model, images, [box[None]]) for box in regions[0]
        ]
        return model

    monkeypatch.setattr(box_proposals, "fast_rcnn", region_by_region)
    assert box_proposals.maps_computed_for_many_regions() == 5


def test_yolo_has_cells():
    assert box_proposals.yolo_answers_for_each_cell()
