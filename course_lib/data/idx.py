"""The idx format, in which MNIST is published: a short header, then one byte per value.

Header: two zero bytes, the type of the values (8: unsigned byte), the number of axes, then
the size of each axis in four bytes, the highest first.
"""

import math

import numpy as np

UNSIGNED_BYTE = 8


def decode(data: bytes) -> np.ndarray:
    """The array an idx file of unsigned bytes holds; ValueError says what is wrong with it."""
    if len(data) < 4 or data[:3] != bytes((0, 0, UNSIGNED_BYTE)):
        raise ValueError(f"begins with {data[:16]!r}, which is no idx file of unsigned bytes")
    begin = 4 + 4 * data[3]
    if len(data) < begin:
        raise ValueError(f"ends inside its header, after {len(data)} bytes")
    shape = tuple(int.from_bytes(data[at : at + 4], "big") for at in range(4, begin, 4))
    if len(data) - begin != math.prod(shape):
        raise ValueError(
            f"holds {len(data) - begin:,} values where its header announces {shape}, "
            f"that is {math.prod(shape):,}"
        )
    return np.frombuffer(data, np.uint8, offset=begin).reshape(shape)
