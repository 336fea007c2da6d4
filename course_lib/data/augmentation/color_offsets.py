"""Shift the colors of a whole image along the principal components of the training set's colors.

Lectures: colorado_2024, colorado_2025, sharif_2024. Source: Krizhevsky et al. 2012, section 4.1.
"""

from dataclasses import dataclass

from jaxtyping import Float32, Int64, Num
from torch import Tensor

from course_lib.data.augmentation.augmentation import Augmentation
from course_lib.data.augmentation.keys import normal
from course_lib.data.augmentation.ranges import Number, require_not_negative
from course_lib.data.pixels import from_pixels, to_pixels
from course_lib.data.principal_components import PrincipalComponents


@dataclass(frozen=True, eq=False)
class ColorOffsets(Augmentation):
    """Add [p1, p2, p3] [a1 l1, a2 l2, a3 l3]: components p, eigenvalues l, draws a of N(0, 0.1).

    `components` are those of single colors, `PrincipalComponents.of_colors(train_images)`.
    One a for each component and image. The paper names no unit, and an eigenvalue has the unit
    squared: with pixels from 0 to 255 the offsets would be 255 times as large as with 0 to 1,
    and all images white or black. So colors here, as their components, go from 0 to 1.
    """

    components: PrincipalComponents
    deviation: Number = 0.1

    def __post_init__(self):
        require_not_negative(deviation=self.deviation)

    def change(
        self, images: Num[Tensor, "n c h w"], keys: Int64[Tensor, "n"]
    ) -> Num[Tensor, "n c h w"]:
        num_colors = len(self.components.mean)
        if images.shape[1] != num_colors:
            raise ValueError(
                f"images has {images.shape[1]} channels and the components {num_colors}; "
                "fit them with PrincipalComponents.of_colors on images like these."
            )
        offsets = self.offsets(normal(keys, num_colors))[:, :, None, None]
        return to_pixels(from_pixels(images) + offsets, images.dtype)

    def offsets(self, draws: Float32[Tensor, "n c"]) -> Float32[Tensor, "n c"]:
        """What standard normal draws add to each channel."""
        scale = self.deviation * self.components.eigenvalues
        directions = self.components.directions.to(draws)
        return (draws * scale.to(draws)) @ directions.T
