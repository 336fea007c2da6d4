"""One number a channel, laid beside images: what the normalizations have in common."""

from torch import Tensor


def require_channels(input: Tensor) -> None:
    """Raise ValueError unless `input` is (n, channels) or (n, channels, …) and holds fractions."""
    if input.ndim < 2:
        raise ValueError(f"input must be (n, channels, …), not {tuple(input.shape)}.")
    if not input.is_floating_point():
        raise ValueError(f"input holds {input.dtype}, not fractions; give input.float().")


def beside(numbers: Tensor, input: Tensor) -> Tensor:
    """Shape one number a channel so that it meets all numbers of that channel: (c, 1, …, 1)."""
    return numbers.view(-1, *[1] * (input.ndim - 2))


def all_but_channels(input: Tensor) -> tuple[int, ...]:
    """The dimensions that one channel extends over: the batch and the places."""
    return (0, *range(2, input.ndim))
