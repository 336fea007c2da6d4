"""Let boxes follow the images they lie on. Lecture: sharif_2024."""

from jaxtyping import Float, Int64
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.sizes import Pair


def move_boxes(
    augmentation: Augmentation,
    boxes: list[Float[Tensor, "_ 4"]],
    keys: Int64[Tensor, "n"],
    size: Pair,
) -> list[Float[Tensor, "_ 4"]]:
    """Each image's boxes after the augmentation drew from the same keys.

    A box is (left, top, right, bottom) in pixels, as torchvision has it; `size` is the images'
    (height, width). A turned box becomes the upright one about it, and is cut at the border after
    each step of a `Compose`: one that left the image has no area, and does not come back.
    ValueError for a change that bends lines, and for another number of lists than of keys.
    """
    if len(boxes) != len(keys):
        raise ValueError(f"There are {len(boxes)} lists of boxes for {len(keys)} keys (images).")
    return augmentation.carry_boxes(boxes, keys, size)[0]
