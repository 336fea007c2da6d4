"""The window and the scaling of local response normalization.

Lecture: sharif_2024, "Local Response Normalisation". Source: Krizhevsky et al. 2012, section 3.3.
"""

import torch

from course_lib.layers import local_response_norm


def channels_in_the_sum(size: int = 5, channel: int = 10) -> int:
    """How many channels the sum from i - n/2 to i + n/2 has, of 21, n/2 rounded down; n = 5.

    With ones everywhere, k = 0, alpha = 1 and beta = 1, what comes out is one over the number.
    """
    ones = torch.ones(1, 21, 1, dtype=torch.float64)
    found = local_response_norm(
        ones, size, alpha=1.0, beta=1.0, k=0.0, divide_alpha=False, both_ends=True
    )
    return round(1 / found[0, channel, 0].item())


def channels_at_the_ends() -> list[int]:
    """The same at the first and at the last channel, number N - 1, for n = 5."""
    return [channels_in_the_sum(5, channel) for channel in (0, 20)]


def formula_scales_the_sum() -> bool:
    """Whether alpha as it stands in the formula multiplies the sum of squares, worked out here."""
    a, alpha, beta, k = _loud(), 0.5, 0.75, 2.0
    by_hand = a[0, 3, 0] / (k + alpha * a[0, 1:6, 0].square().sum()) ** beta
    ours = local_response_norm(a, 5, alpha, beta, k, divide_alpha=False)[0, 3, 0]
    return torch.allclose(ours, by_hand)


def loud_channel_turns_neighbors_down() -> bool:
    """Whether channels within n // 2 of a louder one fall, and none beyond."""
    quiet = torch.ones(1, 9, 1, dtype=torch.float64)
    options = {"size": 5, "alpha": 1.0, "divide_alpha": False}
    before, after = (local_response_norm(a, **options)[0, :, 0] for a in (quiet, _loud()))
    falls = (after < before - 1e-12).tolist()
    return falls == [abs(channel - 4) in (1, 2) for channel in range(9)]


def _loud() -> torch.Tensor:
    a = torch.ones(1, 9, 1, dtype=torch.float64)
    a[0, 4, 0] = 10
    return a
