"""Read the arrays of whole numbers in a Matlab file, level 5, in which Flowers-102 has its labels.

After 128 bytes of header come elements: a type and a length of four bytes each, then the data,
filled up to eight bytes. An element of at most four bytes has its length in the upper half of its
type instead. An array is an element of elements: flags, dimensions, name, numbers.
Source: MathWorks, "MAT-File Format".
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

HEADER_BYTES = 128
ARRAY, COMPRESSED = 14, 15
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8"}


def read_matlab(path: Path) -> dict[str, np.ndarray]:
    """The arrays by name, as int64. ValueError where the file is of another kind."""
    data = path.read_bytes()
    if len(data) < HEADER_BYTES or data[126:128] != b"IM":
        raise ValueError(f"{path} begins with {data[:16]!r}, which is no Matlab file of level 5.")
    arrays = {}
    for kind, content in _elements(data[HEADER_BYTES:]):
        if kind == COMPRESSED:
            ((kind, content),) = _elements(zlib.decompress(content))
        if kind == ARRAY:
            name, values = _array(content)
            arrays[name] = values
    return arrays


def _array(data: bytes) -> tuple[str, np.ndarray]:
    _flags, (_, dimensions), (_, name), (kind, numbers) = _elements(data)
    shape = np.frombuffer(dimensions, "<i4")
    # Matlab stores column by column, and integers in the smallest type that holds them.
    values = np.frombuffer(numbers, f"<{NUMBERS[kind]}").reshape(shape, order="F")
    return name.decode("ascii"), values.astype(np.int64)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind, length = (int(number) for number in np.frombuffer(data, "<u4", 2, at))
        if kind >> 16:
            yield kind & 0xFFFF, data[at + 4 : at + 4 + (kind >> 16)]
            at += 8
        else:
            yield kind, data[at + 8 : at + 8 + length]
            # Compressed elements are not filled up.
            at += 8 + length + (0 if kind == COMPRESSED else -length % 8)
