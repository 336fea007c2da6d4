"""Sizes of images: an int for both directions, or a pair (height, width), in pixels."""

Size = int | tuple[int, int]
Pair = tuple[int, int]


def pair(size: Size, name: str, minimum: int = 1) -> Pair:
    """Read one size as (height, width): 32 means (32, 32). ValueError names the argument."""
    given = (size, size) if isinstance(size, int) else tuple(size)
    if len(given) != 2 or min(given) < minimum:
        raise ValueError(
            f"{name} is {size}; give a whole number of at least {minimum}, or two (height, width)."
        )
    return given
