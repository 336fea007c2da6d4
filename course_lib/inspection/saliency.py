"""Which pixels a class score hangs on.

Paper: Simonyan, Vedaldi & Zisserman 2013, "Deep inside convolutional networks", arXiv:1312.6034,
section 3.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from course_lib.inspection.class_scores import class_scores, of_classes
from course_lib.inspection.one_pass import left_as_it_was, to_the_model
from course_lib.inspection.rectifier_rules import RectifierRule


def saliency(
    model: nn.Module,
    images: Float[Tensor, "n channels h w"],
    classes: Int64[Tensor, " n"] | None = None,
    rectifier: str = "gradient",
) -> Float[Tensor, "n h w"]:
    """How much the score of a class changes with each pixel: the largest |slope| of its channels.

    The score is the model's output for `classes`, before a softmax; for the predicted class
    unless given. `rectifier` "deconvnet" or "guided" shows less noise, see `rectifier_rules.py`.
    Evaluation mode; the model and its gradients are left as they were.
    """
    rule = RectifierRule(rectifier)
    images = to_the_model(model, images).clone().requires_grad_()
    with left_as_it_was(model), torch.enable_grad():
        with rule:
            scores, chosen = class_scores(model, images, classes)
        rule.check()
        (slopes,) = torch.autograd.grad(of_classes(scores, chosen).sum(), images)
    return slopes.abs().amax(dim=1)
