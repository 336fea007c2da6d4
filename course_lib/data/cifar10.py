"""The form in which CIFAR-10 is published: six files of 10,000 records in one tar archive.

A record is one byte of label and 3 x 32 x 32 bytes of pixels, red, green and blue one after the
other, each row by row. Source: Krizhevsky 2009; cs.toronto.edu/~kriz/cifar.html.
"""

import io
import tarfile

import numpy as np

FOLDER = "cifar-10-batches-bin"
FILES = {
    "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    "test": ("test_batch.bin",),
}
SHAPE = (3, 32, 32)
RECORD_BYTES = 1 + 3 * 32 * 32


def decode(data: bytes) -> dict[str, np.ndarray]:
    """The arrays in the unpacked archive; ValueError says what is wrong with it."""
    arrays = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for split, files in FILES.items():
                records = np.concatenate([_records(archive, file) for file in files])
                arrays[f"{split}_labels"] = records[:, 0]
                arrays[f"{split}_images"] = records[:, 1:].reshape(-1, *SHAPE)
    except (tarfile.TarError, KeyError) as error:
        raise ValueError(f"is no archive of CIFAR-10 ({error})") from error
    return arrays


def _records(archive: tarfile.TarFile, file: str) -> np.ndarray:
    member = archive.extractfile(f"{FOLDER}/{file}")
    values = np.frombuffer(member.read(), np.uint8)
    if len(values) % RECORD_BYTES:
        raise ValueError(f"holds {len(values):,} bytes in {file}, no whole number of pictures")
    return values.reshape(-1, RECORD_BYTES)
