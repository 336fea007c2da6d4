"""What every augmentation can do: change images, and move the labels that lie on them."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Float32, Int64, Integer, Num
from torch import Generator, Tensor

from course_lib.data.augmentation.keys import drawn_keys
from course_lib.data.augmentation.matrices import moved_boxes
from course_lib.data.pixels import require_pixels
from course_lib.data.sizes import Pair


class Augmentation(ABC):
    """A change of images whose label stays true, drawn anew for each image of a batch.

    Images are uint8 from 0 to 255, or floating from 0 to 1, on any device; they come back in the
    same dtype, and what is given is never written to. Class labels need no change.
    """

    def __call__(
        self,
        images: Num[Tensor, "n c h w"],
        generator: Generator | None = None,
        *,
        keys: Int64[Tensor, "n"] | None = None,
    ) -> Num[Tensor, "n c out_h out_w"]:
        """Change each image by draws of its own.

        The draws come from `generator`, a generator of the images' device, or from one key per
        image (`sample_keys`): then an image comes out the same in whatever batch it lies.
        ValueError for images that are no batch, and for another number of keys.
        """
        require_pixels(images)
        if images.ndim != 4:
            raise ValueError(
                f"images has the shape {tuple(images.shape)}; give (n, channels, height, width). "
                "image[None] makes a batch of one image."
            )
        if keys is None:
            keys = drawn_keys(len(images), generator, images.device)
        elif generator is not None:
            raise ValueError("Give a generator or keys: with both, the generator would be unused.")
        elif keys.shape != images.shape[:1]:
            raise ValueError(
                f"keys has the shape {tuple(keys.shape)} for {len(images)} images; give one key "
                "for each image, as sample_keys does."
            )
        return self.change(images, keys)

    @abstractmethod
    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c out_h out_w"]:
        """Change each image by what its key draws."""

    def move_labels(
        self, maps: Integer[Tensor, "n h w"], keys: Int64[Tensor, "n"], void: int
    ) -> Integer[Tensor, "n out_h out_w"]:
        """Move a label per pixel along with its image: the same keys give the same draws.

        Pixels that come from beyond the border get the label `void`.
        """
        return maps

    def moves(self, keys: Int64[Tensor, "n"], size: Pair) -> tuple[Float32[Tensor, "n 3 3"], Pair]:
        """Where points of an image of this size go, and the size that comes out.

        A matrix times (x, y, 1) is the new place; x and y count pixels from the image's left and
        upper edge, so the middle of the first pixel is (0.5, 0.5).
        ValueError for a change that bends lines, and so has no matrix.
        """
        return torch.eye(3, device=keys.device).expand(len(keys), 3, 3), size

    def carry_boxes(
        self, boxes: list[Float[Tensor, "_ 4"]], keys: Int64[Tensor, "n"], size: Pair
    ) -> tuple[list[Float[Tensor, "_ 4"]], Pair]:
        """The boxes as `move_boxes` moves them, and the size that comes out."""
        moves, size = self.moves(keys, size)
        return [moved_boxes(*pair, size) for pair in zip(boxes, moves, strict=True)], size
