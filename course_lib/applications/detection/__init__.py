"""Find every object of an image: where it is and what it is.

Boxes and how to compare them, proposals, the detectors R-CNN, Fast R-CNN, Faster R-CNN and
YOLO, and how well a detector does. `digit_scenes` makes pictures to learn from.
"""

from course_lib.applications.detection.anchors import anchor_boxes
from course_lib.applications.detection.average_precision import (
    MeanAveragePrecision,
    average_precision,
    mean_average_precision,
)
from course_lib.applications.detection.backbone import Backbone, backbone
from course_lib.applications.detection.box_augmentation import augment_scene
from course_lib.applications.detection.box_offsets import decode_boxes, encode_boxes
from course_lib.applications.detection.boxes import (
    box_area,
    box_convert,
    clip_boxes_to_image,
    inside_image,
    remove_small_boxes,
    require_boxes,
)
from course_lib.applications.detection.detections import Detections, select_detections
from course_lib.applications.detection.digit_scenes import digit_scenes, place_digits
from course_lib.applications.detection.fast_rcnn import FastRCNN, fast_rcnn
from course_lib.applications.detection.faster_rcnn import FasterRCNN, faster_rcnn
from course_lib.applications.detection.fitting import Detector, detect, fit_detector
from course_lib.applications.detection.matching import (
    BACKGROUND,
    IGNORED,
    match_boxes,
    sample_matches,
)
from course_lib.applications.detection.overlap import box_iou
from course_lib.applications.detection.precision_recall import PrecisionRecall, precision_recall
from course_lib.applications.detection.proposals import proposal_recall, with_proposals
from course_lib.applications.detection.rcnn import RCNN, rcnn
from course_lib.applications.detection.region_learning import (
    RegionSample,
    multi_task_loss,
    region_detections,
    sample_regions,
)
from course_lib.applications.detection.region_proposal_network import RegionProposalNetwork
from course_lib.applications.detection.region_similarity import Region, similarity
from course_lib.applications.detection.region_warping import warp_regions
from course_lib.applications.detection.scenes import Objects, Scenes
from course_lib.applications.detection.selective_search import group_regions, selective_search
from course_lib.applications.detection.sliding_windows import (
    num_boxes,
    num_sliding_windows,
    sliding_windows,
)
from course_lib.applications.detection.suppression import batched_nms, nms
from course_lib.applications.detection.yolo import YOLO, yolo
from course_lib.applications.detection.yolo_grid import (
    GridAnswers,
    GridTargets,
    grid_boxes,
    grid_targets,
    take_apart,
)
from course_lib.applications.detection.yolo_loss import yolo_loss

__all__ = [
    "BACKGROUND",
    "IGNORED",
    "RCNN",
    "YOLO",
    "Backbone",
    "Detections",
    "Detector",
    "FastRCNN",
    "FasterRCNN",
    "GridAnswers",
    "GridTargets",
    "MeanAveragePrecision",
    "Objects",
    "PrecisionRecall",
    "Region",
    "RegionProposalNetwork",
    "RegionSample",
    "Scenes",
    "anchor_boxes",
    "augment_scene",
    "average_precision",
    "backbone",
    "batched_nms",
    "box_area",
    "box_convert",
    "box_iou",
    "clip_boxes_to_image",
    "decode_boxes",
    "detect",
    "digit_scenes",
    "encode_boxes",
    "fast_rcnn",
    "faster_rcnn",
    "fit_detector",
    "grid_boxes",
    "grid_targets",
    "group_regions",
    "inside_image",
    "match_boxes",
    "mean_average_precision",
    "multi_task_loss",
    "nms",
    "num_boxes",
    "num_sliding_windows",
    "place_digits",
    "precision_recall",
    "proposal_recall",
    "rcnn",
    "region_detections",
    "remove_small_boxes",
    "require_boxes",
    "sample_matches",
    "sample_regions",
    "select_detections",
    "selective_search",
    "similarity",
    "sliding_windows",
    "take_apart",
    "warp_regions",
    "with_proposals",
    "yolo",
    "yolo_loss",
]
