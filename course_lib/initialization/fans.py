"""How many numbers flow into one unit of a layer, and out of one."""

from jaxtyping import Float
from torch import Tensor


def fan_in_and_fan_out(weight: Float[Tensor, "c_out c_in *kernel"]) -> tuple[int, int]:
    """Count the inputs of one output, and the outputs that one input has a part in.

    A kernel of 3x3 over 16 channels has a fan in of 16 * 9 = 144. The fan out counts the places
    of the kernel too, as if the stride were 1. With groups, `c_in` is that of one group, and so
    the fan in is right, while the fan out is too large by the number of groups, as in torch.

    Raises ValueError for a weight of fewer than two dimensions, or of no numbers.
    """
    if weight.ndim < 2 or weight.numel() == 0:
        raise ValueError(
            f"tensor {tuple(weight.shape)} has no fans; give a weight (out, in, …) of a linear or "
            "convolutional layer."
        )
    kernel_size = weight[0, 0].numel()
    return weight.shape[1] * kernel_size, weight.shape[0] * kernel_size
