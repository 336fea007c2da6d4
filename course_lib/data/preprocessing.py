"""Center images: three ways, each learned from the training set and then applied to any images.

Lecture: sharif_2024 (the mean image for AlexNet, a mean per channel for VGG, mean and standard
deviation per channel for ResNet). Source: Krizhevsky et al. 2012, section 2; Simonyan & Zisserman
2014, section 2.1; He et al. 2015, section 3.4. The last subtracts the mean image, like AlexNet:
the deviations came with the ResNets that others trained, torchvision's among them.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Num
from torch import Tensor

from course_lib.data.moments import channel_deviation, mean_of
from course_lib.data.pixels import from_pixels

Images = Num[Tensor, "n c h w"]


@dataclass(frozen=True, eq=False)
class Centering:
    """(pixel - mean) / deviation, with pixels from 0 to 1: uint8 is divided by 255 first.

    Made from the training set by one of the three class methods below; statistics of the test
    set would leak it into training. Out come float32 images, float64 from float64.
    """

    mean: Float[Tensor, "c #h #w"]
    deviation: Float[Tensor, "c 1 1"]

    @classmethod
    def mean_image(cls, train_images: Images) -> "Centering":
        """Subtract the mean image, a mean for each pixel of each channel (AlexNet)."""
        mean = mean_of(train_images, dim=(0,))
        return cls(mean, torch.ones_like(mean[:, :1, :1]))

    @classmethod
    def channel_mean(cls, train_images: Images) -> "Centering":
        """Subtract the mean of each channel (VGG)."""
        mean = mean_of(train_images, dim=(0, 2, 3))[:, None, None]
        return cls(mean, torch.ones_like(mean))

    @classmethod
    def channel_mean_and_deviation(cls, train_images: Images) -> "Centering":
        """Subtract the mean of each channel and divide by its standard deviation.

        The deviation is that of all pixels of the set, not the mean of each image's own, which
        is smaller. ValueError where all pixels of a channel are equal.
        """
        mean = mean_of(train_images, dim=(0, 2, 3))[:, None, None]
        deviation = channel_deviation(train_images, mean)
        if not deviation.all():
            raise ValueError(
                f"train_images: the deviation of the channels is {deviation.flatten().tolist()}; "
                "a channel whose pixels are all equal cannot be divided by it. Leave it out."
            )
        return cls(mean, deviation)

    @classmethod
    def imagenet(cls) -> "Centering":
        """What torchvision's pretrained networks expect of RGB images, as its pages state it."""
        numbers = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], dtype=torch.float64)
        mean, deviation = numbers[:, :, None, None]
        return cls(mean, deviation)

    def __call__(self, images: Images) -> Float[Tensor, "n c h w"]:
        """The centered images."""
        values = from_pixels(images)
        self._require_fit(values)
        return (values - self.mean.to(values)) / self.deviation.to(values)

    def invert(self, centered: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c h w"]:
        """The images again, from 0 to 1."""
        self._require_fit(centered)
        return centered * self.deviation.to(centered) + self.mean.to(centered)

    def _require_fit(self, images: Tensor) -> None:
        mean = self.mean.shape
        if images.shape[1] != mean[0] or mean[1:] not in ((1, 1), images.shape[2:]):
            raise ValueError(
                f"images is {tuple(images.shape)}, and the mean {tuple(mean)}; fit the centering "
                "on images like these."
            )
