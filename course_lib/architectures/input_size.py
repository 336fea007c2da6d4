"""A network that ends in fully connected layers takes images of one size alone."""

from torch import Tensor


def check_size(images: Tensor, size: int) -> None:
    """Raise ValueError unless the images are `size` by `size`.

    Without this, the first fully connected layer would complain of its matrix product, which
    says nothing about the images.
    """
    if images.shape[-2:] != (size, size):
        height, width = images.shape[-2:]
        raise ValueError(
            f"images are {height} × {width}, and this network takes {size} × {size}; "
            "resize or crop them."
        )
