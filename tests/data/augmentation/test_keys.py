"""Draws per sample. Oracle: SplitMix64 in Python's whole numbers, and the statistics of draws."""

import pytest
import torch

from course_lib.data.augmentation.keys import (
    bits,
    chosen,
    drawn_keys,
    integers,
    normal,
    sample_keys,
    step_keys,
    uniform,
)

MASK = 2**64 - 1


def split_mix(state: int, num: int) -> list[int]:
    """The generator as its authors write it, with a state that goes on."""
    words = []
    for _ in range(num):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        word = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
        words.append(word ^ (word >> 31))
    return words


def test_the_reference_is_the_known_generator():
    # Oracle: the outputs of seed 1234567 that every port of SplitMix64 is checked against.
    assert split_mix(1234567, 3) == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("key", [0, 1, 1234567, -5, 2**63 - 1, -(2**63)])
def test_bits_are_those_of_split_mix(key):
    found = bits(torch.tensor([key, 7]), 5)
    assert [word & MASK for word in found[0].tolist()] == split_mix(key & MASK, 5)
    assert [word & MASK for word in found[1].tolist()] == split_mix(7, 5)


def test_keys_of_samples_are_the_hash_of_seed_epoch_and_index():
    def folded(key, number):
        once = split_mix(key - 0x9E3779B97F4A7C15, 1)[0]  # the hash of the key itself
        return split_mix((once + 0x9E3779B97F4A7C15 * number) & MASK, 1)[0]

    found = sample_keys(seed=3, epoch=9, indices=torch.tensor([4]))
    assert found.item() & MASK == folded(folded(3, 9), 4)
    assert step_keys(torch.tensor([11]), 2).item() & MASK == folded(11, 2)


def test_no_two_samples_epochs_seeds_or_steps_share_a_key():
    indices = torch.arange(200)
    seen = [sample_keys(seed, epoch, indices) for seed in range(5) for epoch in range(5)]
    seen += [step_keys(keys, step) for keys in seen[:5] for step in range(5)]
    together = torch.cat(seen)
    assert len(together.unique()) == len(together)


def test_a_sample_has_its_key_in_whatever_batch():
    all_keys = sample_keys(0, 1, torch.arange(10))
    assert sample_keys(0, 1, torch.tensor([7, 2])).tolist() == all_keys[[7, 2]].tolist()


def test_a_generator_gives_keys_that_it_gives_again():
    first, again, other = (
        drawn_keys(50, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(first.unique()) == 50
    assert first.max() > 2**62  # all bits are drawn


KEYS = sample_keys(1, 1, torch.arange(20_000))


def test_uniform_numbers_are_uniform_and_strictly_between():
    numbers = uniform(KEYS, 3, -2, 6)
    assert (numbers > -2).all()
    assert (numbers < 6).all()
    for column in numbers.T:
        counts = torch.histc(column, bins=20, min=-2, max=6)
        # Pearson's statistic with 19 degrees of freedom: above 50 in 1 of 8,000 cases.
        assert ((counts - 1000) ** 2 / 1000).sum() < 50
    correlations = torch.corrcoef(numbers.T) - torch.eye(3)
    assert correlations.abs().max() < 0.03


def test_the_smallest_and_the_largest_word_stay_inside(monkeypatch):
    from course_lib.data.augmentation import keys

    ends = torch.tensor([[0, -1, 1 << 40]])  # all bits 0, all bits 1, and what is cut off
    monkeypatch.setattr(keys, "bits", lambda *_: ends)
    assert uniform(KEYS[:1], 3).tolist() == [[2.0**-24, 1 - 2.0**-24, 2.0**-24]]


def test_integers_are_even_and_end_before_their_end():
    rows, columns = integers(KEYS, 7, 2)
    assert rows.bincount().shape == (7,)
    assert ((rows.bincount() - 20_000 / 7) ** 2 / (20_000 / 7)).sum() < 30  # 6 degrees
    assert abs(columns.float().mean() - 0.5) < 0.02
    assert abs(torch.corrcoef(torch.stack((rows, columns)).float())[0, 1]) < 0.03


def test_a_sample_may_have_an_end_of_its_own():
    ends = torch.arange(1, 20_001)
    (drawn,) = integers(KEYS, ends)
    assert (drawn >= 0).all()
    assert (drawn < ends).all()
    assert abs((drawn / ends).mean() - 0.5) < 0.02


def test_normal_numbers_are_normal():
    numbers = normal(KEYS, 2)
    assert numbers.mean(dim=0).abs().max() < 0.03
    assert (numbers.std(dim=0) - 1).abs().max() < 0.03
    for bound, share in ((1, 0.6827), (2, 0.9545)):
        assert abs((numbers.abs() < bound).float().mean() - share) < 0.01


@pytest.mark.parametrize(("probability", "share"), [(0, 0), (0.25, 0.25), (1, 1)])
def test_the_chosen_are_as_many_as_asked_for(probability, share):
    found = chosen(KEYS, probability).float().mean()
    assert found == share if share in (0, 1) else abs(found - share) < 0.015


def test_no_sample_no_draw():
    none = sample_keys(0, 0, torch.arange(0))
    assert uniform(none, 3).shape == (0, 3)
    assert [len(column) for column in integers(none, 4, 5)] == [0, 0]
    assert drawn_keys(0, None).shape == (0,)


@pytest.mark.gpu
def test_a_gpu_draws_the_same_numbers():
    cpu = sample_keys(3, 4, torch.arange(1000))
    gpu = sample_keys(3, 4, torch.arange(1000, device="cuda"))
    assert gpu.is_cuda
    assert torch.equal(gpu.cpu(), cpu)
    assert torch.equal(uniform(gpu, 5, -1, 2).cpu(), uniform(cpu, 5, -1, 2))
    assert torch.equal(integers(gpu, 33)[0].cpu(), integers(cpu, 33)[0])
    torch.testing.assert_close(normal(gpu, 5).cpu(), normal(cpu, 5))
    generator = torch.Generator("cuda").manual_seed(0)
    assert drawn_keys(4, generator, "cuda").is_cuda
