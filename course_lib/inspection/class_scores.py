"""The scores that a map of evidence explains, one chosen class for each image."""

from jaxtyping import Float, Int64
from torch import Tensor, nn

from course_lib.inspection.one_pass import run


def class_scores(
    model: nn.Module, images: Float[Tensor, "n ..."], classes: Int64[Tensor, " n"] | None
) -> tuple[Float[Tensor, "n classes"], Int64[Tensor, " n"]]:
    """All scores, and the chosen classes: the highest unless given.

    Raises ValueError where the model gives no scores, or there is no such class.
    """
    scores = run(model, images)
    if not isinstance(scores, Tensor) or scores.ndim != 2:
        what = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise ValueError(f"model gives {what}; a classifier gives scores of shape (n, classes).")
    if classes is None:
        return scores, scores.argmax(dim=1)
    classes = classes.to(scores.device)
    num_classes = scores.shape[1]
    if classes.shape != scores.shape[:1]:
        raise ValueError(f"classes has {classes.numel()} entries for {len(scores)} images.")
    if ((classes < 0) | (classes >= num_classes)).any():
        raise ValueError(f"classes {classes.tolist()} must lie between 0 and {num_classes - 1}.")
    return scores, classes


def of_classes(
    scores: Float[Tensor, "n classes"], classes: Int64[Tensor, " n"]
) -> Float[Tensor, " n"]:
    """One number for each image."""
    return scores.gather(1, classes[:, None])[:, 0]
