"""The directions in which a set of images, or of colors, varies most.

Lecture: sharif_2024. Source: Pearson 1901; for colors Krizhevsky et al. 2012, section 4.1.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64, Num
from torch import Tensor

from course_lib.data.moments import covariance, mean_of
from course_lib.data.pixels import from_pixels


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """A mean, and orthogonal directions with the variance along each, the largest first.

    Pixels go from 0 to 1 (uint8 is divided by 255). A variance is divided by the number of
    vectors, not by one less. A direction could as well be turned around: its largest entry is
    positive here.
    """

    mean: Float64[Tensor, "d"]
    eigenvalues: Float64[Tensor, "d"]
    directions: Float64[Tensor, "d d"]  # one in each column

    @classmethod
    def of_images(cls, train_images: Num[Tensor, "n *shape"]) -> "PrincipalComponents":
        """Each image is one vector, of c h w numbers: 3,072 for 32 x 32 in color.

        The time grows with the cube of that number.
        """
        mean = mean_of(train_images, dim=(0,)).flatten()
        return cls._out_of(train_images, mean, lambda images: images.flatten(1))

    @classmethod
    def of_colors(cls, train_images: Num[Tensor, "n c h w"]) -> "PrincipalComponents":
        """Each pixel of each image is one vector, of c numbers: red, green and blue."""
        mean = mean_of(train_images, dim=(0, 2, 3))
        return cls._out_of(train_images, mean, lambda images: images.movedim(1, 3).flatten(0, 2))

    @classmethod
    def _out_of(
        cls, images: Tensor, mean: Tensor, vectors: Callable[[Tensor], Tensor]
    ) -> "PrincipalComponents":
        variances, directions = torch.linalg.eigh(covariance(images, mean, vectors))
        largest = directions.gather(0, directions.abs().argmax(dim=0, keepdim=True))
        # Rounding may leave a variance of zero a little below it.
        return cls(mean, variances.clamp(min=0).flip(0), (directions * largest.sign()).flip(1))

    def project(
        self, images: Num[Tensor, "n *shape"], num_components: int | None = None
    ) -> Float[Tensor, "n k"]:
        """How far each image goes along the first directions, all unless a number is given."""
        vectors = from_pixels(images).flatten(1)
        if vectors.shape[1] != len(self.mean):
            raise ValueError(
                f"images is {tuple(images.shape)}; the components are of {len(self.mean)} numbers. "
                "Fit them on images like these."
            )
        return (vectors - self.mean.to(vectors)) @ self._first(num_components).to(vectors)

    def reconstruct(
        self, coordinates: Float[Tensor, "n k"], shape: tuple[int, ...]
    ) -> Float[Tensor, "n *shape"]:
        """The images of this shape that lie at these coordinates along the first directions."""
        directions = self._first(coordinates.shape[1]).to(coordinates)
        return (coordinates @ directions.T + self.mean.to(coordinates)).unflatten(1, shape)

    def _first(self, num_components: int | None) -> Tensor:
        num = len(self.mean) if num_components is None else num_components
        if not 1 <= num <= len(self.mean):
            raise ValueError(f"num_components is {num}; choose 1 to {len(self.mean)}.")
        return self.directions[:, :num]
