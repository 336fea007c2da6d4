"""The loss of YOLO: squared errors all, weighted so that the few objects are not drowned.

Paper: Redmon et al. 2016, section 2.2, equation 3 (lambda_coord = 5, lambda_noobj = 0.5).
Differs from the paper: nowhere; sums over an image, means over the images of a batch.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from course_lib.applications.detection.overlap import box_iou
from course_lib.applications.detection.yolo_grid import GridAnswers, GridTargets, grid_boxes

COORDINATES, NO_OBJECT = 5.0, 0.5


def yolo_loss(answers: GridAnswers, targets: GridTargets) -> dict[str, Float[Tensor, ""]]:
    """The five terms of equation 3, with their weights: the loss is their sum.

    In a cell with an object, the box that overlaps it most is responsible: it learns the place
    ('center', 'size'), and as its confidence the intersection over union it has reached
    ('object'). All other boxes learn to say 0 ('no object'). The cell learns the class ('class').
    """
    num_images = len(targets.occupied)
    reached, responsible = _responsible(answers, targets)
    mine, wanted = answers.boxes[responsible], targets.boxes[targets.occupied]
    right = torch.nn.functional.one_hot(targets.labels, answers.classes.shape[-1])
    miss = (answers.classes - right).square()
    terms = {
        "center": COORDINATES * (mine[:, :2] - wanted[:, :2]).square().sum(),
        # Of the root, because 2 pixels matter more to a small box than to a large one.
        "size": COORDINATES * (mine[:, 2:] - wanted[:, 2:].sqrt()).square().sum(),
        "object": (answers.confidences - reached)[responsible].square().sum(),
        "no object": NO_OBJECT * answers.confidences[~responsible].square().sum(),
        "class": miss[targets.occupied].sum(),
    }
    return {name: term / num_images for name, term in terms.items()}


@torch.no_grad()
def _responsible(
    answers: GridAnswers, targets: GridTargets
) -> tuple[Float[Tensor, "n s s b"], Bool[Tensor, "n s s b"]]:
    """How well each box overlaps its cell's object, and which boxes are responsible."""
    occupied = targets.occupied
    roots = torch.cat([targets.boxes[..., :2], targets.boxes[..., 2:].sqrt()], dim=-1)
    truth = grid_boxes(roots[..., None, :], (1, 1))[occupied][:, 0]  # k  4
    guesses = grid_boxes(answers.boxes, (1, 1))[occupied]  # k  b  4
    # A network that diverges guesses infinite boxes. Its loss is to say so, not `box_iou`.
    guesses = guesses.nan_to_num()
    num_objects, num_boxes, _ = guesses.shape
    every = box_iou(guesses.flatten(0, 1), truth).view(num_objects, num_boxes, num_objects)
    own = every.diagonal(dim1=0, dim2=2).T  # k  b
    reached = torch.zeros_like(answers.confidences, dtype=own.dtype)
    reached[occupied] = own
    responsible = torch.zeros_like(reached, dtype=torch.bool)
    responsible[occupied] = torch.nn.functional.one_hot(own.argmax(dim=1), num_boxes).bool()
    return reached, responsible
