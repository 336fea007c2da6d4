"""Random numbers that belong to a sample, not to the batch it lies in.

Each sample has a key, a number of 64 bits. What is drawn for it is a hash of its key and a
counter, so nothing depends on its neighbors, on the order of the batch, or on the device.

Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"
(counters instead of a state); Steele, Lea & Flood 2014, "Fast splittable pseudorandom number
generators", figure 17 (the hash, known as SplitMix64).
"""

import torch
from jaxtyping import Bool, Float32, Int64
from torch import Generator, Tensor

from course_lib.data.augmentation.ranges import Number

# torch has no unsigned 64-bit products; signed ones wrap to the same bits.
GOLDEN = 0x9E3779B97F4A7C15 - 2**64
ROUNDS = ((30, 0xBF58476D1CE4E5B9 - 2**64), (27, 0x94D049BB133111EB - 2**64))
LAST_SHIFT = 31
FLOAT_BITS = 23


def sample_keys(seed: int, epoch: int, indices: Int64[Tensor, "n"]) -> Int64[Tensor, "n"]:
    """One key per sample, from the run's seed, the epoch and the sample's place in the data set.

    Two processes that share a batch, and a run that resumes, give a sample the same draws.
    """
    return _folded(step_keys(torch.full_like(indices, seed), epoch), GOLDEN * (indices + 1))


def drawn_keys(
    num: int, generator: Generator | None, device: torch.device | str = "cpu"
) -> Int64[Tensor, "{num}"]:
    """`num` keys out of a generator, for those who do not number their samples."""
    return torch.randint(2**63 - 1, (num,), generator=generator, device=device)


def step_keys(keys: Int64[Tensor, "n"], step: int) -> Int64[Tensor, "n"]:
    """Keys for one step of several, so that no two steps draw the same numbers."""
    return _folded(keys, (GOLDEN * (step + 1) + 2**63) % 2**64 - 2**63)


def bits(keys: Int64[Tensor, "n"], num: int) -> Int64[Tensor, "n {num}"]:
    """`num` random words of 64 bits for each sample."""
    counters = torch.arange(1, num + 1, device=keys.device)
    return _hashed(keys[:, None] + GOLDEN * counters)


def integers(keys: Int64[Tensor, "n"], *ends: int | Int64[Tensor, "n"]) -> tuple[Tensor, ...]:
    """For each end one integer per sample, from 0 to end - 1; a sample may have its own end."""
    words = _shifted(bits(keys, len(ends)), 1).unbind(1)
    return tuple(word.remainder(end) for word, end in zip(words, ends, strict=True))


def uniform(
    keys: Int64[Tensor, "n"], num: int, low: Number = 0, high: Number = 1
) -> Float32[Tensor, "n {num}"]:
    """`num` numbers between low and high for each sample."""
    return low + (high - low) * _unit(keys, num)


def normal(keys: Int64[Tensor, "n"], num: int) -> Float32[Tensor, "n {num}"]:
    """`num` standard normal numbers for each sample, by the inverse of their distribution."""
    return torch.special.ndtri(_unit(keys, num))


def chosen(keys: Int64[Tensor, "n"], probability: Number) -> Bool[Tensor, "n"]:
    """Which samples are chosen: none for a probability of 0, all for 1."""
    return _unit(keys, 1)[:, 0] < probability


def _unit(keys: Tensor, num: int) -> Tensor:
    # The middles of 2^23 equal parts: exact in float32, and never 0 or 1.
    return (_shifted(bits(keys, num), 64 - FLOAT_BITS).float() + 0.5) * 2.0**-FLOAT_BITS


def _folded(keys: Tensor, offset: Tensor | int) -> Tensor:
    """Two hashes, so that neighboring keys with neighboring offsets do not meet."""
    return _hashed(_hashed(keys) + offset)


def _hashed(values: Tensor) -> Tensor:
    for shift, factor in ROUNDS:
        values = (values ^ _shifted(values, shift)) * factor
    return values ^ _shifted(values, LAST_SHIFT)


def _shifted(values: Tensor, places: int) -> Tensor:
    """To the right, with zeros from the left; torch alone would repeat the sign."""
    return (values >> places) & (2 ** (64 - places) - 1)
