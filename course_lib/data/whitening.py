"""Whitening: numbers that do not go together, each of variance 1. Lecture: sharif_2024.

Source: Bell & Sejnowski 1997, "The independent components of natural scenes are edge filters"
(ZCA); Krizhevsky 2009, "Learning multiple layers of features from tiny images", appendix A.
"""

from dataclasses import dataclass

from jaxtyping import Float, Num
from torch import Tensor

from course_lib.data.principal_components import PrincipalComponents


@dataclass(frozen=True, eq=False)
class PCAWhitening:
    """Coordinates along the principal components, each divided by sqrt(eigenvalue + epsilon).

    Directions along which the images hardly vary are noise, and whitening makes it as loud as the
    rest. `epsilon`, a variance of pixels from 0 to 1, keeps it low. Fit the components on the
    training set: `PCAWhitening(PrincipalComponents.of_images(train_images))`.
    """

    components: PrincipalComponents
    epsilon: int | float = 1e-3

    def __post_init__(self):
        if not self.epsilon >= 0 or not (self.components.eigenvalues + self.epsilon).all():
            raise ValueError(
                f"epsilon is {self.epsilon}; give a number above 0. Only where every eigenvalue is "
                "above 0 may it be 0, and there must be more images than pixels for that."
            )

    def __call__(self, images: Num[Tensor, "n *shape"]) -> Float[Tensor, "n d"]:
        """The whitened coordinates, the direction of the largest variance first."""
        coordinates = self.components.project(images)
        return coordinates / self._deviation(coordinates)

    def invert(
        self, whitened: Float[Tensor, "n d"], shape: tuple[int, ...]
    ) -> Float[Tensor, "n *shape"]:
        """The images of this shape, from 0 to 1."""
        return self.components.reconstruct(whitened * self._deviation(whitened), shape)

    def _deviation(self, like: Tensor) -> Tensor:
        return (self.components.eigenvalues + self.epsilon).sqrt().to(like)


@dataclass(frozen=True, eq=False)
class ZCAWhitening(PCAWhitening):
    """PCA whitening turned back into an image: of all whitenings the one that changes least."""

    def __call__(self, images: Num[Tensor, "n *shape"]) -> Float[Tensor, "n *shape"]:
        """The whitened images, with a mean of 0."""
        coordinates = super().__call__(images)
        return (coordinates @ self.components.directions.T.to(coordinates)).view(images.shape)

    def invert(self, whitened: Float[Tensor, "n *shape"]) -> Float[Tensor, "n *shape"]:
        """The images, from 0 to 1."""
        coordinates = whitened.flatten(1) @ self.components.directions.to(whitened)
        return super().invert(coordinates, tuple(whitened.shape[1:]))
